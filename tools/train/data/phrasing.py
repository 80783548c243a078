# SPDX-License-Identifier: Apache-2.0
"""Small helpers for questions: choosing a phrasing, articles, plurals, ordinals."""

import re

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
NUMBER_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
NOT_SHOWN = "It is not shown."
CANNOT_TELL = "I cannot tell."


def ask(rng, templates, **values):
    return rng.choice(templates).format(**values)


def article(text):
    """The text with "a" or "an"; plurals ("goggles") stay as they are."""
    if text.endswith("s") and not text.endswith(("ss", "us")):
        return text
    return ("an " if text[0].lower() in "aeiou" and not text.startswith(("unic", "uni", "one", "eu")) else "a ") + text


def plural(noun):
    """Plural of the last word of a noun phrase."""
    irregular = {"mouse": "mice", "foot": "feet", "leaf": "leaves", "knife": "knives", "wolf": "wolves", "fish": "fish",
                 "sheep": "sheep", "person": "people", "tooth": "teeth", "goose": "geese", "ox": "oxen", "deer": "deer",
                 "scarf": "scarves", "loaf": "loaves", "die": "dice", "child": "children", "man": "men", "woman": "women"}
    head, _, last = noun.rpartition(" ")
    if last in irregular:
        last = irregular[last]
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last += "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = last[:-1] + "ies"
    elif last.endswith(("ato", "ango", "ero")):
        last += "es"
    else:
        last += "s"
    return f"{head} {last}".strip()


def join(words):
    """"a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def distinct(make, count, tries=60):
    """Up to `count` different values of make(), compared without case."""
    out, seen = [], set()
    for _ in range(tries):
        if len(out) == count:
            break
        value = make()
        if value.lower() not in seen:
            seen.add(value.lower())
            out.append(value)
    return out


def unlike(rng, pool, labels):
    """A name from `pool` that shares no word with any of `labels`: "cat" is no wrong answer for "cat face"."""
    words = {w for label in labels for w in re.findall(r"[a-z]+", label.lower())}
    return next((n for n in rng.sample(pool, min(40, len(pool))) if not words & set(re.findall(r"[a-z]+", n.lower()))), rng.choice(pool))
