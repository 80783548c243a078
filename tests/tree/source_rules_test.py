# SPDX-License-Identifier: Apache-2.0
"""Rules that every source file keeps."""

import re
import unittest

import tree

SPDX = "SPDX-License-Identifier: Apache-2.0"
MAX_LINES = 600
ONE_HEADER = "bindings_c/include/arges/arges.h"  # the C ABI is one file to include and to read
# Spelt in halves, so that this file keeps the rules it checks.
MACHINE_PATH = re.compile("/" + r"(work|root|home)/")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
CUDA_SWITCH = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b.*CUDA", re.IGNORECASE | re.MULTILINE)


def has_licence_line(source):
    """In the first line, or in the second after a line that names the interpreter."""
    lines = source.splitlines()[:2]
    return any(SPDX in line for line in (lines if lines and lines[0].startswith("#!") else lines[:1]))


class SourceRules(unittest.TestCase):
    maxDiff = None

    def all_texts(self):
        for path in tree.files():
            text = tree.text(path)
            if text is not None:
                yield path, text

    def sources(self):
        return ((path, text) for path, text in self.all_texts() if tree.is_source(path))

    def test_every_source_file_begins_with_its_licence(self):
        self.assertEqual([p for p, text in self.sources() if not has_licence_line(text)], [])

    def test_no_file_names_a_path_of_one_machine(self):
        found = [f"{p}: {MACHINE_PATH.search(text).group(0)}" for p, text in self.all_texts()
                 if MACHINE_PATH.search(text)]
        self.assertEqual(found, [])

    def test_nothing_is_left_for_later(self):
        found = [p for p, text in self.all_texts()
                 if (tree.is_source(p) or p.endswith(".md")) and UNFINISHED.search(text)]
        self.assertEqual(found, [])

    def test_cuda_is_chosen_by_folder_not_by_preprocessor(self):
        found = [p for p, text in self.sources()
                 if tree.is_compiled(p) and not p.startswith("kernels/cuda/")
                 and CUDA_SWITCH.search(text)]
        self.assertEqual(found, [])

    def test_no_source_file_is_longer_than_the_limit(self):
        long = [f"{p}: {len(text.splitlines())} lines" for p, text in self.sources()
                if len(text.splitlines()) > MAX_LINES and p != ONE_HEADER]
        self.assertEqual(long, [])

    def test_the_rules_refuse_what_they_should(self):
        self.assertFalse(has_licence_line("int x;\n// " + SPDX))
        self.assertTrue(has_licence_line("#!/bin/sh\n# " + SPDX))
        self.assertTrue(MACHINE_PATH.search("see /" + "home/somebody/x"))
        self.assertTrue(UNFINISHED.search("// TO" + "DO: later"))
        self.assertTrue(CUDA_SWITCH.search("int x;\n#  ifdef ARGES_CUDA\n"))


if __name__ == "__main__":
    unittest.main()
