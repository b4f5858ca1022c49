"""Trains the byte-level BPE: Qwen2's pieces, bytes first, merges next, special tokens last, as the engine expects it.

`python tokenizer.py SAMPLES.jsonl TOKENIZER.json [--size 8192]`; the samples are those of `training-set`.

Merges never join a space or a quotation mark with a capital: "Acme" is the same tokens in a page and in an answer, so that
copying a name is copying tokens. The pieces stay Qwen2's, because the engine cuts text that way whatever the file says.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# A refinement of Qwen2's pieces: every one of these lies within one of those.
TRAINING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)| ?\p{Ll}+|\p{Lu}\p{L}*|\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# Text after the last header of a chat with thinking off.
THOUGHT = "<think>\n\n</think>\n\n"


def byte_letters() -> list[str]:
    """GPT-2's printable letter for every byte, in the order of the bytes."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    other = iter(range(0x100, 0x200))
    return [chr(byte) if byte in plain else chr(next(other)) for byte in range(256)]


def chat(system: str, user: str) -> str:
    """The prompt as the chat template of the model file renders it."""
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n{THOUGHT}"


def assemble(vocab: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    """A tokenizer that cuts as Qwen2 does."""
    made = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    split = pre_tokenizers.Split(Regex(QWEN2), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False, trim_offsets=False)])
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return made


def load(path: Path) -> Tokenizer:
    """Reads what `main` wrote."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    vocab = {token: number for number, token in enumerate(stored["tokens"])}
    return assemble(vocab, [tuple(merge.split(" ")) for merge in stored["merges"]])


def main() -> None:
    """Trains and writes the tokens in order of their ids, and the merges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=8192)
    options = parser.parse_args()
    texts = []
    for number, line in enumerate(options.samples.open(encoding="utf-8")):
        sample = json.loads(line)
        texts.append(sample["user"] + "".join(part[0] for part in sample["answer_parts"]))
        if number % 20 == 0:
            texts.append(chat(sample["system"], ""))
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(TRAINING), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    letters = byte_letters()
    trainer = trainers.BpeTrainer(vocab_size=options.size - len(SPECIAL), initial_alphabet=letters, show_progress=False, max_token_length=24)
    trained.train_from_iterator(texts, trainer)
    merges = [tuple(merge) for merge in json.loads(trained.to_str())["model"]["merges"]]
    tokens = list(letters)
    known = set(tokens)
    for left, right in merges:
        if left + right not in known:
            known.add(left + right)
            tokens.append(left + right)
    tokens += SPECIAL
    options.out.write_text(json.dumps({"tokens": tokens, "merges": [" ".join(merge) for merge in merges]}, ensure_ascii=False), encoding="utf-8")
    check = load(options.out)
    for text in texts[:200]:
        if check.decode(check.encode(text).ids, skip_special_tokens=False) != text:
            raise SystemExit(f"the tokenizer does not give back: {text[:200]!r}")
    print(f"{len(tokens)} tokens, {len(merges)} merges")


if __name__ == "__main__":
    main()
