"""Trains the model on shards as they are written, within a given time; evaluates on layouts and postings it never saw.

`python train.py SHARDS_DIR VALID_DIR TOKENIZER.json OUT_STEM --seconds 400 [--resume STEM] [--steps N]`

Loss counts 1 on known answers and little on page text. Shards are deleted once read; where training outruns the writers,
recent documents come again. Every evaluation prints, per key and source, the share of answers that are right to the token
when the true answer precedes them, apart for stated and absent facts.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model import Model, Shape, best, fresh, restore, save
from shards import END, KEYS, NULL, STATED, TEXT, UNKNOWN
from tokenizer import load

STEP = 64


@dataclass
class Document:
    """Tokens, what each is, and where it comes from."""

    tokens: np.ndarray
    kinds: np.ndarray
    family: str


@dataclass
class Batch:
    """Documents in rows of one length, flat; `kinds` belong to the targets."""

    tokens: np.ndarray
    targets: np.ndarray
    kinds: np.ndarray
    rows: int
    length: int
    documents: list[Document]


def read_shard(path: Path) -> list[Document]:
    """All documents of a shard."""
    with np.load(path) as shard:
        tokens, kinds, starts, families = shard["tokens"], shard["kinds"], shard["starts"], shard["families"]
    return [Document(tokens[a:b], kinds[a:b], str(family)) for a, b, family in zip(starts[:-1], starts[1:], families, strict=True)]


def batches(documents: list[Document], size: int) -> list[Batch]:
    """Documents of like length together, padded at the end; every batch has exactly `size` places."""
    found, at = [], 0
    ordered = sorted(documents, key=lambda document: len(document.tokens), reverse=True)
    while at < len(ordered):
        length = -(-(len(ordered[at].tokens) - 1) // STEP) * STEP
        rows = max(1, size // length)
        part = ordered[at : at + rows]
        at += rows
        if length > size:
            continue
        tokens, targets, kinds = (np.zeros(size, dtype=kind) for kind in (np.int64, np.int64, np.uint8))
        for row, document in enumerate(part):
            start, count = row * length, len(document.tokens) - 1
            tokens[start : start + count] = document.tokens[:-1]
            targets[start : start + count] = document.tokens[1:]
            kinds[start : start + count] = document.kinds[1:]
        found.append(Batch(tokens, targets, kinds, rows, length, part))
    return found


class Feed:
    """Batches from a folder that others write shards into."""

    def __init__(self, folder: Path, size: int, seed: int, pool: int, keep: bool) -> None:
        self.folder, self.size, self.pool, self.keep = folder, size, pool, keep
        self.random = random.Random(seed)
        self.recent: deque[Document] = deque(maxlen=60_000)
        self.fresh, self.again = 0, 0
        self.ready: queue.Queue[Batch] = queue.Queue(maxsize=64)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Fills the queue for ever."""
        seen: set[Path] = set()
        while True:
            documents: list[Document] = []
            paths = sorted(path for path in self.folder.glob("*.npz") if ".part." not in path.name and path not in seen)
            self.random.shuffle(paths)
            for path in paths:
                try:
                    documents += read_shard(path)
                except (OSError, ValueError, KeyError):
                    continue
                if self.keep:
                    seen.add(path)
                else:
                    path.unlink(missing_ok=True)
                if len(documents) >= self.pool:
                    break
            self.fresh += len(documents)
            self.recent.extend(documents)
            if not documents:
                if not self.recent:
                    time.sleep(0.5)
                    continue
                documents = self.random.sample(list(self.recent), min(self.pool, len(self.recent)))
                self.again += len(documents)
            made = batches(documents, self.size)
            self.random.shuffle(made)
            for batch in made:
                self.ready.put(batch)


class Muon:
    """Orthogonalised momentum for the stacked matrices, AdamW for the rest, at one learning rate.

    Jordan et al. 2024, "Muon"; updates are scaled to the size of AdamW's as in Liu et al. 2025, "Muon is Scalable for LLM Training".
    """

    def __init__(self, weights: dict[str, Tensor], decay: float, plain: bool) -> None:
        self.decay = decay
        self.matrices = [] if plain else [weight for weight in weights.values() if weight.dim() == 3]
        self.momentum = [torch.zeros_like(weight) for weight in self.matrices]
        chosen = {id(weight) for weight in self.matrices}
        others = [weight for weight in weights.values() if id(weight) not in chosen]
        groups = [{"params": [weight for weight in others if weight.dim() > 1 and min(weight.shape[-2:]) > 64], "weight_decay": decay}, {"params": [weight for weight in others if not (weight.dim() > 1 and min(weight.shape[-2:]) > 64)], "weight_decay": 0.0}]
        fused = weights["token_embd"].is_cuda
        self.adam = torch.optim.AdamW([group for group in groups if group["params"]], lr=1e-3, betas=(0.9, 0.95), eps=1e-10, fused=fused)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One update from the gradients."""
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()
        for weight, momentum in zip(self.matrices, self.momentum, strict=True):
            momentum.lerp_(weight.grad, 0.05)
            update = orthogonal(weight.grad.lerp(momentum, 0.95))
            weight.mul_(1 - rate * self.decay)
            weight.add_(update.to(weight.dtype), alpha=-rate * 0.2 * max(weight.shape[-2:]) ** 0.5)


def orthogonal(stack: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrices, nearly: five Newton-Schulz steps."""
    x = stack.bfloat16() if stack.is_cuda else stack.float()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.mT if tall else x


def clip(weights: list[Tensor]) -> Tensor:
    """Bounds the gradients' length by 1, and drops gradients that are not numbers, without waiting for the device."""
    gradients = [weight.grad for weight in weights]
    length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    share = torch.where(torch.isfinite(length), (1.0 / (length + 1e-6)).clamp(max=1.0), 0.0)
    torch._foreach_mul_(gradients, share)
    for gradient in gradients:
        gradient.nan_to_num_(0.0, 0.0, 0.0)
    return length


def ready(model: Model, size: int) -> Model:
    """One pass there and back, which compiles the model; where compilation fails, a model that does without."""
    device = model.weights["token_embd"].device
    length = min(size // 2, 512)

    def attempt(tried: Model) -> None:
        tokens = torch.arange(size, device=device) % tried.shape.vocab
        tried.loss(tokens, tokens, torch.ones(size, device=device), size // length, length).backward()
        for weight in tried.weights.values():
            weight.grad = None
        if device.type == "cuda":
            torch.cuda.synchronize()

    begin = time.monotonic()
    try:
        attempt(model)
    except Exception as error:  # noqa: BLE001
        print(f"compilation failed, going on without: {error}", flush=True)
        model = Model(model.shape, model.weights, model.dtype, compiled=False)
        attempt(model)
    print(f"first pass took {time.monotonic() - begin:.1f} s", flush=True)
    return model


def to_device(batch: Batch, device: torch.device, text: float) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens, targets and loss weights."""
    shares = np.where(batch.kinds == TEXT, np.float32(text), np.where(batch.kinds >= END, np.float32(1.0), np.float32(0.0)))
    parts = [torch.from_numpy(part) for part in (batch.tokens, batch.targets, shares)]
    if device.type == "cuda":
        return tuple(part.pin_memory().to(device, non_blocking=True) for part in parts)
    return tuple(parts)


@torch.no_grad()
def evaluate(model: Model, sets: dict[str, list[Batch]], device: torch.device) -> dict[str, dict[str, tuple[int, int]]]:
    """Counts of answers right to the token, by set and key; keys of absent facts carry a minus."""
    table: dict[str, dict[str, tuple[int, int]]] = {}
    for name, parts in sets.items():
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for batch in parts:
            tokens = torch.from_numpy(batch.tokens).to(device)
            right = (model.guess(tokens, batch.rows, batch.length).cpu().numpy() == batch.targets)
            for row in range(len(batch.documents)):
                place = slice(row * batch.length, (row + 1) * batch.length)
                kinds, hits = batch.kinds[place], right[place]
                for kind in np.unique(kinds[kinds >= NULL]):
                    key = KEYS[kind - STATED] if kind >= STATED else "-" + KEYS[kind - NULL]
                    counts[key][0] += bool(hits[kinds == kind].all())
                    counts[key][1] += 1
        table[name] = {key: (hits, count) for key, (hits, count) in counts.items()}
    return table


def show(table: dict[str, dict[str, tuple[int, int]]]) -> str:
    """The evaluation as text: stated facts right / absent facts right, with counts."""
    lines = ["key".ljust(17) + "".join(name.ljust(30) for name in table)]
    for key in [*KEYS, "all"]:
        cells = []
        for counts in table.values():
            cell = ""
            for sign in ("", "-"):
                if key == "all":
                    chosen = [value for name, value in counts.items() if name.startswith("-") == bool(sign)]
                    hits, count = sum(value[0] for value in chosen), sum(value[1] for value in chosen)
                else:
                    hits, count = counts.get(sign + key, (0, 0))
                cell += (f"{hits / count:.3f} of {count:<5}" if count else "     -       ").ljust(15)
            cells.append(cell.ljust(30))
        lines.append(key.ljust(17) + "".join(cells))
    return "\n".join(lines)


@torch.no_grad()
def generate(model: Model, documents: list[Document], stop: int, device: torch.device, most: int = 260) -> list[list[int]]:
    """Greedy answers, without a cache: all rows anew for every token."""
    prompts = [document.tokens[: answer_start(document)] for document in documents]
    length = -(-(max(len(prompt) for prompt in prompts) + most) // STEP) * STEP
    tokens = torch.zeros(len(prompts), length, dtype=torch.int64)
    for row, prompt in enumerate(prompts):
        tokens[row, : len(prompt)] = torch.from_numpy(prompt.astype(np.int64))
    tokens = tokens.to(device)
    ends = torch.tensor([len(prompt) for prompt in prompts], device=device)
    rows = torch.arange(len(prompts), device=device)
    done = torch.zeros(len(prompts), dtype=torch.bool, device=device)
    for _ in range(most):
        x = model.hidden(tokens.view(-1), len(prompts), length, eager=True)[rows * length + ends - 1]
        following = best(x, model.weights["output_norm"], model.weights["token_embd"], model.shape.eps)
        tokens[rows, ends] = torch.where(done, 0, following)
        done |= following == stop
        ends = torch.where(done, ends, ends + 1)
        if bool(done.all()):
            break
    return [tokens[row, len(prompts[row]) : int(ends[row])].tolist() for row in range(len(prompts))]


def answer_start(document: Document) -> int:
    """Index of the answer's first token."""
    return int(np.flatnonzero(document.kinds >= UNKNOWN)[0])


def judge(model: Model, sets: dict[str, list[Document]], tokenizer_path: Path, device: torch.device, count: int) -> str:
    """Free answers against the true ones, value by value, line numbers apart."""
    tokenizer = load(tokenizer_path)
    stop = tokenizer.token_to_id("<|im_end|>")
    lines = []
    for name, documents in sets.items():
        chosen = [document for document in documents if len(document.tokens) < 1500][:count]
        right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        broken, shown = 0, []
        for at in range(0, len(chosen), 32):
            part = chosen[at : at + 32]
            for document, answer in zip(part, generate(model, part, stop, device), strict=True):
                text = tokenizer.decode(answer, skip_special_tokens=True)
                truth_at = answer_start(document)
                truth = json.loads(tokenizer.decode(document.tokens[truth_at:-1].tolist(), skip_special_tokens=True))
                known = {KEYS[kind - (STATED if kind >= STATED else NULL)] for kind in np.unique(document.kinds) if kind >= NULL}
                try:
                    given = json.loads(text)
                except ValueError:
                    given, broken = {}, broken + 1
                for key in known:
                    stated = truth[key] not in (None, "not_stated", [])
                    value = lambda answer: answer[1] if isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], str) and key not in ("skills",) else answer  # noqa: B023, E731
                    same = key in given and value(given[key]) == value(truth[key])
                    right[key if stated else "-" + key][0] += same
                    right[key if stated else "-" + key][1] += 1
                    if not same and len(shown) < 12:
                        shown.append(f"  {key}: {json.dumps(truth[key], ensure_ascii=False)} answered {json.dumps(given.get(key), ensure_ascii=False)}")
        cells = [f"{key} {hits}/{total}" for key, (hits, total) in sorted(right.items())]
        lines.append(f"free answers, {name}: {len(chosen)} documents, {broken} broken\n  " + ", ".join(cells) + "\n" + "\n".join(shown))
    return "\n".join(lines)


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path, help="stem of the checkpoint's files")
    parser.add_argument("--seconds", type=float, default=400, help="time for everything, compilation and evaluation too")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps instead")
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=65_536, help="places of a batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=200, help="steps")
    parser.add_argument("--fall", type=float, default=0.35, help="share of the time in which the rate falls to nothing")
    parser.add_argument("--decay", type=float, default=0.05, help="weight decay")
    parser.add_argument("--text", type=float, default=0.1, help="loss weight of page text")
    parser.add_argument("--optimizer", choices=["muon", "adamw"], default="muon")
    parser.add_argument("--every", type=float, default=60, help="seconds between evaluations")
    parser.add_argument("--pool", type=int, default=8000, help="documents sorted by length at a time")
    parser.add_argument("--free", type=int, default=64, help="documents of each set answered freely at the end")
    parser.add_argument("--keep-shards", action="store_true")
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--compile", action="store_true", help="compile on a CPU too")
    parser.add_argument("--f32", action="store_true", help="compute and store in 32 bits")
    for name, value in vars(Shape()).items():
        if isinstance(value, int):
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    options = parser.parse_args()
    begin = time.monotonic()
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if device.type == "cuda" and not options.f32 else torch.float32
    if options.resume:
        shape, weights, note = restore(options.resume, device)
    else:
        shape = Shape(**{name: getattr(options, name) for name, value in vars(Shape()).items() if isinstance(value, int)})
        weights, note = fresh(shape, options.seed, device), {"steps": 0, "tokens": 0, "seconds": 0.0}
    model = ready(Model(shape, weights, dtype, compiled=options.compile if device.type == "cpu" else not options.no_compile), options.tokens)
    optimizer = Muon(weights, options.decay, options.optimizer == "adamw")
    print(f"{sum(weight.numel() for weight in weights.values()):,} weights, {shape}, {device}, torch {torch.__version__}, earlier {note}", flush=True)
    documents = {path.stem: read_shard(path) for path in sorted(options.valid.glob("*.npz")) if ".part." not in path.name}
    sets = {name: batches(found, options.tokens) for name, found in documents.items()}
    feed = Feed(options.shards, options.tokens, options.seed, options.pool, options.keep_shards)

    def state(steps: int, seen: int) -> dict:
        return {"steps": note["steps"] + steps, "tokens": note["tokens"] + seen, "seconds": round(note["seconds"] + time.monotonic() - begin, 1)}

    step, seen, padded = 0, 0, 0
    running: list[Tensor] = []
    last_eval = last_print = time.monotonic()
    while True:
        now = time.monotonic()
        share = step / options.steps if options.steps else (now - begin) / options.seconds
        if share >= 1:
            break
        batch = feed.ready.get()
        rate = options.rate * min(1.0, (step + 1) / options.warmup) * min(1.0, max(0.0, (1 - share) / options.fall) + 0.01)
        tokens, targets, shares = to_device(batch, device, options.text)
        loss = model.loss(tokens, targets, shares, batch.rows, batch.length)
        loss.backward()
        length = clip(list(weights.values()))
        optimizer.step(rate)
        for weight in weights.values():
            weight.grad = None
        step += 1
        seen += int((batch.kinds > 0).sum())
        padded += batch.tokens.size
        running.append(loss.detach())
        if step in (1, 2, 5, 10) or time.monotonic() - last_print > 10:
            last_print = time.monotonic()
            recent = float(torch.stack(running[-50:]).mean())
            spent = last_print - begin
            print(f"step {step} {spent:.0f} s loss {recent:.4f} norm {float(length):.2f} rate {rate:.5f} places/s {padded / spent:,.0f} documents fresh {feed.fresh} again {feed.again}", flush=True)
            running = running[-50:]
        if time.monotonic() - last_eval > options.every:
            print(show(evaluate(model, sets, device)), flush=True)
            save(options.out, shape, weights, torch.float32 if options.f32 else torch.bfloat16, state(step, seen))
            last_eval = time.monotonic()
    save(options.out, shape, weights, torch.float32 if options.f32 else torch.bfloat16, state(step, seen))
    print(f"{step} steps, {seen:,} tokens to learn from, {padded:,} places", flush=True)
    table = evaluate(model, sets, device)
    print(show(table), flush=True)
    Path(f"{options.out}.json").write_text(json.dumps({"note": state(step, seen), "exact": table}, indent=1), encoding="utf-8")
    if options.free:
        print(judge(model, documents, options.tokenizer, device, options.free), flush=True)


if __name__ == "__main__":
    main()
