#!/usr/bin/env python3
"""Writes a Qwen3 GGUF of a true shape with random weights, for measuring speed where no weights can be had.

    scripts/random-model.py OUT.gguf --like models/demo/smelt-demo.gguf --shape qwen3-4b --quant q4_k_m

Speed does not depend on the values. Tokenizer and chat template are those of the model given by --like; its vocabulary is
filled up with tokens that no text contains. Needs numpy.
"""

import argparse
import struct

import numpy

# hidden, layers, heads, key-value heads, head length, feed-forward, tied output matrix; from the models' config.json.
SHAPES = {
    "tiny": (256, 2, 4, 2, 64, 512, True),
    "qwen3-0.6b": (1024, 28, 16, 8, 128, 3072, True),
    "qwen3-1.7b": (2048, 28, 16, 8, 128, 6144, True),
    "qwen3-4b": (2560, 36, 32, 8, 128, 9728, True),
    "qwen3-8b": (4096, 36, 32, 8, 128, 12288, False),
    "qwen3-14b": (5120, 40, 40, 8, 128, 17408, False),
    "tiny-moe": (256, 2, 4, 2, 64, 256, False),
    "qwen3-30b-a3b": (2048, 48, 32, 4, 128, 768, False),
}
# Of mixtures: experts, and those used for a token. The feed-forward length is that of one expert.
EXPERTS = {"tiny-moe": (16, 4), "qwen3-30b-a3b": (128, 8)}
ALIGNMENT = 32
# ggml's type number, elements and bytes of a block, and llama.cpp's number for a file mostly of it.
F32, Q8_0, Q4_K, Q6_K = (0, 1, 4, 0), (8, 32, 34, 7), (12, 256, 144, 15), (14, 256, 210, 18)
# Floats that choose the experts: not all the same, or all tokens would use the same ones.
ROUTER = (0, 1, 4, 0, "router")
QUANTS = {"q4_k_m": (Q4_K, Q6_K), "q6_k": (Q6_K, Q6_K), "q8_0": (Q8_0, Q8_0)}


def read_metadata(path):
    """Keys of a GGUF file, each with its type and its encoded value."""
    data = open(path, "rb").read()
    count = struct.unpack_from("<Q", data, 16)[0]
    at, sizes = 24, {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

    def text(at):
        length = struct.unpack_from("<Q", data, at)[0]
        return data[at + 8 : at + 8 + length], at + 8 + length

    def end(kind, at):
        if kind == 8:
            return text(at)[1]
        if kind == 9:
            inner, length = struct.unpack_from("<IQ", data, at)
            at += 12
            if inner != 8:
                return at + sizes[inner] * length
            for _ in range(length):
                at = end(inner, at)
            return at
        return at + sizes[kind]

    metadata = {}
    for _ in range(count):
        key, at = text(at)
        kind = struct.unpack_from("<I", data, at)[0]
        stop = end(kind, at + 4)
        metadata[key.decode()] = (kind, data[at + 4 : stop])
        at = stop
    return metadata


def encoded(text):
    return struct.pack("<Q", len(text)) + text


def longer(metadata, vocabulary):
    """The tokenizer with tokens that no text contains, up to `vocabulary`."""
    kind, tokens = metadata["tokenizer.ggml.tokens"]
    inner, length = struct.unpack_from("<IQ", tokens)
    fill = b"".join(encoded(b"\xc4\xa4fill%d" % number) for number in range(length, vocabulary))
    metadata["tokenizer.ggml.tokens"] = (kind, struct.pack("<IQ", inner, vocabulary) + tokens[12:] + fill)
    kind, types = metadata["tokenizer.ggml.token_type"]
    normal = struct.pack("<i", 1) * (vocabulary - length)
    metadata["tokenizer.ggml.token_type"] = (kind, struct.pack("<IQ", 5, vocabulary) + types[12:] + normal)


def weights(kind, elements, deviation, random):
    """Random blocks whose values have about mean 0 and this standard deviation."""
    if kind is ROUTER:
        return random.standard_normal(elements, numpy.float32).tobytes()
    number, block, size, _ = kind
    if number == F32[0]:
        return numpy.ones(elements, numpy.float32).tobytes()
    blocks = numpy.frombuffer(random.bytes(elements // block * size), numpy.uint8).reshape(-1, size).copy()

    def scale(column, value):
        half = numpy.array([value], numpy.float16).view(numpy.uint8)
        blocks[:, column : column + 2] = half

    if number == Q8_0[0]:
        scale(0, deviation / 74)
    elif number == Q4_K[0]:
        scale(0, deviation / 180)
        scale(2, deviation / 180 * 7.5)
    else:
        scale(208, deviation / 1370)
    return blocks.tobytes()


def tensors(shape, vocabulary, kinds, experts):
    """Name, dimensions (innermost first) and type of every tensor."""
    hidden, layers, heads, kv_heads, length, feed_forward, tied = shape
    most, fine = kinds
    yield "token_embd.weight", (hidden, vocabulary), fine
    if not tied:
        yield "output.weight", (hidden, vocabulary), fine
    yield "output_norm.weight", (hidden,), F32
    for layer in range(layers):
        name = f"blk.{layer}."
        yield name + "attn_norm.weight", (hidden,), F32
        yield name + "attn_q.weight", (hidden, heads * length), most
        yield name + "attn_k.weight", (hidden, kv_heads * length), most
        # Q4_K_M stores half of these two finer.
        yield name + "attn_v.weight", (hidden, kv_heads * length), fine if layer % 2 else most
        yield name + "attn_q_norm.weight", (length,), F32
        yield name + "attn_k_norm.weight", (length,), F32
        yield name + "attn_output.weight", (heads * length, hidden), most
        yield name + "ffn_norm.weight", (hidden,), F32
        down = fine if layer % 2 else most
        if experts:
            yield name + "ffn_gate_inp.weight", (hidden, experts), ROUTER
            yield name + "ffn_gate_exps.weight", (hidden, feed_forward, experts), most
            yield name + "ffn_up_exps.weight", (hidden, feed_forward, experts), most
            yield name + "ffn_down_exps.weight", (feed_forward, hidden, experts), down
        else:
            yield name + "ffn_gate.weight", (hidden, feed_forward), most
            yield name + "ffn_up.weight", (hidden, feed_forward), most
            yield name + "ffn_down.weight", (feed_forward, hidden), down


def size(dimensions, kind):
    return int(numpy.prod(dimensions)) // kind[1] * kind[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--like", required=True, help="a Qwen3 GGUF whose tokenizer and chat template are taken")
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("--quant", choices=QUANTS, default="q4_k_m")
    parser.add_argument("--vocabulary", type=int, default=151_936)
    parser.add_argument("--context", type=int, default=40_960)
    arguments = parser.parse_args()
    shape, kinds = SHAPES[arguments.shape], QUANTS[arguments.quant]
    hidden, layers, heads, kv_heads, length, feed_forward, _ = shape
    experts, used = EXPERTS.get(arguments.shape, (0, 0))
    metadata = read_metadata(arguments.like)
    longer(metadata, arguments.vocabulary)
    numbers = {
        "general.file_type": kinds[0][3],
        "qwen3.context_length": arguments.context,
        "qwen3.embedding_length": hidden,
        "qwen3.block_count": layers,
        "qwen3.feed_forward_length": feed_forward,
        "qwen3.attention.head_count": heads,
        "qwen3.attention.head_count_kv": kv_heads,
        "qwen3.attention.key_length": length,
        "qwen3.attention.value_length": length,
    }
    if experts:
        numbers |= {
            "qwen3.expert_count": experts,
            "qwen3.expert_used_count": used,
            "qwen3.expert_feed_forward_length": feed_forward,
        }
    for key, number in numbers.items():
        metadata[key] = (4, struct.pack("<I", number))
    if experts:
        metadata = {key.replace("qwen3.", "qwen3moe.", 1): value for key, value in metadata.items()}
        metadata["general.architecture"] = (8, encoded(b"qwen3moe"))
    metadata["general.name"] = (8, encoded(f"Random {arguments.shape} {arguments.quant}".encode()))
    infos = list(tensors(shape, arguments.vocabulary, kinds, experts))
    random = numpy.random.default_rng(1)
    with open(arguments.out, "wb") as out:
        out.write(b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(metadata)))
        for key, (kind, value) in metadata.items():
            out.write(encoded(key.encode()) + struct.pack("<I", kind) + value)
        offset = 0
        for name, dimensions, kind in infos:
            out.write(encoded(name.encode()) + struct.pack("<I", len(dimensions)))
            out.write(struct.pack(f"<{len(dimensions)}Q", *dimensions))
            out.write(struct.pack("<IQ", kind[0], offset))
            offset += -(-size(dimensions, kind) // ALIGNMENT) * ALIGNMENT
        for _, dimensions, kind in infos:
            out.write(b"\0" * (-out.tell() % ALIGNMENT))
            elements = int(numpy.prod(dimensions))
            out.write(weights(kind, elements, dimensions[0] ** -0.5, random))


if __name__ == "__main__":
    main()
