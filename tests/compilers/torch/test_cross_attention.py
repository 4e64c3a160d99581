"""Attention to another sequence, and heads that share keys and values: against PyTorch's own, in double precision."""

import pytest
import torch
from torch import nn
from torch.nn import functional

import archdsl

TEXT = """
archdsl: 1
import: [blocks/decoder]
input: {queries: [5, 24], memory: [7, $channels]}
knobs:
  channels: {default: 24, range: [1, 100]}
  heads:    4
net:
  - {cross_attention: {masked: false}, from: [queries, memory]}
"""
DECODER = TEXT.replace("- {cross_attention: {masked: false}, from", "- {decoder_layer: {}, from")


def parts(module, scope):
    """The linear layers of an attention: of queries, keys, values and what comes out."""
    found = [m for m in module.modules() if isinstance(m, nn.Linear)]
    return found[:4] if scope == "own" else found[4:8]


def attended(layers, queries, memory, heads, kv_heads, causal=False):
    """What PyTorch's scaled dot-product attention makes of the same weights."""

    def split(x, count):
        return x.unflatten(-1, (count, -1)).transpose(1, 2)

    q, k, v, project = layers
    q, k, v = split(q(queries), heads), split(k(memory), kv_heads), split(v(memory), kv_heads)
    mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=True)
    return project(mixed.transpose(1, 2).flatten(2))


@pytest.mark.parametrize("channels", [24, 10])
def test_cross_attention_is_that_of_pytorch(channels):
    net = archdsl.loads(TEXT, channels=channels)
    module = net.module().double().eval()
    theirs = nn.MultiheadAttention(24, 4, kdim=channels, vdim=channels, batch_first=True).double().eval()
    q, k, v, project = parts(module, "own")
    with torch.no_grad():
        if channels == 24:
            theirs.in_proj_weight.copy_(torch.cat([q.weight, k.weight, v.weight]))
        else:
            for to, layer in ((theirs.q_proj_weight, q), (theirs.k_proj_weight, k), (theirs.v_proj_weight, v)):
                to.copy_(layer.weight)
        theirs.in_proj_bias.copy_(torch.cat([q.bias, k.bias, v.bias]))
    theirs.out_proj = project
    queries, memory = torch.randn(2, 5, 24, dtype=torch.double), torch.randn(2, 7, channels, dtype=torch.double)
    torch.testing.assert_close(module(queries, memory), theirs(queries, memory, memory)[0], rtol=0, atol=1e-12)
    assert net.cost().params == sum(p.numel() for p in theirs.parameters())


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_heads_share_keys_and_values(kv_heads):
    net = archdsl.loads(TEXT, kv_heads=kv_heads)
    module = net.module().double().eval()
    queries, memory = torch.randn(2, 5, 24, dtype=torch.double), torch.randn(2, 7, 24, dtype=torch.double)
    wanted = attended(parts(module, "own"), queries, memory, 4, kv_heads)
    torch.testing.assert_close(module(queries, memory), wanted, rtol=0, atol=1e-12)
    assert net.cost().params == 2 * 25 * 24 + 2 * 25 * 6 * kv_heads


@pytest.mark.parametrize("kv_heads", [2, 4])
def test_a_decoder_layer(kv_heads):
    module = archdsl.loads(DECODER, kv_heads=kv_heads).module().double().eval()
    x, memory = torch.randn(2, 5, 24, dtype=torch.double), torch.randn(2, 7, 24, dtype=torch.double)
    norms = [m for m in module.modules() if isinstance(m, nn.LayerNorm)]
    expand, shrink = [m for m in module.modules() if isinstance(m, nn.Linear)][8:]
    wanted = x + attended(parts(module, "own"), norms[0](x), norms[0](x), 4, kv_heads, causal=True)
    wanted = wanted + attended(parts(module, "cross"), norms[1](wanted), memory, 4, kv_heads)
    wanted = wanted + shrink(functional.gelu(expand(norms[2](wanted))))
    torch.testing.assert_close(module(x, memory), wanted, rtol=0, atol=1e-12)


def test_heads_that_cannot_be_shared_out():
    with pytest.raises(archdsl.SpecError, match="4/3"):
        archdsl.loads(TEXT, kv_heads=3).graph()
