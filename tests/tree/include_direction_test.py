# SPDX-License-Identifier: Apache-2.0
"""samples -> bindings_c -> sdk -> { vision, language } -> kernels, and never the other way."""

import re
import unittest

import tree

MAY_INCLUDE = {
    "kernels": {"kernels"},
    "vision": {"vision", "kernels"},
    "language": {"language", "kernels"},
    "sdk": {"sdk", "vision", "language", "kernels"},
    "bindings_c": {"bindings_c", "sdk", "vision", "language", "kernels"},
    "samples": {"samples", "bindings_c", "sdk", "vision", "language", "kernels"},
}
MAY_INCLUDE["tests"] = MAY_INCLUDE["samples"] | {"tests"}
PUBLIC = "bindings_c/include/"
PUBLIC_HEADERS = {"arges.h", "arges.hpp", "arges_asio.hpp"}
# Files are read and written in sdk/model alone, behind its limits.
FILE_ACCESS = re.compile(r"\b(fopen|freopen|[io]?fstream|mmap|std::filesystem)\b|::open\s*\(")


def direction_problems(path, source):
    """What is wrong with a file's includes of the tree; public headers have a rule of their own."""
    folder = path.split("/")[0]
    problems = []
    for opening, included in tree.includes(source):
        target = included.split("/")[0]
        if target == "arges":
            if folder not in ("bindings_c", "samples", "tests"):
                problems.append(f"{path} includes the public {included}")
        elif target in MAY_INCLUDE:
            if target not in MAY_INCLUDE[folder]:
                problems.append(f"{path} includes {included}, against the direction")
        elif opening == '"' and (tree.ROOT / path).parent.joinpath(included).exists():
            problems.append(f"{path} includes {included} by a path that is not from the root")
    return problems


def public_header_problems(path, source):
    return [f"{path} includes {included}; public headers know only the system and each other"
            for opening, included in tree.includes(source)
            if (opening == '"' and included not in PUBLIC_HEADERS)
            or included.split("/")[0] in MAY_INCLUDE]


def file_access_problems(path, source):
    found = FILE_ACCESS.search(source)
    return [f"{path} uses {found.group(0)}; only sdk/model reads files"] if found else []


def compiled_files():
    for path in tree.files():
        if tree.is_compiled(path) and path.split("/")[0] in MAY_INCLUDE:
            yield path, tree.text(path)


class IncludeDirection(unittest.TestCase):
    maxDiff = None

    def test_every_include_follows_the_direction(self):
        problems = [problem for path, source in compiled_files() if not path.startswith(PUBLIC)
                    for problem in direction_problems(path, source)]
        self.assertEqual(problems, [])

    def test_public_headers_include_nothing_of_the_tree(self):
        problems = [problem for path, source in compiled_files() if path.startswith(PUBLIC)
                    for problem in public_header_problems(path, source)]
        self.assertEqual(problems, [])

    def test_vision_and_language_do_no_file_access(self):
        problems = [problem for path, source in compiled_files()
                    if path.split("/")[0] in ("vision", "language")
                    for problem in file_access_problems(path, source)]
        self.assertEqual(problems, [])

    def test_the_rules_refuse_what_they_should(self):
        for path, line in [("vision/a.cpp", '#include "language/text/token.h"'),
                           ("language/a.h", '#include "vision/decode/image.h"'),
                           ("kernels/a.h", '#include "sdk/model/limits.h"'),
                           ("sdk/a.cpp", '#include "bindings_c/src/boundary.h"'),
                           ("sdk/a.cpp", "#include <arges/arges.h>"),
                           ("sdk/a.cpp", '#  include "tests/support/npy.h"'),
                           ("sdk/model/a.cpp", '#include "limits.h"')]:
            self.assertTrue(direction_problems(path, line), (path, line))
        self.assertTrue(public_header_problems("x", '#include "kernels/base/status.h"'))
        self.assertTrue(file_access_problems("x", "std::ifstream in(path);"))

    def test_the_rules_accept_what_they_should(self):
        for path, line in [("sdk/a.cpp", '#include "vision/decode/image.h"'),
                           ("samples/a.cpp", '#include "arges/arges.hpp"'),
                           ("kernels/a.cpp", "#include <vector>")]:
            self.assertEqual(direction_problems(path, line), [])
        self.assertEqual(public_header_problems("x", '#include "arges.h"'), [])


if __name__ == "__main__":
    unittest.main()
