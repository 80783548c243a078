# SPDX-License-Identifier: Apache-2.0
"""What check_abi.py takes for an addition, shown on edited copies of the baseline; status 77
without abidiff."""

import contextlib
import io
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import check_abi

BASELINE = pathlib.Path(__file__).resolve().parents[2] / "bindings_c" / "abi" / "arges.abi"
TEXT = BASELINE.read_text(encoding="utf-8")
END = "    </class-decl>"
GROWING = ["arges_engine_options", "arges_model_info", "arges_image_plan", "arges_event",
           "arges_queue_options", "arges_generate_options", "arges_engine_info", "arges_stats"]


def type_id(name):
    return re.search(rf"name='{name}'[^>]* id='([^']*)'", TEXT)[1]


def struct(name, text=TEXT):
    return re.search(rf"    <class-decl name='{name}' size.*?{END}", text, re.DOTALL)[0]


def bits(struct_text):
    return int(re.search(r"size-in-bits='(\d+)'", struct_text)[1])


def resized(struct_text, size):
    return re.sub(r"size-in-bits='\d+'", f"size-in-bits='{size}'", struct_text, count=1)


def field(name, offset, type_name="uint64_t"):
    return (f"      <data-member access='public' layout-offset-in-bits='{offset}'>\n"
            f"        <var-decl name='{name}' type-id='{type_id(type_name)}'"
            " visibility='default'/>\n      </data-member>\n")


def appended(struct_text, name="later"):
    size = bits(struct_text)
    return resized(struct_text, size + 64).replace(END, field(name, size) + END)


def edited(name, edit, text=TEXT):
    """The baseline after `edit` of one struct's text."""
    found = struct(name, text)
    changed = edit(found)
    assert changed != found
    return text.replace(found, changed)


class Baseline(unittest.TestCase):
    def compare(self, description, baseline=TEXT):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "baseline.abi"
            path.write_text(baseline, encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()):
                return check_abi.compare(path, description)

    def accept(self, description):
        self.assertEqual(self.compare(description), 0)

    def refuse(self, description):
        self.assertEqual(self.compare(description), 1)

    def test_equals_itself(self):
        self.accept(TEXT)

    def test_structs_with_a_size_may_grow_at_their_end(self):
        for name in GROWING:
            with self.subTest(name):
                self.accept(edited(name, appended))
                self.accept(edited(name, lambda text: appended(appended(text), "much_later")))

    def test_structs_without_a_size_stay_as_they_are(self):
        for name in ["arges_text", "arges_logit_bias"]:
            with self.subTest(name):
                self.refuse(edited(name, appended))

    def test_no_field_is_put_between_others(self):
        def insert(text):
            before, last = text.rsplit("      <data-member", 1)
            size = bits(text)
            moved = last.replace(f"'{size - 64}'", f"'{size}'")
            assert moved != last
            between = field("between", size - 64)
            return resized(before, size + 64) + between + "      <data-member" + moved
        self.refuse(edited("arges_queue_options", insert))

    def test_no_field_goes(self):
        def remove(text):
            return text.rsplit("      <data-member", 1)[0] + END
        self.refuse(edited("arges_queue_options", remove))

    def test_growth_does_not_hide_another_change(self):
        def change_type(text):
            return text.replace(f"'capacity' type-id='{type_id('uint32_t')}'",
                                f"'capacity' type-id='{type_id('int')}'")
        self.refuse(edited("arges_queue_options", lambda text: appended(change_type(text))))
        self.refuse(edited("arges_text", appended, edited("arges_queue_options", appended)))

    def test_no_field_is_put_where_older_callers_have_padding(self):
        """Their struct_size would not tell them from newer ones."""
        size = bits(struct("arges_queue_options"))
        padded = edited("arges_queue_options", lambda text: resized(text, size + 64))
        filled = edited("arges_queue_options",
                        lambda text: text.replace(END, field("later", size) + END), padded)
        self.assertEqual(self.compare(filled, baseline=padded), 1)

    def test_functions_may_come_and_not_go(self):
        lines = [line for line in TEXT.splitlines(keepends=True) if "arges_version_string" in line]
        without = re.sub(r"    <function-decl name='arges_version_string'.*?</function-decl>\n", "",
                         TEXT.replace(lines[0], ""), flags=re.DOTALL)
        self.refuse(without)
        self.assertEqual(self.compare(TEXT, baseline=without), 0)


if __name__ == "__main__":
    if shutil.which("abidiff") is None:
        print("skipped: abidiff is not installed (package abigail-tools)")
        sys.exit(check_abi.SKIPPED)
    unittest.main()
