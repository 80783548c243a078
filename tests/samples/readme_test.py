# SPDX-License-Identifier: Apache-2.0
"""What README.md shows does what a reader expects: each fenced block that follows the comment
<!-- test --> is run from the source root and must succeed. In sh blocks `./dev ask` and `arges` mean
the tool that was built, so that nothing is built again, and what stands behind the # of a line that
begins with `./dev ask` is its answer; c, cpp and python blocks are whole programs
over libarges.so that answer the question about the receipt, which they
get on standard input."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import cli

ANSWER = re.compile(r"^\./dev ask .*# (.+)$", re.MULTILINE)
BLOCK = re.compile(r"<!-- test -->\s*```(\w+)\n(.*?)```", re.DOTALL)
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror"]


def blocks(markdown, language):
    return [text for name, text in BLOCK.findall(markdown) if name == language]


def shown(language):
    """The README's blocks in a language."""
    return blocks((cli.ROOT / "README.md").read_text(encoding="utf-8"), language)


def with_built_tool(script):
    return script.replace("./dev ask", "arges ask")


class Readme(cli.ToolTest):
    @unittest.skipUnless((cli.ROOT / "README.md").is_file(), "README.md is absent")
    @unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(),
                         "models/pocket has no weights")
    def test_its_commands_succeed(self):
        found = shown("sh")
        self.assertTrue(found, "README.md marks no block with <!-- test -->")
        folder = str(pathlib.Path(cli.TOOL).resolve().parent)
        environment = {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]}
        for script in found:
            run = subprocess.run(["sh", "-eu", "-c", with_built_tool(script)], cwd=cli.ROOT,
                                 env=environment, stdin=subprocess.DEVNULL,
                                 capture_output=True, timeout=300)
            self.assertEqual(run.returncode, 0, (script, run.stderr))
            self.assertTrue(run.stdout.strip(), script)
            said, expected = run.stdout.decode().splitlines(), ANSWER.findall(script)
            self.assertEqual(said[: len(expected)], expected)

    def test_its_programs_are_short(self):
        for language, most in {"c": 20, "python": 15, "cpp": 15}.items():
            for program in shown(language):
                lines = [line for line in program.splitlines() if line.strip()]
                self.assertLessEqual(len(lines), most, language)

    def test_answers_are_found(self):
        self.assertEqual(ANSWER.findall("./dev ask a.png 'b?'  # c d\narges eval  # e\n"), ["c d"])

    def test_blocks_are_found(self):
        text = "<!-- test -->\n```sh\na\nb\n```\n```sh\nnot this\n```\n<!-- test -->\n\n```sh\nc\n```"
        self.assertEqual(blocks(text, "sh"), ["a\nb\n", "c\n"])
        self.assertEqual(blocks(text, "c"), [])


@unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(), "models/pocket has no weights")
class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.library = pathlib.Path(os.environ["ARGES_LIBRARY"])

    def expect_answer(self, command):
        path = os.pathsep.join([str(self.library.parent), os.environ.get("LD_LIBRARY_PATH", "")])
        picture = (cli.ROOT / "samples" / "images" / "receipt.png").read_bytes()
        run = subprocess.run(command, cwd=cli.ROOT, input=picture, capture_output=True, timeout=300,
                             env={**os.environ, "LD_LIBRARY_PATH": path})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.strip(), b"10.65")

    def compile_and_run(self, language, compiler, *options):
        (text,) = shown(language)
        source, program = self.folder / f"program.{language}", self.folder / "program"
        source.write_text(text, encoding="utf-8")
        headers = cli.ROOT / "bindings_c" / "include"
        build = [compiler, *options, *WARNINGS, f"-I{headers}", source, "-o", program,
                 self.library, "-pthread"]
        subprocess.run(build, check=True, timeout=300)
        self.expect_answer([program])

    def test_in_c(self):
        self.compile_and_run("c", os.environ["ARGES_CC"], "-std=c99")

    @unittest.skipUnless(os.environ.get("ARGES_HAS_BOOST") == "1", "Boost is absent")
    def test_as_a_coroutine(self):
        self.compile_and_run("cpp", os.environ["ARGES_CXX"], "-std=c++20")

    def test_in_python(self):
        (text,) = shown("python")
        self.expect_answer([sys.executable, "-c", text])


if __name__ == "__main__":
    cli.main()
