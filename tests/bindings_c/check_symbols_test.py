# SPDX-License-Identifier: Apache-2.0
"""What check_symbols.py says of versions that do not agree."""

import unittest

import check_symbols

HEADER = "#define ARGES_ABI_VERSION 0x%08Xu\n"
MAP = "/* ARGES_9 { */\nARGES_0.2 {\n  global:\n    arges_a;\n  local: *;\n};\n"


class Versions(unittest.TestCase):
    def test_a_name_has_the_minor_while_the_major_is_0(self):
        self.assertEqual(check_symbols.abi_name(HEADER % 0x00000002), "0.2")
        self.assertEqual(check_symbols.abi_name(HEADER % 0x00030004), "3")

    def test_a_map_has_its_functions_and_its_nodes(self):
        self.assertEqual(check_symbols.mapped(MAP), ({"arges_a"}, {"ARGES_0.2"}))

    def test_all_that_agree_are_fine(self):
        self.assertEqual(check_symbols.version_problems(
            "0.2", "libarges.so.0.2", {"ARGES_0.2"}, {"ARGES_0.2"}), [])

    def test_each_that_was_forgotten_is_named(self):
        for arguments in (("0.3", "libarges.so.0.2", {"ARGES_0.3"}, {"ARGES_0.3"}),
                          ("0.3", "libarges.so.0.3", {"ARGES_0.2"}, {"ARGES_0.3"}),
                          ("0.3", "libarges.so.0.3", {"ARGES_0.3"}, {"ARGES_0.2", "ARGES_0.3"})):
            self.assertEqual(len(check_symbols.version_problems(*arguments)), 1)


if __name__ == "__main__":
    unittest.main()
