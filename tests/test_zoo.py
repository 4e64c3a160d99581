"""The zoo: every network's parameters, multiply-accumulates, table and module, and what its paper prints beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import networkx
import pytest
import torch
from small import small

import archdsl
from archdsl.compilers.torch import check_shapes
from archdsl.cost.tables.layout import layout
from archdsl.cost.words import thousands
from archdsl.exact import exact, make_divisible, make_divisible_float
from archdsl.ops.join import WeightedAdd
from archdsl.ops.passing import DropPath
from archdsl.spec.locate import zoo, zoo_names


class Pinned(NamedTuple):
    """What is established of a network at 1000 classes, by torchvision 0.29, timm 1.0 or the paper; None where nothing is."""

    params: int | None
    macs: int | None
    size: int = 224
    products: int = 0


ZOO = {
    "alexnet": Pinned(61_100_840, 714_188_480),
    "convnext_tiny": Pinned(28_589_128, 4_455_531_264),
    "convnextv2_atto": Pinned(3_708_400, 547_332_480),
    "csp_resnet50": Pinned(None, None),
    "d_mobilenet_v3": Pinned(None, None),
    "dcgan": Pinned(3_576_704, 104_628_224),
    "darts_v2": Pinned(3_349_342, 528_359_040, 32),
    "deeplabv3": Pinned(11_025_477, 1_882_169_120),
    "densenet121": Pinned(7_978_856, 2_834_161_664),
    "dpnet": Pinned(3_458_986, 106_148_272),
    "edgenext_x_small": Pinned(2_336_804, 528_635_392, 256, products=4_556_800),
    "efficientnet": Pinned(5_288_548, 385_814_752),
    "efficientnet_b0": Pinned(5_288_548, 385_814_752),
    "efficientnet_b1": Pinned(7_794_184, 686_802_832, 240),
    "efficientnet_b2": Pinned(9_109_994, 993_561_872, 260),
    "efficientnet_b3": Pinned(12_233_232, 1_827_141_392, 300),
    "efficientnet_b4": Pinned(19_341_616, 4_393_771_024, 380),
    "efficientnet_v2_s": Pinned(21_458_488, 8_365_617_152, 384),
    "fpn_resnet18": Pinned(13_783_616, 4_366_516_224),
    "ghostnet": Pinned(5_182_508, 141_150_512),
    "ghostnet_v2": Pinned(6_156_908, 167_048_288),
    "googlenet": Pinned(6_624_904, 1_498_376_192),
    "hrnet_w18": Pinned(21_299_004, 4_283_537_072),
    "inception_v3": Pinned(27_161_264, 5_713_216_096 + 5_683_200, 299),  # torchvision counts no head
    "legonet": Pinned(None, None),
    "lstm_classifier": Pinned(204_038, 25_756_416),
    "lraspp": Pinned(3_221_538, 379_281_312),
    "m5": Pinned(559_114, 276_421_632),
    "gpt2": Pinned(124_439_808, 126_496_800_768, products=19_327_352_832),
    "maxvit_tiny": Pinned(30_916_528, 5_368_180_736, products=177_020_928),
    "mcunet_in0": Pinned(749_840, 6_364_224, 48),
    "mcunet_in3": Pinned(737_408, 81_785_520, 176),
    "mcunet_in4": Pinned(1_732_640, 125_874_400, 160),
    "mixer_s16": Pinned(18_528_264, 3_776_958_464),
    "mnasnet": Pinned(4_383_312, 314_415_872),
    "mobilevit_xs": Pinned(2_317_848, 908_635_136, 256, products=117_276_672),
    "mobilenet_v1": Pinned(4_231_976, 568_740_352),
    "mobilenet_v2": Pinned(3_504_872, 300_774_272),
    "mobilenet_v3": Pinned(5_483_032, 216_589_760),
    "mobilenet_v3_preprint": Pinned(5_145_318, 245_564_768),
    "mobilenet_v3_small": Pinned(2_542_856, 56_510_400),
    "mobileone_s0": Pinned(5_293_272, 1_051_935_232),
    "mobilenet_v4_small": Pinned(3_774_024, 186_005_568),
    "proxyless_mobile": Pinned(4_080_512, 320_427_584),
    "p_mobilenet_v3": Pinned(None, None),
    "p_resnet18a": Pinned(4_016_808, None),
    "p_resnet18b": Pinned(3_666_728, None),
    "p_resnet34a": Pinned(7_110_568, None),
    "p_resnet34b": Pinned(6_195_624, None),
    "p_resnet50": Pinned(None, None),
    "pointnet": Pinned(3_480_049, 443_822_336, products=1024 * (3 * 3 + 64 * 64)),
    "poolformer_s12": Pinned(11_915_176, 1_812_267_008),
    "r3d_18": Pinned(33_371_472, 40_696_553_472),
    "randwire": Pinned(None, None),
    "regnet_y_400mf": Pinned(4_344_144, 401_842_848),
    "repghost": Pinned(4_073_604, 142_394_128),
    "repvgg_a0": Pinned(9_108_968, 1_512_581_120),
    "resnet101": Pinned(44_549_160, 7_801_405_440),
    "resnet110": Pinned(1_727_962, 252_887_680, 32),
    "resnet18": Pinned(11_689_512, 1_814_073_344),
    "resnet20": Pinned(269_722, 40_551_040, 32),
    "resnet34": Pinned(21_797_672, 3_663_761_408),
    "resnet50": Pinned(25_557_032, 4_089_184_256),
    "resnet50_gn": Pinned(25_557_032, 4_089_184_256),
    "resnet56": Pinned(853_018, 125_485_696, 32),
    "resnext50": Pinned(25_028_904, 4_230_479_872),
    "shiftnet": Pinned(None, None),
    "shufflenet_v1": Pinned(1_865_728, None),
    "shufflenet_v2": Pinned(2_278_604, 144_907_992),
    "siamese_resnet18": Pinned(11_439_169, 2 * (1_814_073_344 - 512_000) + 1024 * 256 + 256),
    "squeezenet": Pinned(1_235_496, 349_151_936),
    "unet": Pinned(31_037_698, 48_171_581_440, 256),
    "swin_tiny": Pinned(28_288_354, 4_350_425_088, products=140_141_568),
    "vgg16": Pinned(138_357_544, 15_470_264_320),
    "vgg16_bn": Pinned(138_365_992, 15_470_264_320),
    "vit_small": Pinned(22_050_664, 4_241_218_560, products=357_663_744),
    "xception": Pinned(22_855_952, 8_357_403_496, 299),
    "yolov5n": Pinned(1_872_157, 2_234_060_800, 640),
    "yolov8n": Pinned(3_157_184, 4_371_456_000, 640),
}


INPUTS: dict[str, tuple[int, ...]] = {
    "dcgan": (100, 1, 1),
    "gpt2": (1024,),
    "lstm_classifier": (128, 9),
    "m5": (1, 32000),
    "pointnet": (3, 1024),
    "r3d_18": (3, 16, 112, 112),
}
"""Shapes of what a network takes, where that is no image of three colours."""

OUTPUTS: dict[str, list[tuple[int, ...]]] = {
    "darts_v2": [(10,)],
    "dcgan": [(3, 64, 64)],
    "deeplabv3": [(21, 224, 224)],
    "fpn_resnet18": [(256, side, side) for side in (56, 28, 14, 7, 4)],
    "yolov5n": [(255, side, side) for side in (80, 40, 20)],
    "yolov8n": [(144, side, side) for side in (80, 40, 20)],
    "inception_v3": [(1000,), (1000,)],
    **{f"resnet{layers}": [(10,)] for layers in (20, 56, 110)},
    "lstm_classifier": [(6,)],
    "lraspp": [(21, 224, 224)],
    "m5": [(10,)],
    "pointnet": [(40,)],
    "r3d_18": [(400,)],
    "gpt2": [(1024, 50257)],
    "siamese_resnet18": [(1,)],
    "unet": [(2, 256, 256)],
}
"""Shapes of what a network returns, where that is not a vector of classes."""


def test_every_network_is_in_the_table():
    assert sorted(ZOO) == sorted(zoo_names())


@pytest.mark.parametrize("name", ZOO)
def test_counts(name):
    pinned, net = ZOO[name], archdsl.load(name)
    bill, graph = net.cost(), net.graph()
    assert graph.input.shape == INPUTS.get(name, (3, pinned.size, pinned.size))
    assert [graph[end].shape for end in graph.outputs.values()] == OUTPUTS.get(name, [(1000,)])
    assert bill.products == pinned.products
    assert pinned.params in (None, bill.params)
    assert pinned.macs in (None, bill.macs)


@pytest.mark.parametrize("name", ZOO)
def test_table(name, golden):
    net = archdsl.load(name)
    bill = net.cost()
    rows = layout(net.spec, bill)
    lines = [rows.head(), *rows.cells()]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    total = f"{thousands(bill.params)} parameters, {thousands(bill.macs)} MACs"
    if bill.products:
        total += f", {thousands(bill.products)} in products"
    golden(f"zoo/{name}.txt", "\n".join([net.name, "", *text, "", total, ""]))


@pytest.mark.parametrize("name", ZOO)
def test_no_warnings(name):
    assert archdsl.load(name).warnings == ()


@pytest.mark.parametrize("name", ZOO)
def test_a_network_is_said_in_eighty_lines(name):
    text = (zoo() / f"{name}.yaml").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line]) <= 80


SMALL = [name for name in ZOO if name not in ("alexnet", "vgg16", "vgg16_bn", "resnet101")]


@pytest.mark.parametrize("name", SMALL)
def test_module(name):
    net = small(name)
    module = net.module()
    assert sum(p.numel() for p in module.parameters()) == net.cost().params
    found = check_shapes(net.graph(), module)
    assert found.mismatches == []
    assert all(torch.isfinite(tensor).all() for tensor in found.outputs.values())


# -- what papers print ---------------------------------------------------------------------------------------------------------


def layers(name: str, *words: str, **knobs: Any) -> int:
    return sum(layer.params for layer in archdsl.load(name, **knobs).cost() if layer.node.op.word in words)


def test_shufflenet_v1_has_the_operations_of_its_table():
    assert round(archdsl.load("shufflenet_v1").cost().macs / 1e6) == 137


def test_shiftnet_has_the_figures_of_its_table():
    bill = archdsl.load("shiftnet").cost()
    assert bill.params // 100_000 == 41
    assert round(bill.macs / 1e9, 1) == 1.4
    assert all(layer.params == layer.macs == 0 for layer in bill if layer.node.op.word == "shift")


def test_csp_resnet50_has_the_figures_of_its_authors():
    assert round(layers("csp_resnet50", "conv") / 1e6, 2) == 21.57  # they leave the norms out
    assert round(2 * archdsl.load("csp_resnet50", resolution=256).cost().macs / 1e9, 2) == 8.97


def test_lego_filters_are_counted_once_and_used_twice():
    filters = layers("legonet", "shared_conv")
    assert round(filters / 1e6, 1) in (3.7, 3.8)  # the authors say about 3.8 million
    for layer in archdsl.load("legonet").cost():
        if layer.node.op.word == "shared_conv":
            _, height, width = layer.output
            assert layer.macs == 2 * layer.params * height * width


# -- what drops in -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transition", ["block", "stage", "none"])
@pytest.mark.parametrize(("name", "block"), [("resnext50", "partial_bottleneck"), ("regnet_y_400mf", "partial_y")])
def test_the_partial_structure_drops_in(name, block, transition):
    net = archdsl.load(name, block=block, transition=transition, resolution=64)
    assert check_shapes(net.graph(), net.module()).mismatches == []
    assert any(frame.block == block for node in net.graph() for frame in node.scope)
    if transition == "none":
        assert net.cost().params < archdsl.load(name).cost().params / 2


@pytest.mark.parametrize("kernels", [[3, 5], [3, 5, 7, 9]])
@pytest.mark.parametrize(("name", "block"), [("resnext50", "dual_bottleneck"), ("regnet_y_400mf", "dual_y")])
def test_dual_paths_drop_in(name, block, kernels):
    knobs = {"groups": 8} if name == "resnext50" else {}
    net = archdsl.load(name, block=block, kernels=kernels, resolution=64, **knobs)
    assert check_shapes(net.graph(), net.module()).mismatches == []
    used = {node.op.kernel[0] for node in net.graph() if node.op.word == "conv" and ".k" in node.name}
    assert used == {1, *kernels}


# -- wiring and depth ----------------------------------------------------------------------------------------------------------


def test_randwire_is_wired_as_its_seed_says():
    graph = archdsl.load("randwire").graph()
    wanted = networkx.connected_watts_strogatz_graph(10, 4, 0.75, seed=3)
    into = {n: sorted(m for m in wanted[n] if m < n) for n in wanted}
    ends = [node for node in graph if node.name.startswith("conv4.") and node.name.endswith(".norm")]
    number = {node.name: index for index, node in enumerate(ends)}
    assert len(ends) == 10
    found = {}
    for index, node in enumerate(ends):
        begin = graph[node.name.removesuffix("norm") + "relu"]
        above = graph[begin.inputs[0]]
        sources = above.inputs if isinstance(above.op, WeightedAdd) else begin.inputs
        found[index] = [number[source] for source in sources if source in number]
    assert found == into
    assert crossings(into) > 0


def crossings(into: dict[int, list[int]]) -> int:
    """Pairs of edges that cross when the nodes stand in a row and every edge is an arc above it."""
    edges = [(source, node) for node, sources in into.items() for source in sources]
    return sum(1 for a, b in edges for c, d in edges if a < c < b < d)


@pytest.mark.parametrize("name", ["efficientnet_b0", "convnext_tiny"])
def test_stochastic_depth_grows_linearly(name):
    net = archdsl.load(name)
    rates = [node.op.rate for node in net.graph() if isinstance(node.op, DropPath)]
    if name == "convnext_tiny":
        assert rates == pytest.approx([0.1 * index / 17 for index in range(18)])
    else:
        kept = [2, 4, 6, 7, 9, 10, 12, 13, 14]  # the layers with a shortcut, of 16
        assert rates == pytest.approx([0.2 * index / 16 for index in kept])


# -- grids ---------------------------------------------------------------------------------------------------------------------

GRIDS = [
    ("efficientnet", {"width": [0.5, 1, 1.1, 2], "resolution": [128, 224, 240, 380]}),
    ("vit_small", {"dim": [192, 384, 768], "resolution": [160, 224, 256]}),
    ("vit_small", {"heads": [1, 2, 3, 4, 8, 12]}),
    ("convnext_tiny", {"resolution": [64, 224, 288]}),
    ("legonet", {"filters": [0.25, 0.5, 0.75], "fragments": [1, 2, 4]}),
    ("shiftnet", {"resolution": [96, 224, 320]}),
    ("shufflenet_v1", {"channels": [120, 180, 240]}),
    ("googlenet", {"resolution": [128, 200, 224, 299]}),
    ("regnet_y_400mf", {"se_ratio": [0.125, 0.25, 0.5]}),
    ("randwire", {"channels": [8, 78, 109]}),
    ("csp_resnet50", {"resolution": [160, 224, 256]}),
    ("unet", {"width": [0.25, 0.5, 1], "resolution": [128, 256, 512]}),
    ("deeplabv3", {"resolution": [224, 300, 513]}),
    ("r3d_18", {"frames": [8, 16, 32], "width": [0.5, 1, 2]}),
    ("m5", {"samples": [8000, 16000, 32000]}),
    ("dcgan", {"width": [32, 64, 96]}),
    ("siamese_resnet18", {"width": [0.25, 0.5, 1], "resolution": [96, 224, 256]}),
]


@pytest.mark.parametrize(("name", "knobs"), GRIDS)
def test_a_grid_costs_what_its_networks_cost(name, knobs):
    grid = archdsl.load(name, **knobs).cost()
    for index in range(len(next(iter(knobs.values())))):
        one = archdsl.load(name, **{knob: values[index] for knob, values in knobs.items()}).cost()
        for figure in ("params", "macs", "products"):
            found = getattr(grid, figure)
            assert (found[index] if getattr(found, "ndim", 0) else found) == getattr(one, figure)


@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v2", "mobilenet_v3", "mobilenet_v3_small", "mnasnet", "ghostnet"])
def test_rounding_makes_no_difference_at_published_widths(name: str) -> None:
    """The zoo rounds exactly, checkpoints were trained in networks that were rounded in floating point."""
    channels = {int(node.shape[0]) for node in archdsl.load(name).graph()}
    for width in (0.25, 0.35, 0.5, 0.75, 1, 1.2, 1.3, 1.4):
        for by in (4, 8):
            assert [make_divisible(c * exact(width), by) for c in channels] == [
                make_divisible_float(c, exact(width), by) for c in channels
            ]
