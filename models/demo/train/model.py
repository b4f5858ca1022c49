"""The Qwen3 architecture over rows of padded documents, with weights of all layers stacked, and its checkpoints.

RMS norms, query and key norms per head, rotate-half RoPE, grouped-query attention, SwiGLU, tied embeddings, no biases.
All work on single tokens runs on one flat list of a fixed number of them, so that it is compiled once whatever the lengths
of the documents; only attention sees rows. Rows are padded at their end, which causal attention never looks at.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

PART = 15 << 20


@dataclass
class Shape:
    """Sizes of a model."""

    vocab: int = 8192
    hidden: int = 384
    layers: int = 8
    heads: int = 6
    kv_heads: int = 2
    head_dim: int = 64
    ffn: int = 1152
    context: int = 4096
    rope_base: float = 1_000_000.0
    eps: float = 1e-6


def names(shape: Shape) -> dict[str, tuple[int, ...]]:
    """All weights and their shapes; matrices are output by input."""
    query, key = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    layers, hidden, ffn = shape.layers, shape.hidden, shape.ffn
    return {
        "token_embd": (shape.vocab, hidden), "output_norm": (hidden,), "attn_norm": (layers, hidden), "attn_q": (layers, query, hidden), "attn_k": (layers, key, hidden), "attn_v": (layers, key, hidden),
        "attn_q_norm": (layers, shape.head_dim), "attn_k_norm": (layers, shape.head_dim), "attn_output": (layers, hidden, query), "ffn_norm": (layers, hidden),
        "ffn_gate": (layers, ffn, hidden), "ffn_up": (layers, ffn, hidden), "ffn_down": (layers, hidden, ffn),
    }


def fresh(shape: Shape, seed: int, device: torch.device) -> dict[str, Tensor]:
    """Random weights; what writes into the residual stream starts at nothing."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, size in names(shape).items():
        if name.endswith("norm"):
            weight = torch.ones(size)
        elif name in ("attn_output", "ffn_down"):
            weight = torch.zeros(size)
        else:
            scale = 0.02 if name == "token_embd" else 0.6 * size[-1] ** -0.5
            weight = torch.randn(size, generator=generator) * scale
        weights[name] = weight.to(device).requires_grad_(True)
    return weights


def norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """RMS norm in 32 bits."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """RoPE on pairs of a head's first and second half."""
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


def before(x: Tensor, weight: Tensor, q: Tensor, k: Tensor, v: Tensor, q_norm: Tensor, k_norm: Tensor, cos: Tensor, sin: Tensor, head: int, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values of flat tokens."""
    h = norm(x, weight, eps)
    count = x.shape[0]
    query = norm((h @ q.to(h.dtype).t()).view(count, -1, head), q_norm, eps)
    key = norm((h @ k.to(h.dtype).t()).view(count, -1, head), k_norm, eps)
    value = (h @ v.to(h.dtype).t()).view(count, -1, head)
    return rotate(query, cos, sin), rotate(key, cos, sin), value


def after(x: Tensor, mixed: Tensor, out: Tensor, weight: Tensor, gate: Tensor, up: Tensor, down: Tensor, eps: float) -> Tensor:
    """Output projection and feed-forward of flat tokens."""
    x = x + mixed @ out.to(x.dtype).t()
    h = norm(x, weight, eps)
    return x + (F.silu(h @ gate.to(h.dtype).t()) * (h @ up.to(h.dtype).t())) @ down.to(h.dtype).t()


def attend(query: Tensor, key: Tensor, value: Tensor, rows: int, length: int) -> Tensor:
    """Causal attention within each row; tokens behind the last row get zeros."""
    used, groups = rows * length, query.shape[1] // key.shape[1]

    def shaped(x: Tensor, repeat: int) -> Tensor:
        x = x[:used].view(rows, length, x.shape[1], x.shape[2])
        if repeat > 1:
            x = x.unsqueeze(3).expand(-1, -1, -1, repeat, -1).reshape(rows, length, -1, x.shape[3])
        return x.transpose(1, 2)

    mixed = F.scaled_dot_product_attention(shaped(query, 1), shaped(key, groups), shaped(value, groups), is_causal=True)
    flat = mixed.transpose(1, 2).reshape(used, -1)
    return F.pad(flat, (0, 0, 0, query.shape[0] - used)) if used < query.shape[0] else flat


def score(x: Tensor, weight: Tensor, embedding: Tensor, targets: Tensor, shares: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Weighted loss, and the loss of each place."""
    logits = (norm(x, weight, eps) @ embedding.to(x.dtype).t()).float()
    losses = F.cross_entropy(logits, targets, reduction="none")
    return (losses * shares).sum() / shares.sum().clamp(min=1.0), losses


def best(x: Tensor, weight: Tensor, embedding: Tensor, eps: float) -> Tensor:
    """The most likely next token of each place."""
    return (norm(x.float(), weight, eps) @ embedding.t()).argmax(-1)


class Model:
    """Weights with a forward pass."""

    def __init__(self, shape: Shape, weights: dict[str, Tensor], dtype: torch.dtype, compiled: bool) -> None:
        self.shape, self.weights, self.dtype = shape, weights, dtype
        self.before, self.after, self.score = before, after, score
        if compiled:
            self.before, self.after, self.score = (torch.compile(function, dynamic=False) for function in (before, after, score))
        device = weights["token_embd"].device
        half = shape.head_dim // 2
        turns = shape.rope_base ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.outer(torch.arange(shape.context, dtype=torch.float64), turns)
        self.cos, self.sin = angles.cos().float().to(device), angles.sin().float().to(device)

    def hidden(self, tokens: Tensor, rows: int, length: int, eager: bool = False) -> Tensor:
        """The last layer's output for flat tokens, of which the first `rows * length` are rows."""
        shape, w = self.shape, self.weights
        first, second = (before, after) if eager else (self.before, self.after)
        places = torch.arange(tokens.shape[0], device=tokens.device) % length
        cos, sin = self.cos[places].unsqueeze(1), self.sin[places].unsqueeze(1)
        x = F.embedding(tokens, w["token_embd"]).to(self.dtype)
        stacks = {name: weight.unbind(0) for name, weight in w.items() if name not in ("token_embd", "output_norm")}
        for layer in range(shape.layers):
            get = lambda name: stacks[name][layer]  # noqa: B023, E731
            q, k, v = first(x, get("attn_norm"), get("attn_q"), get("attn_k"), get("attn_v"), get("attn_q_norm"), get("attn_k_norm"), cos, sin, shape.head_dim, shape.eps)
            x = second(x, attend(q, k, v, rows, length), get("attn_output"), get("ffn_norm"), get("ffn_gate"), get("ffn_up"), get("ffn_down"), shape.eps)
        return x

    def loss(self, tokens: Tensor, targets: Tensor, shares: Tensor, rows: int, length: int) -> Tensor:
        """Weighted loss of a batch."""
        x = self.hidden(tokens, rows, length)
        return self.score(x, self.weights["output_norm"], self.weights["token_embd"], targets, shares, self.shape.eps)[0]

    def guess(self, tokens: Tensor, rows: int, length: int, eager: bool = False) -> Tensor:
        """The most likely next tokens."""
        x = self.hidden(tokens, rows, length, eager)
        return best(x, self.weights["output_norm"], self.weights["token_embd"], self.shape.eps)


def save(stem: Path, shape: Shape, weights: dict[str, Tensor], dtype: torch.dtype, note: dict) -> None:
    """Writes a checkpoint as `STEM.00`, `STEM.01`, ... of less than 16 MiB each."""
    buffer = io.BytesIO()
    torch.save({"shape": json.dumps(asdict(shape)), "note": json.dumps(note), **{name: weight.detach().to("cpu", dtype) for name, weight in weights.items()}}, buffer)
    data = buffer.getvalue()
    stem.parent.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(data), PART)):
        part = Path(f"{stem}.{number:02}")
        part.with_name(part.name + ".new").write_bytes(data[start : start + PART])
        part.with_name(part.name + ".new").replace(part)


def restore(stem: Path, device: torch.device) -> tuple[Shape, dict[str, Tensor], dict]:
    """Reads a checkpoint."""
    parts = sorted(path for path in stem.parent.glob(f"{stem.name}.[0-9][0-9]"))
    if not parts:
        raise SystemExit(f"no checkpoint at {stem}.00")
    stored = torch.load(io.BytesIO(b"".join(part.read_bytes() for part in parts)), map_location="cpu", weights_only=True)
    shape, note = Shape(**json.loads(stored.pop("shape"))), json.loads(stored.pop("note"))
    return shape, {name: weight.float().to(device).requires_grad_(True) for name, weight in stored.items()}, note
