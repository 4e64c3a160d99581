"""Each pass keeps what a network computes, says what it did, and does what it is for."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from graphs import Builder
from rewriting import TOLERANCE, apart, difference, every_form, shaken
from small import KINDS, small
from torch import Tensor

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized, weights_of
from archdsl.compilers.passes import ACROSS, PASSES, optimize
from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.fold_projections import fold_projections
from archdsl.compilers.passes.merge_paths import merge_paths
from archdsl.compilers.passes.order_channels import order_channels
from archdsl.compilers.passes.weights import load
from archdsl.compilers.torch import compile
from archdsl.cost.counting.bill import Bill
from archdsl.errors import BackendError, InputError
from archdsl.ir.graph import Graph
from archdsl.net import Net
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Concat
from archdsl.ops.norm import BatchNorm
from archdsl.ops.rearrange import Slice

ROUNDING = 3e-3
"""The same in float32, for deep networks that magnify what rounding leaves."""


@pytest.mark.parametrize("name", KINDS)
def test_the_zoo_computes_the_same(name: str) -> None:
    """In float32, for which torch is quick; blocks are tested in float64 below."""
    graph = small(name).graph()
    module = shaken(graph).float()
    made, _ = optimized(Model(graph, module))
    assert apart(module, made.module, graph) < ROUNDING


def test_dp_net() -> None:
    """What is left of the 478 operators, and that nothing is left of splits and norms but one slice pair for each passing block."""
    written = archdsl.load("dpnet")
    made = optimize(written.graph())
    kinds = Counter(type(node.op) for node in made.graph)
    assert BatchNorm not in kinds
    # A block in which channels pass reads the learned and the passed half by a slice each, and joins them again once. In the first, what
    # passes comes from a hard swish and goes through.
    assert kinds[Slice] == 18
    assert kinds[Concat] == 9
    assert len(made.graph) == 161
    assert Bill(made.graph).macs < 1.27 * Bill(written.graph()).macs, "zeros of dense expansions"


@pytest.mark.parametrize("count", range(1, len(PASSES) + 1))
def test_every_prefix_of_the_passes(count: int) -> None:
    """A pass that undoes a mistake of an earlier one would hide it."""
    graph = one_block("dp_a").graph()
    module = shaken(graph)
    made = optimize(graph, weights_of(graph, module), passes=PASSES[:count])
    again = compile(made.graph).eval().double()
    assert made.weights is not None
    state = {key: torch.from_numpy(value) for key, value in made.weights.items()}
    again.load_state_dict({**{k: v for k, v in again.state_dict().items() if k.endswith("tracked")}, **state})
    assert apart(module, again, graph) < TOLERANCE


@pytest.mark.parametrize("name", KINDS)
def test_a_pass_says_whether_it_changed_anything(name: str) -> None:
    """Each pass in its turn, and once more on what it made."""
    graph = small(name).graph()
    draft = Draft(graph.name, dict(graph.nodes), graph.outputs, graph.init, load(graph, None))
    for run in (one for each in PASSES for one in (each, each)):
        before, weights = list(draft.nodes.items()), dict(draft.weights)
        changed = run(draft)
        assert changed == ((list(draft.nodes.items()), draft.weights) != (before, weights)), run.__name__


BLOCKS = """
archdsl: 1
name: Blocks
import: [blocks/mobile, blocks/partial]
input: [3, 16, 16]
net:
  - {{conv3x3: {{out: 16, nl: hswish}}}}
  - {{{block}: {{exp: {exp}, out: 16, se: {se}, nl: {nl}, s: {s}}}}}
  - {{conv1x1: {{out: 8}}}}
"""


def one_block(block: str, exp: int = 48, se: str = "true", nl: str = "hswish", s: int = 1, **knobs: object) -> Net:
    return archdsl.loads(BLOCKS.format(block=block, exp=exp, se=se, nl=nl, s=s), **knobs)


@pytest.mark.parametrize("block", ["dp_a", "dp_b", "dual_inverted", "partial_inverted"])
@pytest.mark.parametrize("se", ["true", "false"])
def test_every_form_of_a_block(block: str, se: str) -> None:
    """Whatever is chosen at whichever site, the function stays."""
    graph = one_block(block, se=se).graph()
    module = shaken(graph)
    forms = every_form(graph)
    assert len(forms) >= 3
    for chosen in forms:
        made, _ = optimized(Model(graph, module), chosen)
        assert apart(module, made.module, graph) < TOLERANCE, chosen


@pytest.mark.parametrize("kernels", [[3, 3], [1, 5], [3, 5, 7], [7, 3]])
@pytest.mark.parametrize("split", [0.25, 0.5, 0.75])
def test_other_paths_and_shares(kernels: list[int], split: float) -> None:
    assert difference(one_block("dp_a", kernels=kernels, split=split).graph()) < TOLERANCE


@pytest.mark.parametrize("place", ["expanded", "projected", "joined"])
@pytest.mark.parametrize("transition", ["block", "none"])
def test_gates_in_other_places(place: str, transition: str) -> None:
    for block in ("dp_a", "dp_b"):
        assert difference(one_block(block, se_place=place, transition=transition).graph()) < TOLERANCE


def test_norms_are_folded_where_a_layer_feeds_nothing_else() -> None:
    build = Builder((3, 8, 8))
    first = build("first", "conv", out=8, kernel=3, bias=True)
    norm = build("norm", "norm")
    build("sum", "add", norm, first)  # reads the layer beside its norm
    build("second", "conv", out=8)
    build("last", "norm", affine=False)
    made = optimize(build.graph)
    assert [node.name for node in made.graph] == ["input", "first", "norm", "sum", "second"]
    assert made.graph["second"].op == Conv2d(out=8, bias=True)
    assert [change.what for change in made.changes] == ["folded 1 batch norms into the layers before them, 1 stay"]
    assert difference(build.graph) < TOLERANCE


def test_channels_are_ordered_at_their_source() -> None:
    """[a passes b passes] is made as [a b passes passes], through a depthwise convolution and an activation."""
    build = Builder((3, 8, 8))
    build("make", "conv", out=16)
    build("depthwise", "conv", out=16, kernel=3, groups=16)
    source = build("relu", "relu")
    parts = [build(f"part{i}", "slice", source, start=4 * i, stop=4 * i + 4) for i in range(4)]
    one, two = (build(f"conv{i}", "conv", parts[2 * i], out=4) for i in range(2))
    build("joined", "concat", one, parts[1], two, parts[3])
    build("close", "conv", out=5)
    graph = build.graph
    made = optimize(graph, passes=(*ACROSS, merge_paths))
    assert made.graph["conv0_conv1_input" if "conv0_conv1_input" in made.graph.nodes else "joined"]
    slices = sorted((node.op.start, node.op.stop) for node in made.graph if isinstance(node.op, Slice))
    assert slices == [(0, 8), (8, 16)]
    assert difference(graph) < TOLERANCE


def test_an_order_that_something_else_reads_stays() -> None:
    """A shuffle, or a second reader, fixes the order of the channels."""
    for between in ("shuffle", "maxpool"):
        build = Builder((3, 8, 8))
        build("make", "conv", out=16)
        source = build(between, between, **({"groups": 4} if between == "shuffle" else {"kernel": 2}))
        passes, learns = (build(f"part{i}", "slice", source, start=8 * i, stop=8 * i + 8) for i in range(2))
        conv = build("conv", "conv", learns, out=8)
        build("joined", "concat", conv, passes)
        graph = build.graph
        assert not optimize(graph, passes=(order_channels,)).changes
        assert difference(graph) < TOLERANCE


def test_paths_that_part_stay_apart_unless_asked() -> None:
    """Merging the first convolutions of an inception block costs slices, so it is an option and not the rule."""
    net = small("googlenet")
    made = optimize(net.graph())
    assert not [change for change in made.changes if change.made_by == "merge_paths"]
    sites = made.sites
    assert {(site.made_by, site.options) for site in sites} == {("merge_paths", ("apart", "merged"))}
    asked = optimize(net.graph(), chosen=dict.fromkeys(sites, "merged"))
    assert len([change for change in asked.changes if change.made_by == "merge_paths"]) == len(sites)
    graph = net.graph()
    module = shaken(graph).float()
    again, _ = optimized(Model(graph, module), dict.fromkeys(sites, "merged"))
    assert apart(module, again.module, graph) < ROUNDING


def test_projections_are_folded_where_it_is_cheap() -> None:
    def chain(middle: int) -> Graph:
        build = Builder((32, 8, 8))
        build("one", "conv", out=middle, bias=True)
        build("two", "conv", out=32)
        return build.graph

    assert [node.name for node in optimize(chain(32), passes=(fold_projections,)).graph] == ["input", "two"]
    assert [node.name for node in optimize(chain(4), passes=(fold_projections,)).graph] == ["input", "one", "two"]
    for middle in (4, 32):
        assert difference(chain(middle), two="folded") < TOLERANCE


def test_stride_and_groups_of_a_projection_stay_in_what_it_is_folded_into() -> None:
    build = Builder((8, 8, 8))
    build("one", "conv", out=8, stride=2, groups=2)
    build("two", "conv", out=8, bias=True)
    made = optimize(build.graph)
    assert made.graph["two"].op == Conv2d(out=8, stride=(2, 2), bias=True)
    assert difference(build.graph) < TOLERANCE


def test_what_passes_becomes_a_shortcut() -> None:
    """The transition after what passes is gone where the next block reads the result as a whole, and the function stays."""
    graph = small("dpnet").graph()
    module = shaken(graph).float()
    sites = [site for site in optimize(graph).sites if site.made_by == "change_basis"]
    nodes = [
        f"dp_a_{number}.transition.conv" for number in (2, 4, 7, 8, 10)
    ]  # others are split again; in the first, channels go through
    assert [site.node for site in sites] == nodes
    made, done = optimized(Model(graph, module), dict.fromkeys(sites, "changed"))
    assert len([change for change in done.changes if change.made_by == "change_basis"]) == len(sites)
    assert sum(isinstance(node.op, Concat) for node in made.graph) == 4
    assert apart(module, made.module, graph) < ROUNDING


def test_a_basis_that_would_lose_digits_stays() -> None:
    graph = one_block("dp_a", se="false").graph()
    module = shaken(graph)
    weight = module.get_submodule("dp_a.transition.conv").weight
    assert isinstance(weight, Tensor)
    (site,) = [site for site in optimize(graph).sites if site.made_by == "change_basis"]
    with torch.no_grad():
        weight[:, 12:] = weight[:, 4:8] * (1 + 1e-4 * torch.randn(16, 4, 1, 1))  # what passes, twice nearly the same
    made, done = optimized(Model(graph, module), {site: "changed"})
    assert f"{site.node}: kept, a change of basis would lose too many digits" in [c.what for c in done.changes]
    assert apart(module, made.module, graph) < TOLERANCE


def test_without_weights_only_the_graph_is_made() -> None:
    made = optimize(small("dpnet").graph())
    assert made.weights is None


def test_weights_are_complete() -> None:
    graph = small("dpnet").graph()
    weights = weights_of(graph, compile(graph))
    made = optimize(graph, weights)
    assert made.weights is not None
    for node in made.graph:
        for name, shape in node.op.weights(*made.graph.input_shapes(node)).items():
            assert made.weights[f"{node.name}.{name}"].shape == shape
            assert made.weights[f"{node.name}.{name}"].dtype == np.float32
    weights.pop("conv3x3.conv.weight")
    with pytest.raises(BackendError, match=r"the weights conv3x3\.conv\.weight are missing"):
        optimize(graph, weights)


def test_a_grid_is_refused() -> None:
    net = archdsl.load("dpnet", width=[0.5, 1.0])
    with pytest.raises(InputError, match="the optimizer rewrites one network, but knob 'width' holds several values; choose one"):
        net.optimized().graph()


def test_the_rewritten_network_answers_for_itself() -> None:
    """Costs and drawings of it are those of its graph; what is set later holds for it too."""
    net = small("dpnet").optimized()
    assert net.cost().macs == Bill(net.rewritten.graph).macs
    assert net.set(width=0.5).cost().macs < net.cost().macs
    assert net.written().cost().macs == small("dpnet").cost().macs
