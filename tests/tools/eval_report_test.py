# SPDX-License-Identifier: Apache-2.0
"""tools/train/eval: what is measured in parts is what is measured at once."""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "train" / "eval"))
import agreement  # noqa: E402
import common  # noqa: E402
import report  # noqa: E402

# Stands for `arges eval`: its answer is the question in capitals; it notes its arguments and fails where a file says so.
TOOL = """#!{python}
import json, pathlib, sys
_, command, model, path, *options = sys.argv
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    calls.write(json.dumps([path, *options]) + "\\n")
items = [json.loads(line) for line in open(path)]
if (here / "fails").exists() and any(item["question"] == (here / "fails").read_text() for item in items):
    sys.exit(1)
lines = [json.dumps({{"answer": item["question"].upper() + " " + item["image"], "right": True}}) for item in items]
pathlib.Path(options[options.index("--answers") + 1]).write_text("\\n".join(lines) + "\\n")
"""
ROWS = 2 * report.CHUNK + 7


class Measuring(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tool = self.folder / "arges"
        self.tool.write_text(TOOL.format(python=sys.executable))
        self.tool.chmod(0o755)
        self.set = self.folder / "drawn" / "set.jsonl"
        self.set.parent.mkdir()
        rows = [{"image": f"{i}.png", "question": f"q{i}", "answers": ["x"], "task": "t"} for i in range(ROWS)]
        self.set.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def engine(self, **more):
        return report.Engine(str(self.tool), "model", **more)

    def calls(self):
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]

    def test_answers_lie_in_the_order_of_the_set_whoever_is_first(self):
        answers = report.answers(self.engine(jobs=3), self.set, self.folder / "out")
        where = self.set.parent.resolve()
        self.assertEqual([a["answer"] for a in answers], [f"Q{i} {where / f'{i}.png'}" for i in range(ROWS)])
        self.assertEqual(len(self.calls()), 3)

    def test_a_call_that_was_broken_off_goes_on(self):
        fails = self.folder / "fails"
        fails.write_text(f"q{ROWS - 1}")
        with self.assertRaises(subprocess.CalledProcessError):
            report.answers(self.engine(), self.set, self.folder / "out")
        fails.unlink()
        answers = report.answers(self.engine(), self.set, self.folder / "out")
        self.assertEqual(len(answers), ROWS)
        self.assertEqual(len(self.calls()), 3 + 1)  # the last chunk alone a second time

    def test_a_second_call_measures_nothing_again(self):
        first = report.answers(self.engine(), self.set, self.folder / "out", limit=5)
        self.assertEqual(report.answers(self.engine(), self.set, self.folder / "out"), first)
        self.assertEqual(len(self.calls()), 1)

    def test_blank_pictures_are_asked_for_and_kept_apart(self):
        report.answers(self.engine(options=["--weights", "q8"]), self.set, self.folder / "out", limit=5, blank=True)
        self.assertEqual([p.name for p in (self.folder / "out").iterdir()], ["drawn-blank.jsonl"])
        self.assertEqual(self.calls()[0][-3:], ["--blank", "--weights", "q8"])


class Judging(unittest.TestCase):
    def test_an_answer_behind_the_likeliest_does_not_agree(self):
        rows = [(-0.1, True, 0.0, 0), (-0.2, True, 0.0, 1), (-0.3, False, 0.25, 2), (-0.4, True, 0.0, 3)]
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            agreement.print_tables(rows)
            agreement.print_differing(rows)
        self.assertIn("agree on 3 of 4 answers", shown.getvalue())
        self.assertIn("line 3: PyTorch would have said something else, by a margin of 0.2500", shown.getvalue())


class Drawing(unittest.TestCase):
    def test_processes_give_what_one_gives(self):
        square = lambda i: (f"{i}.png", i * i)  # noqa: E731
        self.assertEqual(list(common.drawn(square, 40, 3)), list(common.drawn(square, 40, 1)))


if __name__ == "__main__":
    unittest.main()
