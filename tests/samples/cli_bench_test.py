# SPDX-License-Identifier: Apache-2.0
"""Rows of `arges bench --json`: every one can be read and judged. No test of how fast they are."""

import json

import cli

FIELDS = ["what", "shape", "weights", "tokens", "depth", "batch", "threads", "min", "median", "max",
          "unit"]


class Bench(cli.ToolTest):
    def rows(self, *words):
        text = self.succeed("bench", *words, "--threads", "2", "--repeats", "2", "--json").decode()
        return [json.loads(line) for line in text.splitlines()]

    def test_every_row_has_the_documented_fields_in_order(self):
        for row in self.rows("lm", "--shape", "pocket", "--prefill", "16", "--decode", "4"):
            self.assertEqual(list(row)[:len(FIELDS)], FIELDS)
            self.assertLessEqual(row["min"], row["median"])
            self.assertLessEqual(row["median"], row["max"])
            self.assertEqual(row["threads"], 2)

    def test_the_ceilings_come_first_and_shares_lie_beside_the_figures(self):
        rows = self.rows("lm", "--shape", "pocket", "--prefill", "16", "--decode", "4")
        self.assertEqual([r["what"] for r in rows[:2]], ["read bandwidth", "fp32 multiply-add"])
        prefill, decode = rows[-2:]
        self.assertEqual((prefill["what"], prefill["ceiling"]), ("prefill", "fp32 multiply-add"))
        self.assertEqual((decode["what"], decode["ceiling"]), ("decode", "read bandwidth"))
        self.assertGreater(prefill["share"], 0)

    def test_lists_make_a_row_each(self):
        rows = self.rows("lm", "--shape", "pocket", "--prefill", "8,16", "--depth", "0,32",
                         "--batch", "1,3", "--decode", "2")
        made = [(r["what"], r["tokens"], r["depth"], r["batch"]) for r in rows if "depth" in r
                and r["shape"] == "pocket"]
        expected = [row for depth in (0, 32) for row in [
            ("prefill", 8, depth, 1), ("prefill", 16, depth, 1),
            ("decode", 2, depth, 1), ("decode", 2, depth, 3)]]
        self.assertEqual(made, expected)

    def test_experts_that_a_step_reads_are_counted(self):
        one, several = self.rows("lm", "--shape", "pocket", "--prefill", "8", "--batch", "1,8",
                                 "--decode", "4")[-2:]
        distinct = [float(row["note"].split()[0]) for row in (one, several)]
        self.assertEqual(distinct[0], 2.0)
        self.assertGreater(distinct[1], 2.0)

    def test_an_encoder_is_measured_with_its_projector(self):
        row = self.rows("vision", "--shape", "pocket", "--tiles", "3")[-1]
        self.assertEqual((row["what"], row["tokens"], row["unit"]), ("encode", 3, "s/tile"))


if __name__ == "__main__":
    cli.main()
