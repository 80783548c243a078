# SPDX-License-Identifier: Apache-2.0
"""The table of what arges.h says: its words are there, and so are its tests."""

import re
import unittest

import tree

TABLE = "tests/bindings_c/claims.md"
HEADER = "bindings_c/include/arges/arges.h"
ROW = re.compile(r"^\| (.+) \| (\w+\.\w+) \|$", re.MULTILINE)
DECLARATION = re.compile(r"^ARGES_API [^;(]*?(\w+)\(", re.MULTILINE)
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)


def words_of(header):
    """A header's text as running words, without comment marks."""
    return " ".join(re.sub(r"^\s*\*|/\*|\*/", " ", header, flags=re.MULTILINE).split())


def words_of_functions(header):
    """Each function's own words: the comment that its declaration follows."""
    words = {}
    for found in DECLARATION.finditer(header):
        before = header[:found.start()]
        words[found[1]] = words_of(before[before.rindex("/*"):before.rindex("*/") + 2])
    return words


def functions_without_rows(table, header):
    claims = [claim for claim, _ in ROW.findall(table)]
    return [name for name, words in words_of_functions(header).items()
            if not any(claim in words for claim in claims)]


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

    def test_each_function_has_a_row_for_its_own_words(self):
        self.assertEqual(functions_without_rows(tree.text(TABLE), tree.text(HEADER)), [])

    def test_a_function_without_a_row_is_named(self):
        header = "/* one\n * thing */\nARGES_API void a(void);\n/* two */\nARGES_API int b(int x);\n"
        self.assertEqual(functions_without_rows("| one thing | A.B |\n", header), ["b"])

    def test_the_rule_refuses_what_it_should(self):
        row = "| one thing | A.B |\n"
        words = words_of("/* one\n * thing */")
        self.assertEqual(table_problems(row, words, {"A.B"}), [])
        self.assertTrue(table_problems(row, words, {"A.C"}))
        self.assertTrue(table_problems(row, words_of("/* another */"), {"A.B"}))


if __name__ == "__main__":
    unittest.main()
