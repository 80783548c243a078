# SPDX-License-Identifier: Apache-2.0
"""What the Python binding offers beside asking does what it says.

    python3 check_python.py SOURCE_FOLDER LIBRARY

Status 0 when all is right, 1 when not, 77 when the model is not there.
"""

import pathlib
import sys
import tempfile

SKIPPED = 77
QUESTION, ANSWER = "What is the total?", "10.65"  # samples/images/README.md


def raised(kind, action):
    try:
        action()
    except kind as error:
        return error
    return None


def checks(arges, library, model, picture):
    """Yields (what must hold, whether it does)."""
    loaded = []
    with arges.Conversation(library, model, threads=1, device="cpu", checkpoints=4,
                            progress=lambda done, total: loaded.append((done, total))) as talk:
        yield "loading reports bytes", loaded and loaded[-1][0] <= loaded[-1][1]
        tokens = talk.tokenize(QUESTION)
        yield "tokens stand for their text", talk.detokenize(tokens) == QUESTION.encode()
        yield "no text has no tokens", talk.tokenize("") == [] and talk.detokenize([]) == b""
        wrong = raised(arges.ArgesError, lambda: talk.detokenize([-1]))
        yield "a number that is no token is refused", wrong and wrong.status == "INVALID_ARGUMENT"
        alone, shown = talk.count_tokens(QUESTION), talk.count_tokens(QUESTION, picture)
        yield "a picture costs tokens", shown > alone > len(tokens)

        answer = "".join(talk.ask(QUESTION, picture))
        yield "the answer is right", answer.strip().rstrip(".") == ANSWER
        yield "timings are of this request", talk.timings["total"] > talk.timings["images"] > 0
        before = talk.token_count()
        yield "the conversation holds the prompt", before >= shown
        talk.add("The shop is closed.")
        yield "what was added is held", talk.token_count() > before

        with talk.fork() as fork:
            held = fork.token_count()
            yield "a fork holds the past", held == talk.token_count()
            fork.rewind(1)
            yield "going back forgets", fork.token_count() < held == talk.token_count()
            fork.rewind(0)
            found = fork.reuse(QUESTION, picture)
            yield "a question asked before is reused whole", shown > found.reused > shown / 2
            retry = "".join(fork.ask(QUESTION, picture))
            yield "asked again it answers the same", retry == answer
        with talk.fork() as fork, tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "talk"
            talk.save(file)
            fork.rewind(0)
            fork.load(file)
            yield "what was saved is loaded", fork.token_count() == talk.token_count()
            absent = raised(arges.ArgesError, lambda: fork.load(file.with_name("none")))
            yield "a file that is not there is said", absent and absent.status == "NOT_FOUND"
        short = "".join(talk.ask(QUESTION, max_tokens=1))
        yield "options are kept", len(talk.tokenize(short)) == 1
        going_on = "".join(talk.ask(QUESTION, picture, beginning=answer[:2]))
        yield "an answer goes on from its beginning", answer[:2] + going_on == answer
        unknown = raised(TypeError, lambda: list(talk.ask(QUESTION, max_token=1)))
        yield "an unknown option is named", unknown and "max_token" in str(unknown)
        damaged = raised(arges.ArgesError, lambda: list(talk.ask(QUESTION, picture[:2000])))
        yield "a damaged picture is said", damaged and damaged.status == "IMAGE_DECODE"
        again = "".join(talk.ask(QUESTION, picture))
        yield "the conversation goes on behind a failure", again == answer


def main(source, library_path):
    source = pathlib.Path(source)
    model = source / "models/pocket"
    if not (model / "model.safetensors").exists():
        print("skipped: models/pocket/model.safetensors is not there")
        return SKIPPED
    sys.path.insert(0, str(source / "samples/ffi/python"))
    import arges

    picture = (source / "samples/images/receipt.png").read_bytes()
    library = arges.Library(library_path)
    wrong = [what for what, holds in checks(arges, library, model, picture) if not holds]
    for what in wrong:
        print("not so:", what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
