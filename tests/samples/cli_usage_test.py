# SPDX-License-Identifier: Apache-2.0
"""The tool's exit status and its one line of complaint, before any model is opened."""

import cli


class Usage(cli.ToolTest):
    def test_help_is_a_success_on_standard_output(self):
        for words in [["--help"], ["ask", "--help"], ["debug", "--help"],
                      ["debug", "logits", "--help"], ["bench", "--help"]]:
            text = self.succeed(*words).decode()
            self.assertIn("arges", text)

    def test_help_names_every_command(self):
        text = self.succeed("--help").decode()
        for command in ["ask", "chat", "inspect", "quantize", "eval", "bench", "debug"]:
            self.assertIn(command, text)

    def test_version_names_library_and_abi(self):
        self.assertRegex(self.succeed("--version").decode(), r"^arges \d+\.\d+\.\d+, ABI \d+\.\d+\n$")

    def test_wrong_command_lines_are_usage_errors(self):
        for words in [[], ["frobnicate"], ["ask"], ["ask", "--frobnicate", "why?"],
                      ["ask", "--device", "abacus", "why?"], ["ask", "--device", "cuda:", "why?"],
                      ["ask", "--device", "cpu:1", "why?"], ["ask", "--max-tokens", "0", "why?"],
                      ["ask", "--max-tokens", "many", "why?"], ["ask", "--temperature", "-1", "why?"],
                      ["ask", "--temperature", "nan", "why?"],
                      ["ask", "--threads", "-1", "why?"], ["inspect"], ["inspect", "a", "b"],
                      ["eval", "models/pocket"], ["eval", "a", "b", "--parallel", "0"], ["debug"],
                      ["debug", "logits"], ["debug", "logits", "--ids-file", "ids.txt"],
                      ["debug", "tokens"],
                      ["debug", "tokens", "--encode-file", "a", "--decode", "1"],
                      ["debug", "image", "--out", "a.npy"], ["debug", "features", "a.png"],
                      ["bench", "frobnicate"], ["bench", "lm", "--repeats", "0"],
                      ["bench", "lm", "--prefill", "512,"], ["bench", "lm", "--batch", "0"],
                      ["bench", "vision", "--tiles", "1;5"], ["bench", "sessions", "--tokens", "1"],
                      ["bench", "lm", "--shape", "pocket", "--weights", "f32"]]:
            message = self.refuse(cli.USAGE, *words)
            self.assertIn("--help", message)

    def test_an_unknown_command_is_named(self):
        self.assertIn("frobnicate", self.refuse(cli.USAGE, "frobnicate", "a.png"))

    def test_a_picture_where_the_question_belongs_is_a_usage_error(self):
        picture = str(cli.ROOT / "samples" / "images" / "sign.png")
        for words in [[picture], [picture, picture], ["What does the sign say?", picture]]:
            self.assertIn("question", self.refuse(cli.USAGE, "ask", *words))


if __name__ == "__main__":
    cli.main()
