# SPDX-License-Identifier: Apache-2.0
"""A function that arges.h gains is tried everywhere that every function is: in the misuse matrix, in a
forked child, beside others on the same handles, and by the fuzzer."""

import re
import unittest

import tree

HEADER = "bindings_c/include/arges/arges.h"
DECLARATION = re.compile(r"^ARGES_API ([\w ]+[ *])(arges_\w+)\(([^;]*)\);", re.MULTILINE)
HANDLE = re.compile(r"arges_(engine|session|queue|image|request)\*\s*\w+")


def declared(header):
    """(name, whether it answers with a status, whether it takes a handle that threads may share)"""
    return [(name, result.strip() == "arges_status",
             bool(HANDLE.search(re.sub(r"arges_\w+\*\* ?out", "", arguments))))
            for result, name, arguments in DECLARATION.findall(header)]


def missing(names, text):
    return [name for name in names if not re.search(rf"\b{name}\b", text)]


def all_text(folder, beginning=""):
    return "".join(tree.text(path) for path in tree.files()
                   if path.startswith(f"{folder}/{beginning}") and path.endswith((".cpp", ".h")))


class AbiLists(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.functions = declared(tree.text(HEADER))
        self.assertGreater(len(self.functions), 40)

    def test_the_misuse_matrix_misuses_every_function_with_arguments(self):
        simple = {"arges_abi_version", "arges_version_string", "arges_last_error_message",
                  "arges_status_name", "arges_abi_check"}
        names = [name for name, _, _ in self.functions if name not in simple]
        self.assertEqual(missing(names, all_text("tests/bindings_c", "misuse_")), [])

    def test_a_forked_child_calls_every_function_with_a_status(self):
        names = [name for name, status, _ in self.functions if status]
        self.assertEqual(missing(names, tree.text("tests/bindings_c/fork_test.cpp")), [])

    def test_threads_race_in_every_function_that_takes_a_handle(self):
        names = [name for name, _, handle in self.functions if handle]
        self.assertEqual(missing(names, tree.text("tests/bindings_c/races_test.cpp")), [])

    def test_the_fuzzer_calls_every_function(self):
        names = [name for name, _, _ in self.functions]
        self.assertEqual(missing(names, all_text("tests/fuzz/targets")), [])

    def test_declarations_are_read_as_they_stand(self):
        header = """ARGES_API arges_status arges_a(const arges_engine* engine,
                                 arges_session** out);
ARGES_API void arges_b(arges_message* message);
"""
        self.assertEqual(declared(header), [("arges_a", True, True), ("arges_b", False, False)])


if __name__ == "__main__":
    unittest.main()
