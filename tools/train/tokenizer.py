# SPDX-License-Identifier: Apache-2.0
"""Builds and wraps the SentencePiece model of the pocket model.

The BPE vocabulary is written by hand rather than trained: every known question word is reached by
merges from its left ("▁h", "▁ho", "▁how"), and all merged pieces begin with "▁". So question words are
single pieces, while a word to be read, which starts an answer without a space, is spelled letter by letter.

    python tokenizer.py models/pocket/tokenizer.model
"""

import random
import re
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

CONTROL = ["<s>", "</s>", "<pad>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<image>"]
SYSTEM_TEXTS = ["You answer questions about pictures.", "Answer in one word.", "You are a helpful assistant."]
EXTRA_WORDS = """a an and are at above answer as be below between big black blue bottom box brown by can circle circles
cm color colour corner cost costs could count cross crosses describe diamond diamonds do does each first five for four
from fourth green grey has have heading heart hearts how image in is it item large last left letter letters line lines
list me middle missing more name no not number numbers object objects of on one or orange picture pink please position
price prices purple read red relative right ring rings say says second see seven shape shapes show shown sign six small
square squares star stars tell text than that the them there these thing things third this three to top total triangle
triangles two type under was were what where which white who with word words write written yellow yes you your zero amount
helpful assistant questions about pictures many see here""".split()


def template_words():
    """Lower-case words that can follow a space in a question or a fixed answer."""
    words = set(EXTRA_WORDS)
    for text in SYSTEM_TEXTS:
        words.update(re.findall(r"[a-z]+", text))
    return sorted(words)


def build(path):
    """Writes the model file; ids are: 0 <unk>, controls, 256 bytes, merged pieces, characters."""
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
    prefixes = {"▁" + w[:i] for w in template_words() for i in range(1, len(w) + 1)}
    merged = sorted(prefixes, key=lambda p: (len(p), p))
    characters = ["▁"] + [chr(c) for c in range(33, 127)]
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

    def encode(self, text):
        return self.model.encode(text)

    def decode(self, ids):
        return self.model.decode([int(i) for i in ids])

    def conversation(self, turns, image_tokens, image_first=True, system=None):
        """(ids, is_answer) of a conversation whose first user turn holds the picture.

        `turns` are (question, answer) pairs; an answer of None ends with the generation prompt.
        """
        ids, answer = [], []

        def put(tokens, flag=False):
            ids.extend(tokens)
            answer.extend([flag] * len(tokens))

        if system:
            put([self.system] + self.encode(system) + [self.end])
        for i, (question, reply) in enumerate(turns):
            picture = [self.image] * image_tokens if i == 0 else []
            text = self.encode(question)
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


if __name__ == "__main__":
    build(sys.argv[1])
    tokenizer = check(sys.argv[1])
    print(tokenizer.size, "pieces;", tokenizer.model.encode("How many red circles are there?", out_type=str))
