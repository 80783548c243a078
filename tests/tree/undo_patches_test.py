# SPDX-License-Identifier: Apache-2.0
"""Patches that take a fix back (tests/fuzz/prove.sh) fit the code as it is."""

import pathlib
import re
import subprocess
import unittest

import tree

PATCHES = [path for path in tree.files() if re.fullmatch(r"tests/fuzz/undo/.+\.patch", path)]


def problem_of(path, text):
    """What is wrong with a patch, or None."""
    target = pathlib.PurePosixPath(path).name.split(".")[0]
    targets = tree.text("tests/fuzz/CMakeLists.txt")
    if not re.search(rf"^arges_fuzz_target\({target}\b", targets, re.MULTILINE):
        return f"names no target: {target}"
    head = text.partition("diff --git ")[0]
    if not head or head.startswith("Expect:"):
        return "does not begin with the fault"
    if not re.search(r"^Expect: .", head, re.MULTILINE):
        return "says no message to expect"
    check = subprocess.run(["git", "apply", "--check", "-"], input=text, text=True, cwd=tree.ROOT,
                           capture_output=True)
    return check.stderr if check.returncode else None


class UndoPatches(unittest.TestCase):
    maxDiff = None

    def test_every_patch_applies_and_says_what_it_brings_back(self):
        self.assertTrue(PATCHES)
        wrong = {path: problem_of(path, tree.text(path)) for path in PATCHES}
        self.assertEqual({path: problem for path, problem in wrong.items() if problem}, {})

    def test_the_rule_refuses_what_it_should(self):
        path, text = PATCHES[0], tree.text(PATCHES[0])
        self.assertIn("does not apply", problem_of(path, re.sub(r"^ (?=.)", " ~", text, flags=re.M)))
        self.assertIn("no target", problem_of("tests/fuzz/undo/nothing.fix.patch", text))
        self.assertIn("to expect", problem_of(path, re.sub(r"^Expect", "Hope", text, flags=re.M)))
        self.assertIn("begin", problem_of(path, text[text.index("Expect"):]))


if __name__ == "__main__":
    unittest.main()
