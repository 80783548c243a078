# SPDX-License-Identifier: Apache-2.0
"""A program linked against ABI 0.1 is refused by the system's loader, whatever the file is called.

    python3 old_program_test.py COMPILER LIBRARY
"""

import os
import pathlib
import subprocess
import sys
import tempfile

OLD_LIBRARY = "unsigned arges_abi_version(void) { return 1; }\n"
OLD_MAP = "ARGES_0 { global: arges_abi_version; local: *; };\n"
OLD_PROGRAM = """
unsigned arges_abi_version(void);
int main(void) { return arges_abi_version() == 1 ? 0 : 3; }
"""


def build_old_program(compiler, folder):
    for name, text in {"old.c": OLD_LIBRARY, "old.map": OLD_MAP, "main.c": OLD_PROGRAM}.items():
        (folder / name).write_text(text, encoding="utf-8")
    library = folder / "libarges.so.0"
    subprocess.run([compiler, "-shared", "-fPIC", "-Wl,-soname,libarges.so.0",
                    f"-Wl,--version-script={folder / 'old.map'}", folder / "old.c", "-o", library],
                   check=True)
    program = folder / "program"
    subprocess.run([compiler, folder / "main.c", library, "-o", program], check=True)
    return program, library


def start(program, folder):
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "LC_ALL": "C"}
    return subprocess.run([program], env=environment, capture_output=True, text=True)


def main(compiler, library):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, old = build_old_program(compiler, folder)
        if start(program, folder).returncode != 0:
            return "the program does not run with the library it was built against"
        old.unlink()
        old.symlink_to(library)
        renamed = start(program, folder)
        if renamed.returncode == 0 or "version `ARGES_0' not found" not in renamed.stderr:
            return f"not refused: {renamed}"
        old.unlink()
        (folder / pathlib.Path(library).name).symlink_to(library)
        missing = start(program, folder)
        if missing.returncode == 0 or "libarges.so.0: cannot open" not in missing.stderr:
            return f"the new library's name must not be the old one's: {missing}"
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
