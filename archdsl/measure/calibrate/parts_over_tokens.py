"""Parts over sequences of tokens: layers of encoders and of decoders that do not look ahead, mixing, recurrent layers."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain


def encoder(chain: Chain, rng: random.Random, heads: int) -> None:
    """One layer of a transformer encoder."""
    start = chain.graph.output
    chain("layer_norm")
    query, key, value = sliced_heads(chain, heads)
    chain("matmul", query, key, transpose=True, scaled=True)
    attended(chain, value)
    if rng.random() < 0.3:
        chain("layer_scale")
    start = chain("add", start, chain.graph.output)
    chain("layer_norm")
    perceptron(chain, rng)
    chain("add", start, chain.graph.output)


def decoder(chain: Chain, rng: random.Random, heads: int) -> None:
    """One layer of a language model: no token looks ahead. Layer norms and GELU, or what came later."""
    late = rng.random() < 0.4
    norm = "rms_norm" if late else "layer_norm"
    start = chain.graph.output
    chain(norm)
    query, key, value = sliced_heads(chain, heads)
    if late:
        query, key = chain("rotary", query), chain("rotary", key)
    chain("matmul", query, key, transpose=True, scaled=True)
    chain("causal_mask")
    attended(chain, value)
    start = chain("add", start, chain.graph.output)
    chain(norm)
    if late:
        come = chain.channels
        chain("linear", out=4 * come, bias=False)
        chain("swiglu")
        chain("linear", out=come, bias=False)
    else:
        perceptron(chain, rng)
    chain("add", start, chain.graph.output)


def mixer(chain: Chain, rng: random.Random) -> None:
    """A perceptron over the tokens of each channel, and one over the channels of each token."""
    start = chain.graph.output
    chain("layer_norm")
    chain("rearrange", pattern="t c -> c t")
    perceptron(chain, rng)
    chain("rearrange", pattern="c t -> t c")
    start = chain("add", start, chain.graph.output)
    chain("layer_norm")
    perceptron(chain, rng)
    chain("add", start, chain.graph.output)


def recurrent(chain: Chain, rng: random.Random) -> None:
    """Recurrent layers, in one direction or in both."""
    out, layers = rng.choice([32, 48, 64, 96, 128, 192, 256]), rng.randint(1, 2)
    chain(rng.choice(["lstm", "lstm", "gru"]), out=out, layers=layers, bidirectional=rng.random() < 0.4)


def sliced_heads(chain: Chain, heads: int) -> tuple[str, str, str]:
    """One linear map to queries, keys and values, each cut out and shared out over heads."""
    come = chain.channels
    made = chain("linear", out=3 * come)
    parts = []
    for index in range(3):
        chain("slice", made, start=index * come, stop=(index + 1) * come)
        parts.append(chain("split_heads", heads=heads))
    query, key, value = parts
    return query, key, value


def attended(chain: Chain, value: str) -> None:
    """From scores to tokens: what is looked at, put together and mapped once more."""
    weights = chain("softmax")
    chain("matmul", weights, value)
    chain("merge_heads")
    chain("linear", out=chain.channels)


def perceptron(chain: Chain, rng: random.Random) -> None:
    """Two linear maps with an activation between them."""
    come = chain.channels
    chain("linear", out=come * rng.choice([2, 4]))
    chain(rng.choice(["gelu", "gelu", "relu"]))
    chain("linear", out=come)
