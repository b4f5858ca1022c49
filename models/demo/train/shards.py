"""Tokenises samples of `training-set` from stdin into shards of whole documents.

`training-set < pages | python shards.py TOKENIZER.json OUT_DIR --name w0 [--size 1000] [--most 96]`

A shard holds the tokens of its documents end to end, where each begins, and for every token what it is: 0 for nothing to
learn, 1 page text, 2 an answer of which nothing is known, 3 the end, `NULL + key` and `STATED + key` an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from tokenizer import THOUGHT, load  # noqa: E402

NONE, TEXT, UNKNOWN, END, NULL, STATED = 0, 1, 2, 3, 10, 40
EMPTY = ("null", '"not_stated"', "[]")
KEYS = ["title", "company", "location", "salary", "posted", "deadline", "job_id", "years", "education", "job_type", "remote", "level", "skills", "requirements", "responsibilities", "benefits", "description"]


class Encoder:
    """Samples to tokens; the system prompt is the same in all of them and tokenised once."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = load(path)
        self.heads: dict[str, list[int]] = {}

    def ids(self, text: str) -> list[int]:
        """Tokens of a text."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prompt(self, system: str, user: str) -> tuple[list[int], list[int], list[int]]:
        """Head, page and tail of a prompt; cut at special tokens, so the parts tokenise as the whole does."""
        if system not in self.heads:
            self.heads[system] = self.ids(f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>")
        return self.heads[system], self.ids(f"user\n{user}"), self.ids(f"<|im_end|>\n<|im_start|>assistant\n{THOUGHT}")

    def sample(self, sample: dict) -> tuple[list[int], list[int]]:
        """Tokens and what each of them is."""
        head, page, tail = self.prompt(sample["system"], sample["user"])
        starts, kinds_of, text = [], [], ""
        for part, train, key in sample["answer_parts"]:
            starts.append(len(text))
            stated = not part.endswith(EMPTY)
            kinds_of.append(END if key == "end" else UNKNOWN if not train else (STATED if stated else NULL) + KEYS.index(key))
            text += part
        answer = self.tokenizer.encode(text, add_special_tokens=False)
        kinds = [NONE] * len(head) + [TEXT] * len(page) + [NONE] * len(tail)
        part = 0
        for start, end in answer.offsets:
            # A token belongs to the part in which it ends: `],` and ` "` join two.
            while part + 1 < len(starts) and end - 1 >= starts[part + 1]:
                part += 1
            kinds.append(kinds_of[part])
        stop = self.ids("<|im_end|>")
        return head + page + tail + answer.ids + stop, kinds + [END]


def write(path: Path, documents: list[tuple[list[int], list[int]]], families: list[str]) -> None:
    """Writes one shard; it appears under its name when it is whole."""
    lengths = np.array([len(ids) for ids, _ in documents], dtype=np.int64)
    part = path.with_suffix(".part.npz")
    np.savez(part, tokens=np.concatenate([np.array(ids, dtype=np.uint16) for ids, _ in documents]), kinds=np.concatenate([np.array(kinds, dtype=np.uint8) for _, kinds in documents]), starts=np.concatenate([[0], np.cumsum(lengths)]), families=np.array(families))
    os.replace(part, path)


def main() -> None:
    """Reads samples until there are no more, or a file `stop` lies in the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="w0")
    parser.add_argument("--size", type=int, default=1000, help="documents of a shard")
    parser.add_argument("--most", type=int, default=0, help="wait while so many shards lie unread")
    parser.add_argument("--longest", type=int, default=4096)
    options = parser.parse_args()
    encoder = Encoder(options.tokenizer)
    options.out.mkdir(parents=True, exist_ok=True)
    documents, families, number, dropped = [], [], 0, 0

    def flush() -> None:
        nonlocal documents, families, number
        if documents:
            write(options.out / f"{options.name}-{number:05}.npz", documents, families)
            documents, families, number = [], [], number + 1

    stop = options.out / "stop"
    for line in sys.stdin:
        if not documents and stop.exists():
            break
        sample = json.loads(line)
        ids, kinds = encoder.sample(sample)
        if len(ids) > options.longest:
            dropped += 1
            continue
        documents.append((ids, kinds))
        families.append(sample["family"])
        if len(documents) == options.size:
            flush()
            while options.most and not stop.exists() and sum(1 for _ in options.out.glob("*[0-9].npz")) >= options.most:
                time.sleep(0.5)
    flush()
    print(f"{options.name}: {number} shards, {dropped} documents too long", file=sys.stderr)


if __name__ == "__main__":
    main()
