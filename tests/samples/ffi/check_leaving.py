# SPDX-License-Identifier: Apache-2.0
"""An answer that nobody reads to its end leaves the Python sample's conversation as it was.

    python3 check_leaving.py SOURCE_FOLDER LIBRARY

Status 0 when all is right, 1 when not, 77 when the model is not there.
"""

import pathlib
import sys

SKIPPED = 77
QUESTION, ANSWER = "What is the total?", "10.65"  # samples/images/README.md


def main(source, library_path):
    source = pathlib.Path(source)
    if not (source / "models/pocket/model.safetensors").exists():
        print("skipped: models/pocket/model.safetensors is not there")
        return SKIPPED
    sys.path.insert(0, str(source / "samples/ffi/python"))
    from arges import Conversation, Library

    picture = (source / "samples/images/receipt.png").read_bytes()
    with Conversation(Library(library_path), source / "models/pocket") as conversation:
        for _ in range(3):
            pieces = conversation.ask(QUESTION, picture)
            next(pieces)
            pieces.close()
        answer = "".join(conversation.ask(QUESTION, picture))
    if answer.strip().rstrip(".") != ANSWER:
        print(f"{ANSWER} expected, not {answer}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
