# SPDX-License-Identifier: Apache-2.0
"""Writes the "whole program" in the opening comment of arges.h as a C file, so that it is compiled.

    python3 example.py HEADER OUT.c
"""

import sys


def example_of(header):
    """The indented lines after "A whole program", up to the comment's end."""
    lines = header.split("A whole program", 1)[1].split("*/", 1)[0].splitlines()
    return [line.strip()[1:].strip() for line in lines if line.strip().startswith("*   ")]


def main(header_path, out_path):
    with open(header_path, encoding="utf-8") as file:
        lines = example_of(file.read())
    if len(lines) < 10:
        sys.exit("arges.h has lost its whole program")
    body = "\n  ".join(lines)
    with open(out_path, "w", encoding="utf-8") as file:
        file.write(
            "#include <arges/arges.h>\n#include <stdio.h>\n#include <string.h>\n"
            "int example(const void* bytes, uint64_t length);\n"
            "int example(const void* bytes, uint64_t length) {\n  " + body + "\n  return 0;\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
