# SPDX-License-Identifier: Apache-2.0
"""The commands that README.md shows do what a reader expects: each fenced sh block that follows the
comment <!-- test --> is run from the source root and must succeed. `./dev ask` and `arges` mean the
tool that was built, so that nothing is built again."""

import os
import pathlib
import re
import subprocess
import unittest

import cli

BLOCK = re.compile(r"<!-- test -->\s*```sh\n(.*?)```", re.DOTALL)


def blocks(markdown):
    return BLOCK.findall(markdown)


def with_built_tool(script):
    return script.replace("./dev ask", "arges ask")


class Readme(cli.ToolTest):
    @unittest.skipUnless((cli.ROOT / "README.md").is_file(), "README.md is absent")
    @unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(),
                         "models/pocket has no weights")
    def test_its_commands_succeed(self):
        found = blocks((cli.ROOT / "README.md").read_text(encoding="utf-8"))
        self.assertTrue(found, "README.md marks no block with <!-- test -->")
        folder = str(pathlib.Path(cli.TOOL).resolve().parent)
        environment = {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]}
        for script in found:
            run = subprocess.run(["sh", "-eu", "-c", with_built_tool(script)], cwd=cli.ROOT,
                                 env=environment, stdin=subprocess.DEVNULL,
                                 capture_output=True, timeout=300)
            self.assertEqual(run.returncode, 0, (script, run.stderr))
            self.assertTrue(run.stdout.strip(), script)

    def test_blocks_are_found(self):
        text = "<!-- test -->\n```sh\na\nb\n```\n```sh\nnot this\n```\n<!-- test -->\n\n```sh\nc\n```"
        self.assertEqual(blocks(text), ["a\nb\n", "c\n"])


if __name__ == "__main__":
    cli.main()
