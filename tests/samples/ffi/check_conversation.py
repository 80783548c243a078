# SPDX-License-Identifier: Apache-2.0
"""Runs a sample that holds a two-turn conversation and checks what it says.

    python3 check_conversation.py SOURCE_FOLDER SAMPLE...

SAMPLE is a command that takes MODEL PICTURE QUESTION1 QUESTION2 behind its own arguments. Status 0
when all is right, 1 when not, 77 when the model or the pictures are not there.
"""

import pathlib
import subprocess
import sys

SKIPPED = 77
PICTURE = "receipt.png"
QUESTIONS = ["What is the total?", "How much is the carrot?"]
ANSWERS = ["10.65", "1.95"]  # samples/images/README.md


def run(sample, *arguments):
    return subprocess.run([*sample, *map(str, arguments)], capture_output=True, text=True,
                          timeout=600)


def check_answers(sample, model, picture):
    result = run(sample, model, picture, *QUESTIONS)
    lines = result.stdout.splitlines()
    if result.returncode != 0 or result.stderr:
        return [f"status {result.returncode}: {result.stderr}"]
    if [line.strip().rstrip(".") for line in lines] != ANSWERS:
        return [f"{ANSWERS} expected on two lines, not {lines}"]
    return []


def check_failures(sample, model, picture):
    """Wrong input ends with status 1 and one line that names what is wrong."""
    wrong = {
        "no/such/model": ["no/such/model", picture, *QUESTIONS],
        "no/such/picture": [model, "no/such/picture", *QUESTIONS],
        __file__: [model, __file__, *QUESTIONS],
    }
    problems = []
    for what, arguments in wrong.items():
        result = run(sample, *arguments)
        if result.returncode != 1 or len(result.stderr.splitlines()) != 1:
            problems.append(f"{what}: status {result.returncode}, said {result.stderr!r}")
    if run(sample).returncode != 2:
        problems.append("no arguments: status 2 expected")
    return problems


def main(source, *sample):
    model = pathlib.Path(source, "models", "pocket")
    picture = pathlib.Path(source, "samples", "images", PICTURE)
    if not (model / "model.safetensors").exists() or not picture.exists():
        print(f"skipped: models/pocket/model.safetensors or {picture} is not there")
        return SKIPPED
    problems = check_answers(sample, model, picture)
    problems += check_failures(sample, model, picture)
    print("\n".join(problems) or "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
