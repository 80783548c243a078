# SPDX-License-Identifier: Apache-2.0
"""Files that are missing, damaged or of the wrong kind end a command with status 1 and a reason."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile

import cli

VL = cli.GOLDEN / "vl" / "model_original"
TEXT = cli.GOLDEN / "text" / "l8_full_h4" / "model"
PICTURE = cli.GOLDEN / "vl" / "images" / "wide.png"
TINY_BPE = cli.GOLDEN / "tokenizer" / "tiny_bpe"
QUESTION = {"image": "a.png", "question": "why?", "answers": ["so"], "task": "why"}
ENDLESS = "/dev/zero"
MEMORY = 96 << 20  # enough for the tool to start, too little for a set of questions at its limit


def run_in_little_memory(*words):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return subprocess.run([cli.TOOL, *map(str, words)], capture_output=True, timeout=600,
                          cwd=cli.ROOT, preexec_fn=limit)


class Files(cli.ToolTest):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def fail(self, *words, stdin=b""):
        return self.refuse(cli.FAILED, *words, stdin=stdin)

    def logits(self, model, ids_file):
        return ["debug", "logits", "--model", model, "--ids-file", ids_file,
                "--out", self.folder / "out.npy"]

    def image(self, model, picture):
        return ["debug", "image", "--model", model, picture, "--out", self.folder / "out.npy"]

    def test_absent_model_folders(self):
        absent = self.folder / "absent"
        ids = self.write("ids.txt", b"1 2 3")
        for words in [["ask", "--model", absent, "why?"], ["inspect", absent],
                      ["debug", "tokens", "--model", absent, "--decode", "1"],
                      self.logits(absent, ids), self.image(absent, PICTURE)]:
            self.fail(*words)

    def test_empty_model_folder(self):
        for words in [["ask", "--model", self.folder, "why?"], ["inspect", self.folder],
                      ["debug", "tokens", "--model", self.folder, "--decode", "1"]]:
            self.fail(*words)

    def test_model_without_a_tokenizer_cannot_answer(self):
        self.assertIn("tokenizer", self.fail("ask", "--model", TEXT, "why?"))

    def test_ask_names_the_picture_it_cannot_use(self):
        bad = self.write("bad.png", b"\x89PNG\r\n\x1a\n and then nothing of the kind")
        truncated = self.write("cut.png", PICTURE.read_bytes()[:200])
        text = self.write("text.jpg", b"hello")
        empty = self.write("empty.png", b"")
        for picture in [bad, truncated, text, empty, self.folder / "absent.png", self.folder]:
            self.assertIn(str(picture), self.fail("ask", "--model", VL, picture, "why?"))

    def test_debug_image_names_the_picture_it_cannot_use(self):
        bad = self.write("bad.png", b"GIF89a, which is another format")
        for picture in [bad, self.folder / "absent.png"]:
            self.assertIn(str(picture), self.fail(*self.image(VL, picture)))

    def test_a_text_model_has_no_eye(self):
        self.assertIn("image encoder", self.fail(*self.image(TEXT, PICTURE)))
        self.fail("debug", "features", "--model", TEXT, PICTURE, "--out", self.folder / "out.npy")

    def test_token_ids_that_are_none(self):
        for content in [b"", b"1 2 three", b"1.5", b"-1", b"99999999999", b"1 128"]:
            self.fail(*self.logits(TEXT, self.write("ids.txt", content)))
        self.fail(*self.logits(TEXT, self.folder / "absent.txt"))

    def test_output_that_cannot_be_written(self):
        ids = self.write("ids.txt", b"1 2 3")
        out = self.folder / "no" / "such" / "folder.npy"
        message = self.fail("debug", "logits", "--model", TEXT, "--ids-file", ids, "--out", out)
        self.assertIn(str(out), message)

    def test_evaluation_sets_that_are_none(self):
        line = json.dumps(QUESTION)
        for content in [b"", b"not json\n", b"{}\n", b"[1]\n",
                        line.replace('"why?"', "7").encode()]:
            self.fail("eval", VL, self.write("set.jsonl", content))
        self.fail("eval", VL, self.folder / "absent.jsonl")

    def test_a_task_cannot_take_the_name_of_the_whole_set(self):
        lines = [json.dumps({**QUESTION, "task": task}) for task in ["why", "all"]]
        message = self.fail("eval", VL, self.write("set.jsonl", "\n".join(lines).encode()))
        self.assertIn("line 2", message)
        self.assertIn('"all"', message)

    def test_answers_that_cannot_be_written_are_not_asked_for(self):
        # VL has no tokenizer: had the model been opened first, the message would be about that.
        questions = self.write("set.jsonl", json.dumps(QUESTION).encode())
        answers = self.folder / "no" / "such" / "answers.jsonl"
        self.assertIn(str(answers), self.fail("eval", VL, questions, "--answers", answers))

    def test_a_failed_command_leaves_no_output_file(self):
        questions = self.write("set.jsonl", json.dumps(QUESTION).encode())
        ids = self.write("ids.txt", b"1 2 999999")
        for words in [["eval", VL, questions, "--answers", self.folder / "answers.jsonl"],
                      self.logits(TEXT, ids)]:
            self.fail(*words)
            self.assertEqual(set(self.folder.iterdir()), {questions, ids}, words)

    def test_a_failed_command_leaves_the_output_of_the_last_one(self):
        questions = self.write("set.jsonl", json.dumps(QUESTION).encode())
        answers = self.write("answers.jsonl", b"of yesterday")
        self.fail("eval", VL, questions, "--answers", answers)
        self.assertEqual(answers.read_bytes(), b"of yesterday")

    def test_output_goes_where_a_link_points(self):
        ids = self.write("ids.txt", b"1 2 3")
        self.succeed(*self.logits(TEXT, ids))
        plain = self.folder / "out.npy"
        expected = plain.read_bytes()
        target = self.write("target.npy", b"old")
        plain.unlink()
        plain.symlink_to(target)
        self.succeed(*self.logits(TEXT, ids))
        self.assertTrue(plain.is_symlink())
        self.assertEqual(target.read_bytes(), expected)

    def test_token_ids_outside_the_vocabulary_are_named(self):
        self.assertIn("999999", self.fail(*self.logits(TEXT, self.write("ids.txt", b"1 999999"))))

    def every_way_in(self, file):
        return [["ask", "--model", VL, file, "why?"], self.image(VL, file),
                ["debug", "features", "--model", VL, file, "--out", self.folder / "o.npy"],
                self.logits(TEXT, file), ["eval", VL, file],
                ["debug", "tokens", "--model", TINY_BPE, "--encode-file", file]]

    def test_a_file_beyond_its_limit_is_refused(self):
        huge = self.write("huge", b"")
        os.truncate(huge, 1 << 40)
        for words in self.every_way_in(huge):
            message = self.fail(*words)
            self.assertIn(str(huge), message)
            self.assertIn("bytes", message)

    def test_what_never_ends_is_refused_at_its_limit(self):
        for words in self.every_way_in(ENDLESS):
            message = self.fail(*words)
            self.assertIn(str(ENDLESS), message)
            self.assertIn("bytes", message)

    def test_a_pipe_that_nobody_writes_to_is_not_waited_for(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for words in self.every_way_in(pipe):
            cli.arges(*words)  # ends, in whatever way it treats an empty file

    def test_a_pipe_that_somebody_writes_to_is_read(self):
        text = self.succeed("debug", "tokens", "--model", TINY_BPE, "--encode-file",
                            self.write("text.txt", b"the words"))
        piped = self.succeed("debug", "tokens", "--model", TINY_BPE, "--encode-file", "/dev/stdin",
                             stdin=b"the words")
        self.assertEqual(piped, text)

    def test_running_out_of_memory_is_told_in_words(self):
        if run_in_little_memory("--help").returncode != cli.OK:
            self.skipTest("the tool does not start in so little memory (a sanitizer?)")
        run = run_in_little_memory("eval", VL, self.write("set.jsonl", b"\n" * (60 << 20)))
        self.assertEqual(run.returncode, cli.FAILED)
        self.assertTrue(run.stderr.startswith(b"arges: out of memory; "), run.stderr)
        self.assertEqual(run.stderr.count(b"\n"), 1, run.stderr)

    def test_a_device_that_is_not_there(self):
        ids = self.write("ids.txt", b"1 2 3")
        self.fail("ask", "--device", "cuda", "--model", VL, "why?")
        self.assertEqual(cli.arges(*self.logits(TEXT, ids), "--device", "cpu").returncode, cli.OK)

    def test_bytes_that_are_not_utf8(self):
        path = self.write("text.txt", b"caf\xe9")
        self.fail("debug", "tokens", "--model", TINY_BPE, "--encode-file", path)


if __name__ == "__main__":
    cli.main()
