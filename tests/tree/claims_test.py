# SPDX-License-Identifier: Apache-2.0
"""The table of what arges.h says: its words are there, and so are its tests."""

import re
import unittest

import tree

TABLE = "tests/bindings_c/claims.md"
HEADER = "bindings_c/include/arges/arges.h"
ROW = re.compile(r"^\| (.+) \| (\w+\.\w+) \|$", re.MULTILINE)
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)


def words_of(header):
    """A header's text as running words, without comment marks."""
    return " ".join(re.sub(r"^\s*\*|/\*|\*/", " ", header, flags=re.MULTILINE).split())


def table_problems(table, words, tests):
    problems = [f"arges.h does not say: {claim}"
                for claim, _ in ROW.findall(table) if claim not in words]
    return problems + [f"there is no test {test}"
                       for _, test in ROW.findall(table) if test not in tests]


def all_tests():
    return {".".join(found) for path in tree.files()
            if path.startswith("tests/") and path.endswith(".cpp")
            for found in TEST.findall(tree.text(path))}


class Claims(unittest.TestCase):
    maxDiff = None

    def test_each_has_its_words_and_its_test(self):
        table = tree.text(TABLE)
        self.assertGreater(len(ROW.findall(table)), 40)
        self.assertEqual(table_problems(table, words_of(tree.text(HEADER)), all_tests()), [])

    def test_the_rule_refuses_what_it_should(self):
        row = "| one thing | A.B |\n"
        words = words_of("/* one\n * thing */")
        self.assertEqual(table_problems(row, words, {"A.B"}), [])
        self.assertTrue(table_problems(row, words, {"A.C"}))
        self.assertTrue(table_problems(row, words_of("/* another */"), {"A.B"}))


if __name__ == "__main__":
    unittest.main()
