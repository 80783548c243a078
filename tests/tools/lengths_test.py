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

CARD = """NVIDIA H200, 132 multiprocessors
prefill B1 H64 T4096 activated                           0.1000 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T4096 gate activated                      0.2000 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T4096                                     0.3000 ms   2.90 TB/s   69.0 % of copy
prefill B1 H8 T4096 activated                            0.0100 ms   2.90 TB/s   69.0 % of copy
prefill B1 H64 T8192 activated                           0.2100 ms
prefill B1 H64 T8192 activated lockstep 4                0.2000 ms
causal attention B1 T4096                                0.0500 ms    656 TFLOP/s
causal attention B1 T8192                                0.4000 ms    656 TFLOP/s  target 585 met
""".splitlines()


def row(**changes):
    values = {"what": "prefill", "shape": "S", "weights": "bf16", "tokens": 512, "depth": 0,
              "batch": 1, "threads": 2, "min": 1, "median": 256.0, "max": 1, "unit": "tok/s"}
    return json.dumps({**values, **changes})


class Lengths(unittest.TestCase):
    def test_takes_the_rows_that_do_the_same_work(self):
        series = measurements.series_of(CARD)
        self.assertEqual(set(series), {"lightning", "softmax"})
        self.assertAlmostEqual(series["lightning"][4096], 1e-4)
        self.assertAlmostEqual(series["lightning"][8192], 2e-4)

    def test_takes_prompts_of_models_without_a_past(self):
        lines = [row(), row(depth=4096), row(what="decode"), row(tokens=1024, median=512.0)]
        self.assertEqual(measurements.series_of(lines), {"S bf16, 2 threads": {512: 2.0, 1024: 2.0}})

    def test_lines_cross_between_the_lengths_where_the_quicker_changes(self):
        series = measurements.series_of(CARD)
        tokens = measurements.crossing(series["lightning"], series["softmax"])
        self.assertAlmostEqual(tokens, 4096 * 2 ** 0.5, delta=1)
        self.assertIsNone(measurements.crossing(series["softmax"], series["lightning"]))

    def test_draws_every_point(self):
        series = measurements.series_of(CARD)
        svg = drawing.draw("a < b", "tokens", "time", series)
        root = xml.etree.ElementTree.fromstring(svg)
        self.assertEqual(len(root.findall("{http://www.w3.org/2000/svg}circle")), 4)


if __name__ == "__main__":
    unittest.main()
