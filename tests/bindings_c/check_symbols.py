# SPDX-License-Identifier: Apache-2.0
"""What the binaries show and need, read with nm.

    python3 check_symbols.py exports LIBRARY HEADER MAP    exported names = the header's = the map's,
                                                           and so the version that each carries
    python3 check_symbols.py imports ARCHIVE...            nothing that ends, prints or asks around
"""

import re
import subprocess
import sys

# A library must not end the process, write to its streams, change its signals or let the
# environment steer it (reliability.md §3.4).
FORBIDDEN = re.compile(
    r"^(abort|_?exit|_Exit|quick_exit|atexit|__assert_fail|raise|kill"
    r"|v?f?printf|__v?f?printf_chk|puts|fputs|fputc|putchar|putc|perror|fwrite"
    r"|stdout|stderr|_ZSt4cout|_ZSt4cerr|_ZSt4clog|_ZNSt8ios_base4InitC1Ev"
    r"|signal|sigaction|getenv|secure_getenv|setenv|putenv|system|popen|fork|execv.*|dlopen)$")

# Name of the object file to names it may need all the same, with the reason.
ALLOWED = {
    # Its own libarges_cuda.so, by absolute path beside the library.
    "load_cuda_library.cpp.o": ("dlopen",),
    # ARGES_ISA, which names the unit for products of 8 bits or bf16 among those of the processor.
    "wanted_unit.cpp.o": ("getenv",),
}


def nm(*arguments):
    result = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True)
    return result.stdout.splitlines()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def defined(library):
    """Names without their version, and the version nodes, which are absolute symbols."""
    lines = [line.split() for line in nm("-D", "--defined-only", library)]
    names = {fields[-1].split("@")[0] for fields in lines if fields[-2] != "A"}
    return names, {fields[-1].split("@")[0] for fields in lines if fields[-2] == "A"}


def soname(library):
    result = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True)
    return re.search(r"SONAME.*\[(.*)\]", result.stdout)[1]


def declared(header):
    return set(re.findall(r"^ARGES_API [^;(]*?(\w+)\(", header, re.MULTILINE))


def mapped(export_map):
    text = re.sub(r"/\*.*?\*/", "", export_map, flags=re.DOTALL)
    return (set(re.findall(r"^\s*(arges_\w+);", text, re.MULTILINE)),
            set(re.findall(r"^(\w[\w.]*) *\{", text, re.MULTILINE)))


def abi_name(header):
    """What must agree between a program and the library: while the major is 0, the minor too."""
    version = int(re.search(r"#define ARGES_ABI_VERSION (0x[0-9A-Fa-f]+)u", header)[1], 16)
    major, minor = version >> 16, version & 0xFFFF
    return str(major) if major > 0 else f"0.{minor}"


def version_problems(name, library_name, nodes, map_nodes):
    expected = {"SONAME": ({library_name}, {f"libarges.so.{name}"}),
                "the library's version node": (nodes, {f"ARGES_{name}"}),
                "arges.map's node": (map_nodes, {f"ARGES_{name}"})}
    return [f"{what} is {sorted(found)}; ARGES_ABI_VERSION says {sorted(wanted)}"
            for what, (found, wanted) in expected.items() if found != wanted]


def differences(title, left, right):
    return [f"{title}: {name}" for name in sorted(left - right)]


def check_exports(library, header, export_map):
    text = read(header)
    shown, nodes = defined(library)
    listed, map_nodes = mapped(read(export_map))
    told = declared(text)
    return (version_problems(abi_name(text), soname(library), nodes, map_nodes)
            + differences("exported but not in arges.h", shown, told)
            + differences("in arges.h but not exported", told, shown)
            + differences("in arges.map but not in arges.h", listed, told)
            + differences("in arges.h but not in arges.map", told, listed))


def check_imports(*archives):
    problems = []
    for archive in archives:
        for line in nm("-A", "--undefined-only", archive):
            place, name = line.rsplit(" U ", 1) if " U " in line else line.rsplit(" w ", 1)
            member = place.strip().rstrip(":").rsplit(":", 1)[-1].strip()
            if FORBIDDEN.match(name) and name not in ALLOWED.get(member, ()):
                problems.append(f"{archive}: {member} needs {name}")
    return problems


def main(mode, *arguments):
    checks = {"exports": check_exports, "imports": check_imports}
    problems = checks[mode](*arguments)
    print("\n".join(problems) or "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
