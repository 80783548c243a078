# SPDX-License-Identifier: Apache-2.0
"""Records tokenizer goldens: Hugging Face tokenizers on the real merges and on a tiny vocabulary, and SentencePiece."""

import io
import json
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from common import fresh_folder
from texts import WORDS, mixed_strings, training_text

# The published pre-tokenizer pattern (architecture.md §5.3).
PATTERN = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
CHECKS = {"嘉祺": [190467], "Hello": [19739], " the": [275], ".chromium": [199999]}
SPECIALS = ["<end_of_document>", "<beginning_of_sentence>", "<end_of_sentence>", "<image>"]
REAL_STRINGS, TINY_STRINGS = 2000, 200


def record(out: Path, merges: Path | None) -> None:
    root = out / "tokenizer"
    root.mkdir(parents=True, exist_ok=True)
    if merges is None:
        print("minimax_m1.json kept as it is: give --merges to record it again")
    else:
        _record_real(root, merges)
    _record_tiny_bpe(root)
    for kind in ("unigram", "bpe"):
        _record_sentencepiece(root, kind)


def _save_cases(path: Path, head: dict, columns: list[str], rows: list[list]) -> None:
    """One row a line, so that a changed string shows as one changed line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    start = json.dumps(head | {"columns": columns}, ensure_ascii=False)[:-1]
    path.write_text(f'{start}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


def _byte_level(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    split = pre_tokenizers.Split(Regex(PATTERN), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _record_real(root: Path, path: Path) -> None:
    """Rebuilds the 200,000 base tokens from the merges alone (architecture.md §5.2)."""
    lines = path.read_text(encoding="utf-8").split("\n")[1:]
    merges = [tuple(line.split(" ")) for line in lines if line]
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + [left + right for left, right in merges]
    vocab = {token: index for index, token in enumerate(tokens)}
    tokenizer = _byte_level(models.BPE(vocab=vocab, merges=merges))
    whole_words = _byte_level(models.BPE(vocab=vocab, merges=merges, ignore_merges=True))
    strings = mixed_strings(REAL_STRINGS, seed=50)
    rows, differing = [], 0
    for text in dict.fromkeys([*CHECKS, *strings]):
        ids = tokenizer.encode(text).ids
        differing += ids != whole_words.encode(text).ids
        if CHECKS.get(text, ids) != ids or tokenizer.decode(ids, skip_special_tokens=False) != text:
            raise RuntimeError(f"{text!r} encodes to {ids}")
        rows.append([text, ids])
    head = {"pattern": PATTERN, "vocab_size": len(vocab), "differing_with_ignore_merges": differing}
    _save_cases(root / "minimax_m1.json", head, ["text", "ids"], rows)


def _record_tiny_bpe(root: Path) -> None:
    folder = fresh_folder(root / "tiny_bpe")
    literal = _byte_level(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=600, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    literal.train_from_iterator(training_text(seed=51, others=list(WORDS)), trainer)
    literal.model.save(str(folder))
    tokenizer = Tokenizer.from_str(literal.to_str())
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIALS])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_string_merges(folder)
    texts = mixed_strings(TINY_STRINGS - 20, seed=52)
    texts += [f"{a}{special}{b}" for special in SPECIALS for a, b in
              (("", ""), ("x", "y"), ("a ", " b"), ("<", ">"), (special, "\n"))]
    rows = [[text, literal.encode(text).ids, tokenizer.encode(text).ids] for text in dict.fromkeys(texts)]
    specials = {name: tokenizer.token_to_id(name) for name in SPECIALS}
    head = {"pattern": PATTERN, "vocab_size": literal.get_vocab_size(), "special_tokens": specials}
    _save_cases(root / "tiny_bpe.json", head, ["text", "ids", "ids_with_special_tokens"], rows)


def _write_string_merges(folder: Path) -> None:
    """The same tokenizer.json with merges as "left right" strings, the form that older files have."""
    parsed = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    parsed["model"]["merges"] = [" ".join(pair) for pair in parsed["model"]["merges"]]
    text = json.dumps(parsed, ensure_ascii=False, indent=1)
    (folder / "tokenizer_string_merges.json").write_text(text + "\n", encoding="utf-8")


def _record_sentencepiece(root: Path, kind: str) -> None:
    model = root / f"sentencepiece_{kind}.model"
    model.write_bytes(_train_sentencepiece(kind))
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    rows = []
    for text in mixed_strings(TINY_STRINGS, seed=53):
        ids = processor.encode(text)
        rows.append([text, ids, processor.decode(ids)])
    _save_cases(root / f"sentencepiece_{kind}.json", {"vocab_size": processor.get_piece_size()},
                ["text", "ids", "decoded"], rows)


def _train_sentencepiece(kind: str) -> bytes:
    """unigram: nmt_nfkc normalisation, as is the default. bpe: identity, digits split, whitespace kept."""
    options = dict(unigram=dict(normalization_rule_name="nmt_nfkc"),
                   bpe=dict(normalization_rule_name="identity", split_digits=True, remove_extra_whitespaces=False,
                            allow_whitespace_only_pieces=True))[kind]
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training_text(seed=54, others=["cyrillic", "digits", "code"])), model_writer=trained,
        model_type=kind, vocab_size=480, byte_fallback=True, character_coverage=0.995, num_threads=1,
        hard_vocab_limit=False, minloglevel=2, pad_id=3, control_symbols=["<user>", "<assistant>"],
        user_defined_symbols=["<image>"], **options)
    return trained.getvalue()
