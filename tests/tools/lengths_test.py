# SPDX-License-Identifier: Apache-2.0
"""tools/lengths: what it takes from benchmarks, and where two lines cross."""

import json
import pathlib
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "lengths"))
import drawing  # noqa: E402
import measurements  # noqa: E402
import plot_lengths  # noqa: E402

CARD = """NVIDIA H200, 132 multiprocessors
prefill B1 H64 T4096 activated                           0.1000 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T4096 gate activated                      0.0200 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T4096                                     0.3000 ms   2.80 TB/s   69.0 % of copy
prefill B1 H64 T4096 exact                               0.0300 ms   2.80 TB/s   69.0 % of copy
prefill B1 H8 T4096 activated                            0.0100 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T8192 activated                           0.2100 ms
prefill B1 H64 T8192 activated lockstep 4                0.2000 ms
prefill B4 H64 T8192 activated                           0.0100 ms
causal attention B1 T4096                                0.0500 ms    656 TFLOP/s
causal attention B1 T8192                                0.4000 ms    656 TFLOP/s  target 585 met
decode attention B1 context 1024 (graph, a step)         0.0040 ms   1.05 TB/s   25.0 % of copy
decode attention B1 context 2048 (graph, a step)         0.0160 ms   1.05 TB/s   25.0 % of copy
decode attention B8 context 8192 (graph, a step)         0.0010 ms   1.05 TB/s   25.0 % of copy
step B1 H64 (graph, a step)                              0.0080 ms   1.80 TB/s   43.0 % of copy
step B1 H8 (graph, a step)                               0.0010 ms   1.80 TB/s   43.0 % of copy
""".splitlines()


def row(**changes):
    values = {"what": "prefill", "shape": "S", "weights": "bf16", "tokens": 512, "depth": 0,
              "batch": 1, "threads": 2, "min": 1, "median": 256.0, "max": 1, "unit": "tok/s"}
    return json.dumps({**values, **changes})


def series(what, lines=None):
    return measurements.series_of(measurements.rows_of(lines or CARD), what)


class Lengths(unittest.TestCase):
    def test_takes_the_prompts_that_do_the_same_work(self):
        prompts = series("prompt")
        self.assertEqual(set(prompts),
                         {"lightning, activated before", "lightning, SiLU inside", "softmax"})
        activated = prompts["lightning, activated before"]
        self.assertEqual({t: round(r.seconds, 9) for t, r in activated.items()},
                         {4096: 1e-4, 8192: 2e-4})
        self.assertEqual([r.rate for r in activated.values()], ["2.90 TB/s", ""])
        self.assertAlmostEqual(prompts["lightning, SiLU inside"][4096].seconds, 3e-4)
        self.assertEqual(prompts["softmax"][8192].rate, "656 TFLOP/s")

    def test_a_step_that_knows_no_past_stands_at_every_length(self):
        steps = series("step")
        self.assertEqual({name: [(t, round(r.seconds, 9)) for t, r in points.items()]
                          for name, points in steps.items()},
                         {"softmax": [(1024, 4e-6), (2048, 16e-6)],
                          "lightning": [(1024, 8e-6), (2048, 8e-6)]})

    def test_takes_prompts_of_models_without_a_past(self):
        lines = [row(), row(depth=4096), row(what="decode"), row(tokens=1024, median=512.0)]
        prompts = series("prompt", lines)
        self.assertEqual({t: r.seconds for t, r in prompts["S bf16, 2 threads"].items()},
                         {512: 2.0, 1024: 2.0})
        self.assertEqual(len(prompts), 1)

    def test_rows_come_back_as_they_were_written(self):
        rows = measurements.rows_of(CARD)
        lines = [json.dumps(found._asdict()) for found in rows]
        self.assertEqual(measurements.rows_of(lines), rows)

    def test_lines_cross_where_one_becomes_the_quicker_for_good(self):
        prompts = series("prompt")
        lightning, softmax = prompts["lightning, activated before"], prompts["softmax"]
        self.assertAlmostEqual(measurements.crossing(lightning, softmax), 4096 * 2 ** 0.5, delta=1)
        self.assertIsNone(measurements.crossing(softmax, lightning))
        self.assertEqual(measurements.crossing(lightning, prompts["lightning, SiLU inside"]), 4096)
        self.assertIn("| lightning | 1448 |", plot_lengths.crossings(series("step")))

    def test_tables_have_costs_rates_and_gaps(self):
        table = plot_lengths.table("prompt", series("prompt"))
        self.assertIn("| 4 K | 0.02441 (2.90 TB/s) | 0.07324 (2.80 TB/s) | 0.01221 (656 TFLOP/s) |",
                      table)
        self.assertIn("| 8 K | 0.02441 | – | 0.04883 (656 TFLOP/s) |", table)

    def test_draws_every_point(self):
        costs = {name: {t: r.seconds for t, r in points.items()}
                 for name, points in series("prompt").items()}
        svg = drawing.draw("a < b", "tokens", "time", costs)
        root = xml.etree.ElementTree.fromstring(svg)
        self.assertEqual(len(root.findall("{http://www.w3.org/2000/svg}circle")), 5)


if __name__ == "__main__":
    unittest.main()
