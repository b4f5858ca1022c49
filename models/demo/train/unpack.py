"""Writes a GGUF file that `export.py` made as a checkpoint again, so that training goes on from what is shipped.

`python unpack.py MODEL.gguf CHECKPOINT_STEM`; matrices come back as precise as their Q8_0 blocks are.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import torch

from model import Shape, names, save

SIZES = {0: "<u1", 1: "<i1", 2: "<u2", 3: "<i2", 4: "<u4", 5: "<i4", 6: "<f4", 7: "?", 10: "<u8", 11: "<i8", 12: "<f8"}
Q8 = np.dtype([("scale", "<f2"), ("values", "i1", 32)])


class Reader:
    """Takes values off the front of a file."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple:
        """Values of a `struct` format."""
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def text(self) -> str:
        """A string."""
        (length,) = self.take("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def value(self, kind: int) -> object:
        """A metadata value; arrays are only skipped over."""
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.take("IQ")
            return [self.value(inner) for _ in range(count)]
        item = np.frombuffer(self.data, SIZES[kind], 1, self.at)[0]
        self.at += np.dtype(SIZES[kind]).itemsize
        return item.item()


def matrix(data: bytes, start: int, size: tuple[int, ...], kind: int) -> torch.Tensor:
    """A tensor of type F32, F16 or Q8_0."""
    count = int(np.prod(size))
    if kind == 8:
        blocks = np.frombuffer(data, Q8, count // 32, start)
        flat = (blocks["scale"][:, None].astype(np.float32) * blocks["values"]).reshape(-1)
    else:
        flat = np.frombuffer(data, {0: "<f4", 1: "<f2"}[kind], count, start).astype(np.float32)
    return torch.from_numpy(flat.reshape(size).copy())


def main() -> None:
    """Reads the file and writes the checkpoint."""
    data = Path(sys.argv[1]).read_bytes()
    reader = Reader(data)
    reader.at = 4
    _, tensors, pairs = reader.take("IQQ")
    metadata = {}
    for _ in range(pairs):
        key = reader.text()
        metadata[key] = reader.value(*reader.take("I"))
    infos = {}
    for _ in range(tensors):
        name = reader.text()
        size = reader.take("Q" * reader.take("I")[0])
        infos[name.removesuffix(".weight")] = (tuple(reversed(size)), *reader.take("IQ"))
    start = -(-reader.at // 32) * 32
    found = {name: matrix(data, start + offset, size, kind) for name, (size, kind, offset) in infos.items()}
    get = lambda key: metadata[f"qwen3.{key}"]  # noqa: E731
    shape = Shape(
        vocab=len(found["token_embd"]), hidden=get("embedding_length"), layers=get("block_count"), heads=get("attention.head_count"), kv_heads=get("attention.head_count_kv"), head_dim=get("attention.key_length"),
        ffn=get("feed_forward_length"), context=get("context_length"), rope_base=get("rope.freq_base"), eps=get("attention.layer_norm_rms_epsilon"),
    )
    weights = {name: found[name] if name in found else torch.stack([found[f"blk.{layer}.{name}"] for layer in range(shape.layers)]) for name in names(shape)}
    save(Path(sys.argv[2]), shape, weights, torch.float32, {"steps": 0, "tokens": 0, "seconds": 0.0})


if __name__ == "__main__":
    main()
