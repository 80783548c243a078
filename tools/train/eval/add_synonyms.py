# SPDX-License-Identifier: Apache-2.0
"""Lets a set's naming questions be answered by synonyms: CLDR's English keywords that at most three things share.

    python3 add_synonyms.py build/eval/set.jsonl --packages build/train-assets.packages > build/eval/synonyms.jsonl
"""

import argparse
import collections
import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

SHARED = 3


def keywords(packages):
    """{name: the keywords of the thing it names, as CLDR gives them}"""
    words, names = collections.defaultdict(set), {}
    for folder in ("annotations", "annotationsDerived"):
        for node in ElementTree.parse(packages / f"usr/share/unicode/cldr/common/{folder}/en.xml").iter("annotation"):
            if node.get("type") == "tts":
                names[node.get("cp")] = re.sub(r"[“”!:.]", "", node.text).replace("’", "'").strip().lower()
            else:
                words[node.get("cp")].update(word.strip().lower() for word in node.text.split("|"))
    uses = collections.Counter(word for own in words.values() for word in own)
    return {name: sorted(word for word in words[code] if uses[word] <= SHARED) for code, name in names.items()}


def with_synonyms(item, known):
    """The item, its answers followed by their synonyms."""
    more = [word for answer in item["answers"] for word in known.get(answer.lower(), []) if word not in item["answers"]]
    return item | {"answers": item["answers"] + more}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    args = parser.parse_args()
    known = keywords(args.packages)
    for line in args.set.read_text().splitlines():
        item = json.loads(line)
        print(json.dumps(with_synonyms(item, known) if item["task"] == "naming" else item))


if __name__ == "__main__":
    main()
