"""Every convention equals its tool on the compiled network, to the last unit: the whole zoo, and random graphs."""

import pytest
import torch
from graphs import chain
from operators import KNOWN
from random_networks import layers, network, tokens, with_dead_ends
from random_windows import windows, words
from small import KINDS, compiled, small
from torch import nn
from torch.nn import functional

import archdsl
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.conventions import convention_names
from archdsl.errors import InputError
from archdsl.measure.counting_tools import RUN, Verified, measure, verify


def ours(graph):
    return {name: Bill(graph).flops(name) for name in RUN}


def theirs(graph):
    module = compiled(graph)  # one for all: what thop leaves behind changes no count, what ptflops-2021 replaces would
    return {
        name: measure(name, module, *(node.shape for node in graph.inputs)) for name in sorted(RUN, key="ptflops-2021".__eq__)
    }


@pytest.mark.parametrize("name", KINDS)
def test_zoo(name):
    graph = small(name).graph()
    assert ours(graph) == theirs(graph)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_preprint", "dpnet"])
def test_at_224(name):
    graph = archdsl.load(name).graph()
    assert ours(graph) == theirs(graph)


@pytest.mark.parametrize("seed", range(25))
def test_random_networks(seed):
    graph = network(seed)
    assert ours(graph) == theirs(graph)


@pytest.mark.parametrize("make", [tokens, layers, windows, words])
@pytest.mark.parametrize("seed", range(10))
def test_random_networks_over_tokens(make, seed):
    graph = make(seed)
    assert ours(graph) == theirs(graph)


@pytest.mark.parametrize("make", [network, tokens, layers])
@pytest.mark.parametrize("seed", range(10))
def test_random_networks_with_dead_ends(make, seed):
    graph = with_dead_ends(make, seed)
    assert graph.alive() < set(graph.nodes)
    assert ours(graph) == theirs(graph)


def test_what_reaches_nothing_is_seen_by_those_that_watch_it_run():
    text = "input: [8, 8, 8]\nnet:\n  - {conv: {out: 40, kernel: 3}, from: input}\n  - {conv: 6, from: input}\n"
    graph = archdsl.loads(text.replace("net:", "net:\n  - {identity: {}, as: input}")).graph()
    dead, alive = 8 * 40 * 9 * 64, 8 * 6 * 64
    counted = ours(graph)
    assert counted == theirs(graph)
    assert (dead + alive, alive) == (187_392, 3_072)
    assert (counted["thop"], counted["fvcore"], counted["torch"]) == (dead + alive, alive, 2 * (dead + alive))


def test_random_networks_hold_every_operator():
    found = {node.op.word for make in (network, tokens, layers, windows, words) for seed in range(25) for node in make(seed)}
    assert found >= KNOWN - {"instance_norm"}  # torch copies what a norm of tokens left turned: it is tested by itself


def test_every_shipped_convention_has_a_tool():
    assert sorted(RUN) == convention_names()


def test_thop_rounds_uneven_adaptive_pooling_down():
    graph = chain((3, 7, 11), ("adaptive_pool", {"size": [3, 4]}))
    assert ours(graph)["thop"] == theirs(graph)["thop"]


def test_verify_compiles_and_runs_the_installed_tools():
    found = verify(archdsl.load("mobilenet_v2", resolution=32), ["thop", "torch"])
    assert [(v.tool, v.equal) for v in found] == [("thop", True), ("torch", True)]
    assert found[0].version.startswith("0.1.1")


def test_a_tool_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(RUN, "thop", ("no_such_package", None))
    (found,) = verify(archdsl.load("mobilenet_v2", resolution=32), ["thop"])
    assert found == Verified("thop", "", found.ours, None)
    assert found.equal is None


def test_a_convention_without_a_tool():
    with pytest.raises(InputError, match="no tool is known for the convention 'mine'; known: thop"):
        verify(archdsl.load("mobilenet_v2"), ["mine"])


class OneCall(nn.Module):
    """Attention in one call, over tokens of which a module joins a learned one."""

    def __init__(self):
        super().__init__()
        self.token, self.join = nn.Parameter(torch.zeros(1, 1, 8)), Joined()

    def forward(self, x):
        y = self.join(self.token.expand(len(x), -1, -1), x)
        return functional.scaled_dot_product_attention(y, y, y)


class Joined(nn.Module):
    def forward(self, token, x):
        return torch.cat([token, x], 1)


def test_attention_in_one_call_counts_as_two_products():
    assert measure("torch", OneCall(), (4, 8)) == 2 * 2 * 5 * 5 * 8


@pytest.mark.parametrize("enabled", [True, False])
def test_how_attention_is_worked_out_is_left_as_it_was(enabled):
    before = torch.backends.mha.get_fastpath_enabled()
    try:
        torch.backends.mha.set_fastpath_enabled(enabled)
        measure("torch", OneCall(), (4, 8))
        assert torch.backends.mha.get_fastpath_enabled() is enabled
        assert torch.backends.cuda.flash_sdp_enabled()
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
