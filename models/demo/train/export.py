"""Writes a checkpoint as a GGUF file, version 3, that mistral.rs runs: metadata, tokenizer and chat template included.

`python export.py CHECKPOINT_STEM TOKENIZER.json OUT.gguf [--type q8_0|f16|f32]`; the same input gives the same bytes.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Norms are always F32; the output matrix is the embedding.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch

from model import restore

ALIGNMENT = 32
TYPES = {"f32": (0, 0), "f16": (1, 1), "q8_0": (8, 7)}
"""Tensor type and general.file_type."""
SPECIAL = {"<|endoftext|>": 3, "<|im_start|>": 3, "<|im_end|>": 3, "<think>": 4, "</think>": 4}
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}"
    "{{- '<|im_start|>assistant\\n' -}}"
    "{%- if enable_thinking is defined and not enable_thinking -%}"
    "{{- '<think>\\n\\n</think>\\n\\n' -}}"
    "{%- endif -%}"
    "{%- endif -%}"
)


def text(value: str) -> bytes:
    """A string with its length."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item: object) -> bytes:
    """A metadata value with its type."""
    if isinstance(item, bool):
        return struct.pack("<I?", 7, item)
    if isinstance(item, int):
        return struct.pack("<II", 4, item)
    if isinstance(item, float):
        return struct.pack("<If", 6, item)
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    if isinstance(item, list) and isinstance(item[0], str):
        return struct.pack("<IIQ", 9, 8, len(item)) + b"".join(text(part) for part in item)
    if isinstance(item, list):
        return struct.pack("<IIQ", 9, 5, len(item)) + np.array(item, dtype="<i4").tobytes()
    raise TypeError(f"no GGUF type for {item!r}")


def q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of a scale as F16 and 32 signed bytes."""
    blocks = matrix.reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / 127.0
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    out = np.zeros(len(blocks), dtype=[("scale", "<f2"), ("values", "i1", 32)])
    out["scale"], out["values"] = scale[:, 0], np.round(blocks * inverse)
    return out.tobytes()


def encoded(matrix: np.ndarray, kind: str) -> bytes:
    """A tensor's bytes."""
    if kind == "q8_0":
        return q8_0(matrix)
    return matrix.astype("<f2" if kind == "f16" else "<f4").tobytes()


def main() -> None:
    """Reads the checkpoint and writes the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--type", choices=list(TYPES), default="q8_0")
    parser.add_argument("--name", default="smelt demo")
    options = parser.parse_args()
    shape, weights, note = restore(options.checkpoint, torch.device("cpu"))
    stored = json.loads(options.tokenizer.read_text(encoding="utf-8"))
    tokens, merges = stored["tokens"], stored["merges"]
    if len(tokens) != shape.vocab:
        raise SystemExit(f"{len(tokens)} tokens for a vocabulary of {shape.vocab}")
    metadata: dict[str, object] = {
        "general.architecture": "qwen3", "general.name": options.name, "general.file_type": TYPES[options.type][1], "general.alignment": ALIGNMENT,
        "qwen3.context_length": shape.context, "qwen3.embedding_length": shape.hidden, "qwen3.block_count": shape.layers, "qwen3.feed_forward_length": shape.ffn,
        "qwen3.attention.head_count": shape.heads, "qwen3.attention.head_count_kv": shape.kv_heads, "qwen3.attention.key_length": shape.head_dim, "qwen3.attention.value_length": shape.head_dim,
        "qwen3.attention.layer_norm_rms_epsilon": float(shape.eps), "qwen3.rope.freq_base": float(shape.rope_base),
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "qwen2", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [SPECIAL.get(token, 1) for token in tokens], "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.eos_token_id": tokens.index("<|im_end|>"), "tokenizer.ggml.padding_token_id": tokens.index("<|endoftext|>"), "tokenizer.ggml.add_bos_token": False, "tokenizer.chat_template": CHAT_TEMPLATE,
    }
    arrays = {name: weight.detach().numpy() for name, weight in weights.items()}
    tensors: list[tuple[str, np.ndarray]] = [("token_embd.weight", arrays["token_embd"])]
    order = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_q_norm", "attn_k_norm", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"]
    tensors += [(f"blk.{layer}.{name}.weight", arrays[name][layer]) for layer in range(shape.layers) for name in order]
    tensors.append(("output_norm.weight", arrays["output_norm"]))
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    header += b"".join(text(key) + value(item) for key, item in metadata.items())
    body, infos = bytearray(), bytearray()
    for name, array in tensors:
        kind = "f32" if array.ndim == 1 else options.type
        body += bytes(-len(body) % ALIGNMENT)
        infos += text(name) + struct.pack("<I", array.ndim) + b"".join(struct.pack("<Q", size) for size in reversed(array.shape)) + struct.pack("<IQ", TYPES[kind][0], len(body))
        body += encoded(array, kind)
    header += bytes(infos)
    options.out.write_bytes(header + bytes(-len(header) % ALIGNMENT) + bytes(body))
    print(f"{options.out}: {options.out.stat().st_size:,} bytes, {len(tensors)} tensors, trained {note}")


if __name__ == "__main__":
    main()
