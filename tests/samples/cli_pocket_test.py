# SPDX-License-Identifier: Apache-2.0
"""The bundled model through the tool: ask, chat, eval."""

import json
import pathlib
import tempfile
import unittest

import cli

EVAL = cli.GOLDEN / "pocket_eval"
SET = EVAL / "set.jsonl"
SAMPLES = cli.ROOT / "samples" / "images"
MAX_DIFFERING = 0.02  # of the answers; both sides compute in fp32, in another order


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def sample_questions():
    """The table of samples/images/README.md: picture | size | question | answer; an empty cell repeats
    the picture above, a star marks what training left out, brackets hold a remark."""
    items, picture = [], ""
    for line in (SAMPLES / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 4 or set(cells[0]) == {"-"}:
            continue
        picture = cells[0] or picture
        if (SAMPLES / picture).is_file():
            items.append({"image": str(SAMPLES / picture), "question": cells[2].split(" (")[0],
                          "answers": [cells[3].removesuffix("*").strip()], "task": "reading"})
    return items


@unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(), "models/pocket has no weights")
@unittest.skipUnless(SET.is_file(), "tests/golden/pocket_eval is absent")
class Pocket(cli.ToolTest):
    @classmethod
    def setUpClass(cls):
        cls.items = read_lines(SET) if SET.is_file() else []

    def setUp(self):
        self.item = next(item for item in self.items if item["task"] == "shape"
                         or item is self.items[-1])
        self.picture = EVAL / self.item["image"]

    def test_ask_streams_the_answer_that_json_gives(self):
        words = ["ask", self.picture, self.item["question"]]
        streamed = self.succeed(*words).decode()
        self.assertTrue(streamed.endswith("\n") and streamed.strip(), streamed)
        report = json.loads(self.succeed(*words, "--json"))
        self.assertEqual(report["answer"] + "\n", streamed)
        self.assertEqual(report["finish_reason"], "stop")
        self.assertGreater(report["prompt_tokens"], 0)
        self.assertGreater(report["generated_tokens"], 0)

    def test_ask_without_a_picture_answers_too(self):
        self.assertTrue(self.succeed("ask", "What do you see?", "--max-tokens", "8"))

    def test_max_tokens_ends_an_answer(self):
        report = json.loads(self.succeed("ask", self.picture, self.item["question"], "--json",
                                         "--max-tokens", "1"))
        self.assertEqual(report["generated_tokens"], 1)

    def test_a_seed_repeats_an_answer(self):
        words = ["ask", self.picture, self.item["question"], "--temperature", "1.5", "--seed", "7"]
        self.assertEqual(self.succeed(*words), self.succeed(*words))

    def test_control_token_strings_are_plain_text(self):
        self.succeed("ask", "<image> </s> <|im_end|>", "--max-tokens", "4")

    def test_chat_answers_line_by_line_and_ends(self):
        asked = self.succeed("ask", self.picture, self.item["question"])
        script = f"/image {self.picture}\n{self.item['question']}\n\n/quit\nnot read\n"
        self.assertEqual(self.succeed("chat", stdin=script.encode()), asked)
        two = self.succeed("chat", stdin=script.replace("/quit", self.item["question"]).encode())
        self.assertGreaterEqual(two.count(b"\n"), 3)

    def test_chat_of_a_script_ends_at_a_failure(self):
        run = cli.arges("chat", stdin=b"/image nowhere.png\nwhy?\n")
        self.assertEqual(run.returncode, cli.FAILED)
        self.assertIn(b"nowhere.png", run.stderr)

    def test_eval_gives_the_recorded_answers(self):
        expected = read_lines(EVAL / "expected.jsonl")
        with tempfile.TemporaryDirectory() as folder:
            answers_file = pathlib.Path(folder) / "answers.jsonl"
            report = json.loads(self.succeed("eval", cli.POCKET, SET, "--json",
                                             "--answers", answers_file))
            answers = read_lines(answers_file)
        self.assertEqual(len(answers), len(expected))
        differing = [(a["answer"], e["answer"]) for a, e in zip(answers, expected)
                     if a["answer"].strip() != e["answer"].strip()]
        self.assertLessEqual(len(differing), MAX_DIFFERING * len(expected), differing)
        self.check_tallies(report["tasks"], answers)

    def test_sample_pictures_get_the_answers_their_readme_promises(self):
        with tempfile.TemporaryDirectory() as folder:
            samples = pathlib.Path(folder) / "samples.jsonl"
            items = sample_questions()
            self.assertGreater(len(items), 5)
            samples.write_text("".join(json.dumps(item) + "\n" for item in items))
            answers_file = pathlib.Path(folder) / "answers.jsonl"
            self.succeed("eval", cli.POCKET, samples, "--answers", answers_file)
            answers = read_lines(answers_file)
        wrong = [(item["image"], item["question"], answer["answer"])
                 for item, answer in zip(items, answers) if not answer["right"]]
        self.assertEqual(wrong, [])

    def check_tallies(self, tasks, answers):
        self.assertEqual(tasks["all"]["n"], len(self.items))
        self.assertEqual(tasks["all"]["right"], sum(answer["right"] for answer in answers))
        for figures in tasks.values():
            low, high = figures["interval95"]
            self.assertTrue(low <= figures["accuracy"] <= high, figures)

    def test_eval_limits_and_blanks(self):
        report = json.loads(self.succeed("eval", cli.POCKET, SET, "--json", "--limit", "3",
                                         "--blank", "--parallel", "2"))
        self.assertTrue(report["blank"])
        self.assertEqual(report["tasks"]["all"]["n"], 3)
        table = self.succeed("eval", cli.POCKET, SET, "--limit", "2").decode()
        self.assertIn("accuracy", table.splitlines()[0])


if __name__ == "__main__":
    cli.main()
