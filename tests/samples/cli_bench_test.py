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

    def test_answers_at_once_are_as_long_as_asked_for_and_tell_the_time_outside_the_step(self):
        rows = self.rows("sessions", "--sessions", "1,3", "--tokens", "8")
        answers = [r for r in rows if r["what"] == "answers"]
        self.assertEqual([(r["tokens"], r["batch"], r["unit"]) for r in answers],
                         [(8, 1, "tok/s"), (8, 3, "tok/s")])
        for row in answers:
            self.assertIn("of the time outside the model's step", row["note"])
        self.assertEqual([r["what"] for r in rows[-2:]],
                         ["gap between tokens, quiet", "gap between tokens, beside a picture"])

    def test_a_picture_is_cut_into_the_published_model_s_tiles(self):
        picture = cli.ROOT / "samples/images/receipt.png"
        row = next(r for r in self.rows("vision", "--shape", "pocket", "--picture", str(picture))
                   if r["what"] == "tiles of a picture")
        self.assertEqual((row["shape"], row["unit"]), ("vit-l-14-336", "s"))
        self.assertGreater(row["tokens"], 1)


if __name__ == "__main__":
    cli.main()
