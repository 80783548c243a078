# SPDX-License-Identifier: Apache-2.0
"""The files of the source tree, for the tests of this folder."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILED = {".h", ".hpp", ".c", ".cpp", ".cu", ".cuh"}
SCRIPTS = {".py", ".sh", ".cmake"}
SCRIPT_NAMES = {"CMakeLists.txt", "dev", "run"}


def is_source(path):
    """Whether a file is code that people write."""
    path = pathlib.PurePosixPath(path)
    return path.suffix in COMPILED | SCRIPTS or path.name in SCRIPT_NAMES


def is_compiled(path):
    return pathlib.PurePosixPath(path).suffix in COMPILED


def _files_of_git():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in listing.stdout.decode().split("\0") if name]


def _files_of_folder():
    """For a tree without git: everything but build folders and hidden ones."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders
                      if f == ".ci" or not (f.startswith(".") or f in ("build", "__pycache__"))]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return found


def files():
    """Paths of all files of the project, relative to its root, with forward slashes."""
    try:
        found = _files_of_git()
    except (OSError, subprocess.CalledProcessError):
        found = _files_of_folder()
    return sorted(name for name in found if (ROOT / name).is_file())


def text(path):
    """A file's text, or None for a binary file."""
    data = (ROOT / path).read_bytes()
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def includes(source):
    """What a C or C++ text includes, as (opening character, path)."""
    return re.findall(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', source, re.MULTILINE)
