# SPDX-License-Identifier: Apache-2.0
"""Compares a library with the ABI baseline, or writes the baseline anew.

    python3 check_abi.py LIBRARY HEADERS BASELINE            status 77 when it cannot be compared
    python3 check_abi.py --write LIBRARY HEADERS BASELINE

Only additions may differ: functions, and fields at the end of a struct that begins with
struct_size; see bindings_c/abi/README.md.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

SKIPPED = 77
CHANGED = 4  # abidiff's status bit for a difference, additions among them


def has_debug_information(library):
    sections = subprocess.run(["readelf", "-S", "-W", library], check=True, capture_output=True,
                              text=True).stdout
    return ".debug_info" in sections


def describe(library, headers):
    """The functions of arges.h and their types as libabigail writes them, without what depends on
    the machine or the compiler."""
    text = subprocess.run(
        ["abidw", "--exported-interfaces-only", "--headers-dir", headers, "--drop-private-types",
         "--drop-undefined-syms", "--no-comp-dir-path", "--no-corpus-path", "--no-show-locs",
         "--no-elf-needed", "--no-architecture", library],
        check=True, capture_output=True, text=True).stdout
    text = re.sub(r" producer='[^']*'", "", text)
    return re.sub(r" path='[^']*/(bindings_c/[^']*)'", r" path='\1'", text)


def fields_of(struct):
    """(name, offset in bits) of each field."""
    return [(field.find("var-decl").get("name"), int(field.get("layout-offset-in-bits")))
            for field in struct.findall("data-member")]


def has_only_grown(struct, before):
    """Whether all that is new lies behind what callers of the older struct have, who say with
    struct_size that they end there."""
    old, new = fields_of(before), fields_of(struct)
    old_bits = int(before.get("size-in-bits", 0))
    return (old[:1] == [("struct_size", 0)] and new[:len(old)] == old and len(new) > len(old)
            and all(offset >= old_bits for _, offset in new[len(old):]))


def cut_back(struct, before):
    for field in struct.findall("data-member")[len(fields_of(before)):]:
        struct.remove(field)
    struct.set("size-in-bits", before.get("size-in-bits"))


def without_growth(baseline, description):
    """The description with structs that have only grown cut back to what they were. (abidiff can be
    told to overlook fields at the end, but then overlooks all other changes of that struct.)"""
    old = {struct.get("name"): struct for struct in ElementTree.parse(baseline).iter("class-decl")
           if struct.find("data-member") is not None}
    root = ElementTree.fromstring(description)
    for struct in root.iter("class-decl"):
        before = old.get(struct.get("name"))
        if before is not None and has_only_grown(struct, before):
            cut_back(struct, before)
    return ElementTree.tostring(root, encoding="unicode")


def compare(baseline, description):
    """0 when everything of the baseline is still there as it was."""
    with tempfile.NamedTemporaryFile("w", suffix=".abi", encoding="utf-8") as file:
        file.write(without_growth(baseline, description))
        file.flush()
        result = subprocess.run(["abidiff", baseline, file.name], capture_output=True, text=True)
    print(result.stdout + result.stderr)
    if result.returncode & ~CHANGED:
        return 1
    counts = re.findall(r"(\d+) Removed(?:[^,\n]*), (\d+) Changed", result.stdout)
    return 1 if any(int(count) for pair in counts for count in pair) else 0


def main(arguments):
    write = arguments[:1] == ["--write"]
    library, headers, baseline = arguments[write:]
    if shutil.which("abidiff") is None or shutil.which("abidw") is None:
        print("skipped: abidw and abidiff are not installed (package abigail-tools)")
        return SKIPPED
    if not has_debug_information(library):
        print("skipped: the library was built without debug information (-g)")
        return SKIPPED
    description = describe(library, headers)
    if not write:
        return compare(baseline, description)
    with open(baseline, "w", encoding="utf-8") as file:
        file.write(description)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
