# SPDX-License-Identifier: Apache-2.0
"""MiniMax-M1's published files: its size from the index, its tokens from merges.txt."""

import pathlib
import tempfile
import unittest

import cli

FOLDER = cli.SHARED_DATA / "minimax-m1"
KNOWN = {"嘉祺": 190467, "Hello": 19739, " the": 275, ".chromium": 199999}


@unittest.skipUnless(FOLDER.is_dir(), "../shared/data/minimax-m1 is absent")
class MiniMaxM1(cli.ToolTest):
    def test_inspect_adds_up_the_whole_model(self):
        text = self.succeed("inspect", FOLDER).decode()
        for figure in ["8,243 tensors", "456,089,655,296 parameters", "912,210,767,872 bytes"]:
            self.assertIn(figure, text)

    def test_known_tokens(self):
        for text, token in KNOWN.items():
            self.assertEqual(self.encode(text), [token])
            self.assertEqual(self.decode([token]), text.encode())

    def test_recorded_texts(self):
        cases = cli.load_json(cli.GOLDEN / "tokenizer" / "minimax_m1.json")["cases"]
        for text, ids in cases[10::800]:
            self.assertEqual(self.encode(text), ids, text)
            self.assertEqual(self.decode(ids), text.encode())

    def encode(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "text.txt"
            path.write_bytes(text.encode())
            return [int(word) for word in self.tokens("--encode-file", path).split()]

    def decode(self, ids):
        return self.tokens("--decode", " ".join(map(str, ids)))

    def tokens(self, *options):
        return self.succeed("debug", "tokens", "--model", FOLDER, *options)


if __name__ == "__main__":
    cli.main()
