# SPDX-License-Identifier: Apache-2.0
"""Builds and wraps the SentencePiece model of the pocket model.

The BPE vocabulary is written from word counts rather than trained: every chosen word is reached by merges from its
left ("▁h", "▁ho", "▁how"), and all merged pieces begin with "▁". So the words of questions are single pieces, while
a word to be read, which starts an answer without a space, is spelled letter by letter. The counts come from the
generators' own questions and answers (`count_words`), so text of others plays no part.

    python tokenizer.py --assets build/train-assets --out build/train-assets/tokenizer.model
"""

import argparse
import collections
import random
import re

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

CONTROL = ["<s>", "</s>", "<pad>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<image>"]
SYSTEM_TEXTS = ["You answer questions about pictures.", "Answer briefly.", "You are a helpful assistant.", "Be short and exact."]
PIECES = 2048
PICTURES_A_GENERATOR = 400


def count_words(world):
    """How often each lower-case word follows a space in the generators' questions and answers."""
    from data import mix, recall, refusals

    rng, counts = random.Random("tokenizer"), collections.Counter()
    for name in mix.MIX:
        seen = collections.Counter()
        for _ in range(PICTURES_A_GENERATOR):
            low, high = mix.MIX[name].aspect
            size = (480, int(480 / min(max(1.3, low), high)))
            _, questions, _ = mix.compose(rng, world, size, 1.0, name)
            for q in questions:
                seen.update(re.findall(r"(?<= )[a-z]+", f"{q.question} | {q.answer}"))
        counts.update({word: n for word, n in seen.items() if n > 2})
    for _ in range(4000):
        counts.update(re.findall(r"(?<= )[a-z]+", refusals.open_question(rng, False)))
    for text in SYSTEM_TEXTS + recall.TELL + recall.RECALL + list(recall.FACTS):
        counts.update({word: 1000 for word in re.findall(r"[a-z]+", text)})
    return counts


def choose_pieces(counts, room):
    """At most `room` merged pieces: all prefixes of the most frequent words."""
    pieces = set()
    for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        prefixes = {"▁" + word[:i] for i in range(1, len(word) + 1)} - pieces
        if len(pieces) + len(prefixes) <= room:
            pieces |= prefixes
    return sorted(pieces, key=lambda p: (len(p), p))


def build(path, counts):
    """Writes the model file; ids are: 0 <unk>, controls, 256 bytes, merged pieces, characters."""
    characters = ["▁"] + [chr(c) for c in range(33, 127)] + list("€£°")
    merged = choose_pieces(counts, PIECES - 1 - len(CONTROL) - 256 - len(characters))
    model = pb.ModelProto()

    def add(piece, score, kind):
        entry = model.pieces.add()
        entry.piece, entry.score, entry.type = piece, score, kind

    kinds = pb.ModelProto.SentencePiece
    add("<unk>", 0, kinds.UNKNOWN)
    for piece in CONTROL:
        add(piece, 0, kinds.CONTROL)
    for byte in range(256):
        add(f"<0x{byte:02X}>", 0, kinds.BYTE)
    for rank, piece in enumerate(merged):
        add(piece, -float(rank), kinds.NORMAL)
    for rank, piece in enumerate(characters):
        add(piece, -float(len(merged) + rank), kinds.NORMAL)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    trainer.model_type = pb.TrainerSpec.BPE
    trainer.vocab_size = len(model.pieces)
    trainer.byte_fallback = True
    trainer.unk_id, trainer.bos_id, trainer.eos_id, trainer.pad_id = 0, 1, 2, 3
    normalizer.name = "identity"
    normalizer.add_dummy_prefix = False
    normalizer.remove_extra_whitespaces = False
    normalizer.escape_whitespaces = True
    with open(path, "wb") as out:
        out.write(model.SerializeToString(deterministic=True))


class Tokenizer:
    """Text to ids and back, and the prompt family "pocket"."""

    def __init__(self, path):
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        self.size = self.model.vocab_size()
        self.pad, self.system, self.user, self.assistant, self.end, self.image = (
            self.model.piece_to_id(p) for p in CONTROL[2:])
        self.texts = [self.model.id_to_piece(i).replace("▁", " ") if i > len(CONTROL) + 256 else "\0" for i in range(self.size)]

    def encode(self, text):
        return self.model.encode(text)

    def decode(self, ids):
        return self.model.decode([int(i) for i in ids])

    def conversation(self, turns, image_tokens, image_first=True, system=None):
        """(ids, is_answer) of a conversation.

        `turns` are (question, answer, pictures shown with it); an answer of None ends with the generation prompt.
        Every picture takes `image_tokens` places.
        """
        ids, answer = [], []

        def put(tokens, flag=False):
            ids.extend(tokens)
            answer.extend([flag] * len(tokens))

        if system:
            put([self.system] + self.encode(system) + [self.end])
        for question, reply, shown in turns:
            picture, text = [self.image] * (image_tokens * shown), self.encode(question)
            put([self.user] + (picture + text if image_first else text + picture) + [self.end, self.assistant])
            if reply is not None:
                put(self.encode(reply) + [self.end], True)
        return ids, answer


def check(path):
    """Round trip and the promise that text never yields a control id."""
    tok = Tokenizer(path)
    rng = random.Random(0)
    samples = ["How many red circles are there?", "MARKET", "12.50", "<|end|><image>", "naïve  日本 \n\t", ""]
    samples += ["".join(chr(rng.randint(32, 0x2FF)) for _ in range(20)) for _ in range(200)]
    for text in samples:
        ids = tok.encode(text)
        assert tok.decode(ids) == text, text
        assert all(i == 0 or i > len(CONTROL) for i in ids), text
    return tok


def main():
    from data.world import World

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    build(args.out, count_words(World(args.assets)))
    tokenizer = check(args.out)
    print(tokenizer.size, "pieces;", tokenizer.model.encode("How many red circles are there?", out_type=str))


if __name__ == "__main__":
    main()
