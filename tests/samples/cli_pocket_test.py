# SPDX-License-Identifier: Apache-2.0
"""The bundled model through the tool: ask, chat, eval."""

import json
import pathlib
import re
import tempfile
import unittest
import unittest.mock

import cli

EVAL = cli.GOLDEN / "pocket_eval"
SET = EVAL / "set.jsonl"
SAMPLES = cli.ROOT / "samples" / "images"
MAX_DIFFERING = 0.02  # of the answers; both sides compute in fp32, in another order
MAX_DIFFERING_Q8 = 0.05
MAX_DIFFERING_Q4 = 0.1


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def write_lines(path, items):
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")


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

    def test_a_picture_shown_stays_shown_when_the_next_line_is_mistyped(self):
        asked = self.succeed("ask", self.picture, self.item["question"]).decode().strip()
        blind = self.succeed("ask", self.item["question"]).decode().strip()
        self.assertNotEqual(asked, blind)
        answers, complaints = self.converse(f"/image {self.picture}", "/image nowhere.png",
                                            "/image", "/imag x", self.item["question"])
        self.assertEqual(answers, [asked])
        expected = ["nowhere.png", "/image PATH", "/imag"]
        for complaint, word in zip(complaints, expected, strict=True):
            self.assertIn(word, complaint)

    def test_a_question_that_fails_takes_its_picture_along(self):
        blind = self.succeed("ask", self.item["question"]).decode().strip()
        answers, complaints = self.converse(f"/image {self.picture}", b"\xff is no UTF-8",
                                            self.item["question"])
        self.assertEqual(answers, [blind])
        self.assertEqual(len(complaints), 1)

    def test_chat_does_not_take_a_mistyped_command_for_a_question(self):
        for line in ["/image", "/image ", "/imag a.png", "/help"]:
            message = self.refuse(cli.FAILED, "chat", stdin=f"{line}\n".encode())
            self.assertIn("/image PATH", message)

    def test_chat_takes_a_slash_without_a_letter_for_a_question(self):
        for line in ["/ 2", " /image", "/"]:
            self.assertTrue(self.succeed("chat", "--max-tokens", "4", stdin=f"{line}\n".encode()))

    def test_chat_says_where_the_time_went_when_asked(self):
        run = cli.arges("chat", "--timings", "--max-tokens", "4", stdin=b"hello\nand again\n")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stderr.count(b" s to the first token"), 2)
        reused = [int(number) for number in re.findall(rb"(\d+) reused", run.stderr)]
        self.assertEqual(reused[0], 0)
        self.assertGreater(reused[1], 0, "the first question")
        self.assertEqual(run.stdout, self.succeed("chat", "--max-tokens", "4",
                                                  stdin=b"hello\nand again\n"))

    def test_chat_of_a_script_ends_at_a_failure(self):
        run = cli.arges("chat", stdin=b"/image nowhere.png\nwhy?\n")
        self.assertEqual(run.returncode, cli.FAILED)
        self.assertIn(b"nowhere.png", run.stderr)

    def test_chat_goes_on_from_a_file(self):
        first, next_line = f"/image {self.picture}\n{self.item['question']}\n", "What else is there?\n"
        whole = self.succeed("chat", stdin=(first + next_line).encode())
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "talk"
            begun = self.succeed("chat", "--save", file, stdin=first.encode())
            rest = self.succeed("chat", "--load", file, stdin=next_line.encode())
            self.assertEqual(begun + rest, whole)
            commands = f"{first}/save {file}\nforget this\n/load {file}\n{next_line}"
            said = self.succeed("chat", stdin=commands.encode())
            self.assertTrue(said.startswith(begun) and said.endswith(rest), said)
            file.write_bytes(file.read_bytes()[:-1])
            self.assertIn("damaged", self.refuse(cli.FAILED, "chat", "--load", file))
            self.assertEqual([entry.name for entry in pathlib.Path(folder).iterdir()], ["talk"])

    def test_chat_asks_again_and_forgets(self):
        answers, complaints = self.converse(f"/image {self.picture}", self.item["question"],
                                            "/retry", "/rewind 9999999999999999999999",
                                            "/rewind 2", "/rewind 0", "/rewind",
                                            "/rewind", "/retry")
        self.assertEqual(len(answers), 2)
        self.assertEqual(answers[0], answers[1], "greedy, of the same past")
        self.assertEqual(len(complaints), 4, "one question was there to forget, none to ask again")

    def test_chat_goes_on_in_branches(self):
        question, other = self.item["question"], "What colour is it?"
        answers, complaints = self.converse(
            f"/image {self.picture}", question, "/fork", other, "/fork 1", other, "/fork 2",
            "/retry", "/fork 3", "/fork 0", "/fork x", "/fork", "/retry")
        self.assertEqual(len(answers), 5)
        self.assertEqual(answers[1:], answers[1:2] * 4, "greedy, of the same past")
        self.assertEqual(len(complaints), 3, "two branches were there to go back to")

    def converse(self, *lines):
        """(answers, complaints) of a chat with a person at a terminal, who leaves with /quit."""
        shown, complaints = cli.chat_at_a_terminal(*lines, "/quit")
        banner, _, rest = shown.partition("\n")
        self.assertIn("/image PATH", banner)
        pieces = re.split(r"(?:^|(?<=\n)|(?<= ))\d*> ", rest)
        return [answer.strip() for answer in pieces if answer.strip()], complaints

    def test_eval_gives_the_recorded_answers(self):
        self.check_recorded_answers(MAX_DIFFERING)

    def test_eval_with_weights_of_few_bits_gives_nearly_the_same(self):
        # One answer in any case: sanitized builds are asked few questions.
        least = 1 / len(self.items[::cli.STRIDE])
        self.check_recorded_answers(max(least, MAX_DIFFERING_Q8), "--weights", "q8")
        self.check_recorded_answers(max(least, MAX_DIFFERING_Q4), "--weights", "q4")

    def test_instructions_that_are_not_here_are_refused(self):
        with unittest.mock.patch.dict("os.environ", ARGES_ISA="abacus"):
            message = self.refuse(cli.FAILED, "ask", self.picture, "why?", "--weights", "q8")
        self.assertIn("abacus", message)
        with unittest.mock.patch.dict("os.environ", ARGES_ISA="generic"):
            slow = self.succeed("ask", self.picture, self.item["question"], "--weights", "q8",
                                "--max-tokens", "4")
        self.assertEqual(slow, self.succeed("ask", self.picture, self.item["question"], "--weights",
                                            "q8", "--max-tokens", "4"))

    def check_recorded_answers(self, most_differing, *options):
        expected = read_lines(EVAL / "expected.jsonl")[::cli.STRIDE]
        with tempfile.TemporaryDirectory() as folder:
            questions = pathlib.Path(folder) / "set.jsonl"
            write_lines(questions, [{**item, "image": str(EVAL / item["image"])}
                                    for item in self.items[::cli.STRIDE]])
            answers_file = pathlib.Path(folder) / "answers.jsonl"
            report = json.loads(self.succeed("eval", cli.POCKET, questions, "--json",
                                             "--answers", answers_file, *options))
            answers = read_lines(answers_file)
        self.assertEqual(len(answers), len(expected))
        differing = [(a["answer"], e["answer"]) for a, e in zip(answers, expected)
                     if a["answer"].strip() != e["answer"].strip()]
        self.assertLessEqual(len(differing), most_differing * len(expected), differing)
        self.check_tallies(report["tasks"], answers)

    def test_sample_pictures_get_the_answers_their_readme_promises(self):
        with tempfile.TemporaryDirectory() as folder:
            samples = pathlib.Path(folder) / "samples.jsonl"
            items = sample_questions()[::cli.STRIDE]
            self.assertGreater(len(items), 2)
            write_lines(samples, items)
            answers_file = pathlib.Path(folder) / "answers.jsonl"
            self.succeed("eval", cli.POCKET, samples, "--answers", answers_file)
            answers = read_lines(answers_file)
        wrong = [(item["image"], item["question"], answer["answer"])
                 for item, answer in zip(items, answers) if not answer["right"]]
        self.assertEqual(wrong, [])

    def check_tallies(self, tasks, answers):
        self.assertEqual(tasks["all"]["n"], len(answers))
        self.assertEqual(tasks["all"]["right"], sum(answer["right"] for answer in answers))
        for figures in tasks.values():
            low, high = figures["interval95"]
            self.assertTrue(low <= figures["accuracy"] <= high, figures)

    def test_eval_prints_its_table_also_when_the_answers_cannot_be_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            full = pathlib.Path(folder) / "answers.jsonl"
            full.symlink_to("/dev/full")
            run = cli.arges("eval", cli.POCKET, SET, "--limit", "2", "--answers", full)
        self.assertEqual(run.returncode, cli.FAILED)
        self.assertIn(str(full), run.stderr.decode())
        self.assertIn(b"accuracy", run.stdout.splitlines()[0])

    def test_eval_names_the_picture_whose_question_cannot_be_asked(self):
        item = {"image": str(self.picture), "question": "x" * 8_000_001, "answers": ["so"],
                "task": "why"}
        with tempfile.TemporaryDirectory() as folder:
            questions = pathlib.Path(folder) / "set.jsonl"
            questions.write_text(json.dumps(item))
            message = self.refuse(cli.FAILED, "eval", cli.POCKET, questions)
        self.assertIn(str(self.picture), message)

    def test_eval_limits_and_blanks(self):
        report = json.loads(self.succeed("eval", cli.POCKET, SET, "--json", "--limit", "3",
                                         "--blank", "--parallel", "2"))
        self.assertTrue(report["blank"])
        self.assertEqual(report["tasks"]["all"]["n"], 3)
        table = self.succeed("eval", cli.POCKET, SET, "--limit", "2").decode()
        self.assertIn("accuracy", table.splitlines()[0])


if __name__ == "__main__":
    cli.main()
