# SPDX-License-Identifier: Apache-2.0
"""samples/vqa: questions about files and folders, as a table and as JSON."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import cli

VQA = os.environ.get("ARGES_VQA", "vqa")
IMAGES = cli.ROOT / "samples" / "images"
TOTAL = "What is the total?"


def vqa(*arguments):
    return subprocess.run([VQA] + [str(a) for a in arguments], capture_output=True, text=True,
                          timeout=cli.PATIENCE, cwd=cli.ROOT)


@unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(), "models/pocket has no weights")
class Vqa(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        for name in ("receipt.png", "sign.png"):
            shutil.copy(IMAGES / name, self.folder)

    def succeed(self, *arguments):
        run = vqa(*arguments)
        self.assertEqual((run.returncode, run.stderr), (cli.OK, ""))
        return run.stdout

    def test_answers_are_those_of_the_tool(self):
        asked = cli.arges("ask", IMAGES / "receipt.png", TOTAL).stdout.decode().strip()
        table = self.succeed(IMAGES / "receipt.png", "--ask", TOTAL)
        self.assertEqual(table, f"picture\t{TOTAL}\n{IMAGES / 'receipt.png'}\t{asked}\n")

    def test_a_folder_is_its_pictures_by_name(self):
        (self.folder / "notes.txt").write_text("no picture")
        report = json.loads(self.succeed(self.folder, "--ask", "What does it say?", "--json"))
        self.assertEqual([pathlib.Path(p["picture"]).name for p in report], ["receipt.png", "sign.png"])

    def test_fields_of_a_form_come_back_by_name_and_null_where_they_are_not_shown(self):
        report = json.loads(self.succeed(IMAGES / "receipt.png", "--field", "total", "--field", "date", "--json"))
        self.assertEqual(report[0]["answers"], {"total": "10.65", "date": None})

    def test_a_questions_file_names_its_answers(self):
        questions = self.folder / "questions.txt"
        questions.write_text(f"# about receipts\n\nsum = {TOTAL}\nWhat is the name of the shop?\n")
        report = json.loads(self.succeed(self.folder / "receipt.png", "--questions", questions, "--json"))
        self.assertEqual(list(report[0]["answers"]), ["sum", "What is the name of the shop?"])

    def test_a_damaged_picture_does_not_keep_the_others_back(self):
        (self.folder / "a.png").write_bytes(b"no picture")
        run = vqa(self.folder, "--ask", TOTAL, "--json")
        self.assertEqual(run.returncode, cli.FAILED)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertEqual(["error" in p for p in json.loads(run.stdout)], [True, False, False])

    def test_wrong_command_lines_and_paths_are_told_apart(self):
        self.assertEqual(vqa(self.folder).returncode, cli.USAGE)
        self.assertEqual(vqa("--ask", TOTAL).returncode, cli.USAGE)
        self.assertEqual(vqa(self.folder / "absent.png", "--ask", TOTAL).returncode, cli.FAILED)
        self.assertEqual(vqa(IMAGES / "receipt.png", "--questions", self.folder / "absent.txt").returncode, cli.FAILED)


if __name__ == "__main__":
    cli.main()
