# SPDX-License-Identifier: Apache-2.0
"""What the tests of the arges tool share: running it, reading its files, skipping."""

import array
import ast
import json
import os
import pathlib
import pty
import struct
import subprocess
import sys
import termios
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
SHARED_DATA = ROOT.parent / "shared" / "data"
POCKET = ROOT / "models" / "pocket"
TOOL = os.environ.get("ARGES_TOOL", "arges")

OK, FAILED, USAGE = 0, 1, 2
SKIPPED = 77

# A sanitized build computes some thirty times slower: it answers every so many of a set's questions.
STRIDE = int(os.environ.get("ARGES_TEST_STRIDE", "1"))
PATIENCE = 600 if STRIDE == 1 else 1800  # seconds for one command


def arges(*arguments, stdin=b""):
    """Runs the tool to its end; standard output and error are bytes."""
    command = [TOOL] + [str(argument) for argument in arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE,
                          cwd=ROOT)


def chat_at_a_terminal(*lines):
    """What a person at a terminal meets who types these lines (text, or bytes): standard output
    without the echo, and the lines of standard error."""
    ours, theirs = pty.openpty()
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.OPOST
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    chat = subprocess.Popen([TOOL, "chat"], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
                            cwd=ROOT)
    os.close(theirs)
    hung = threading.Timer(PATIENCE, chat.kill)  # ends the reading, too
    hung.start()
    try:
        for line in lines:
            os.write(ours, (line if isinstance(line, bytes) else line.encode()) + b"\n")
        shown = read_terminal(ours)
        _, complaints = chat.communicate()
    finally:
        hung.cancel()
        os.close(ours)
    return shown.decode(), complaints.decode().splitlines()


def read_terminal(descriptor):
    """Until the other side is closed, which Linux reports as an error."""
    data = b""
    try:
        while piece := os.read(descriptor, 4096):
            data += piece
    except OSError:
        pass
    return data


def load_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def read_npy(path):
    """(shape, values) of a float32 .npy file; fails on any other."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", "not a version 1 .npy file"
    (length,) = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10:10 + length].decode("latin1").strip())
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    assert (10 + length) % 64 == 0, "values are not aligned"
    values = array.array("f")
    values.frombytes(data[10 + length:])
    count = 1
    for extent in header["shape"]:
        count *= extent
    assert len(values) == count, "size and shape disagree"
    return header["shape"], values


def max_difference(a, b):
    assert len(a) == len(b), (len(a), len(b))
    # A NaN compares false with everything and must not pass for a small difference.
    return max((d if d == d else float("inf") for d in (abs(x - y) for x, y in zip(a, b))), default=0)


class ToolTest(unittest.TestCase):
    maxDiff = None

    def succeed(self, *arguments, stdin=b""):
        """Standard output of a run that must succeed without a word on standard error."""
        run = arges(*arguments, stdin=stdin)
        self.assertEqual((run.returncode, run.stderr), (OK, b""), arguments)
        return run.stdout

    def refuse(self, status, *arguments, stdin=b""):
        """The one line of a run that must end with that status."""
        run = arges(*arguments, stdin=stdin)
        self.assertEqual(run.returncode, status, (arguments, run.stderr))
        message = run.stderr.decode()
        self.assertEqual(message.count("\n"), 1, message)
        self.assertTrue(message.startswith("arges: ") and message.endswith("\n"), message)
        self.assertEqual(run.stdout, b"")
        return message


def main():
    """As unittest.main, but a script of which nothing could run exits with 77."""
    program = unittest.main(exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun == len(result.skipped) else 0)
