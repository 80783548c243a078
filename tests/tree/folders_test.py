# SPDX-License-Identifier: Apache-2.0
"""Each folder of sources says what it is for."""

import pathlib
import re
import unittest

import tree

# The README one level up speaks for these: they are parts of one thing, not things.
PARENT_SPEAKS = re.compile(r"bindings_c/(src|abi|cmake|include/arges)|samples/ffi/[^/]+|cmake|tests/.+")
# A page: what a reader takes in before opening the first file.
MAX_README_LINES = 100


def source_folders():
    return sorted({str(pathlib.PurePosixPath(path).parent) for path in tree.files()
                   if "/" in path and tree.is_source(path) and not path.startswith(".")})


class Folders(unittest.TestCase):
    maxDiff = None

    def test_every_source_folder_has_a_readme(self):
        missing = [folder for folder in source_folders()
                   if not PARENT_SPEAKS.fullmatch(folder)
                   and not (tree.ROOT / folder / "README.md").is_file()]
        self.assertEqual(missing, [])

    def test_readmes_name_files_that_exist(self):
        """`name.h` and `folder/` in backquotes, unless a pattern, are there."""
        absent = []
        for path in tree.files():
            if path.endswith("README.md"):
                absent += [f"{path}: {name}" for name in missing_names(path)]
        self.assertEqual(absent, [])

    def test_readmes_are_a_page(self):
        long = [path for path in tree.files()
                if "/" in path and path.endswith("README.md")
                and len(tree.text(path).splitlines()) > MAX_README_LINES]
        self.assertEqual(long, [])


def missing_names(readme):
    """Source files a README names that exist neither beside it, nor from the root, nor by that name
    anywhere: a reader would look for them in vain."""
    here = (tree.ROOT / readme).parent
    known = {pathlib.PurePosixPath(path).name for path in tree.files()}
    names = re.findall(r"`([\w./-]+\.(?:h|hpp|c|cpp|py))`", tree.text(readme))
    return [name for name in names
            if not (here / name).exists() and not (tree.ROOT / name).exists()
            and pathlib.PurePosixPath(name).name not in known]


if __name__ == "__main__":
    unittest.main()
