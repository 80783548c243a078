# SPDX-License-Identifier: Apache-2.0
"""Asks two questions about a picture, the second one in the same conversation.

    python3 conversation.py LIBRARY MODEL_FOLDER PICTURE QUESTION1 QUESTION2

Needs Python 3.9 or later and nothing but its standard library. LIBRARY is libarges.so. Answers go
to standard output as they are made, one line each. Exit status 0, 1 when something failed (one
line on standard error says what), 2 for a wrong command line.
"""

import sys

from arges import ArgesError, Conversation, Library


def print_answer(pieces):
    for piece in pieces:
        print(piece, end="", flush=True)
    print()


def main(arguments):
    if len(arguments) != 5:
        print(__doc__.strip().splitlines()[2].strip(), file=sys.stderr)
        return 2
    library_path, model_path, picture_path, first, second = arguments
    try:
        with open(picture_path, "rb") as file:
            picture = file.read()
        with Conversation(Library(library_path), model_path) as conversation:
            print_answer(conversation.ask(first, picture))
            print_answer(conversation.ask(second))
    except (ArgesError, OSError) as error:
        print(f"conversation.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
