"""What is drawn: boxes, edges and clusters, before any layout."""

from collections import Counter

import numpy as np
import pytest
from drawings import edges, lines
from graphs import Builder, block, chain

import archdsl
from archdsl.viz import View, diagram


@pytest.fixture(scope="module")
def dpnet():
    return archdsl.load("dpnet").graph()


def test_closed_network_reads_as_its_table(dpnet):
    drawing = diagram(dpnet).drawing
    assert lines(drawing) == [
        "input",
        "conv3x3   out 16, s 2, hswish",
        "dp_a   exp 16, out 16, s 1, relu",
        "dp_b   exp 64, out 24, s 2, relu",
        "dp_a   exp 72, out 24, s 1, relu",
        "dp_b   exp 72, out 40, s 2, se, relu",
        "dp_a x 2   exp 120, out 40, s 1, se, relu",
        "dp_b   exp 240, out 80, s 2, hswish",
        "dp_a   exp 200, out 80, s 1, hswish",
        "dp_a x 2   exp 184, out 80, s 1, hswish",
        "dp_b   exp 480, out 112, s 1, se, hswish",
        "dp_a   exp 672, out 112, s 1, se, hswish",
        "dp_b   exp 672, out 160, s 2, se, hswish",
        "dp_a x 2   exp 960, out 160, s 1, se, hswish",
        "conv1x1   out 960, s 1, hswish",
        "pool",
        "fc   out 1280, hswish",
        "classifier   out 1000",
        "output",
    ]
    assert [cluster.title for cluster in drawing.clusters] == ["stage1", "stage2", "stage3", "stage4", "stage5"]
    shapes = "224²×3 112²×16 112²×16 56²×24 56²×24 28²×40 28²×40 14²×80 14²×80 14²×80 14²×112 14²×112 7²×160 7²×160 7²×960"
    assert [edge.label for edge in drawing.edges] == [*shapes.split(), "960", "1280", "1000"]


def test_depth_0_closes_stages(dpnet):
    drawing = diagram(dpnet, View(depth=0)).drawing
    assert not drawing.clusters
    assert lines(drawing)[2:7] == ["stage1", "stage2", "stage3", "stage4", "stage5"]


def test_depth_2_opens_one_level(dpnet):
    drawing = diagram(dpnet, View("dp_a_2", depth=1)).drawing
    assert lines(drawing) == [
        "input", "split", "k3: partial | split 1/2", "k5: partial | split 1/2", "concat", "transition | 1x1 conv | norm", "output"
    ]  # fmt: skip


def test_one_block_has_a_column_for_each_path(dpnet):
    drawing = diagram(dpnet, View("dp_b")).drawing
    assert edges(drawing) == [
        ("input", "split", "112²×16"),
        ("split", "1x1 conv | norm, relu", "112²×8 [:8]"),
        ("1x1 conv | norm, relu", "3x3 depthwise conv, stride 2, pad 1 | norm, relu", "112²×32"),
        ("3x3 depthwise conv, stride 2, pad 1 | norm, relu", "1x1 conv | norm", "56²×32"),
        ("split", "1x1 conv | norm, relu", "112²×8 [8:]"),
        ("1x1 conv | norm, relu", "5x5 depthwise conv, stride 2, pad 2 | norm, relu", "112²×32"),
        ("5x5 depthwise conv, stride 2, pad 2 | norm, relu", "1x1 conv | norm", "56²×32"),
        ("1x1 conv | norm", "concat", "56²×12"),
        ("1x1 conv | norm", "concat", "56²×12"),
        ("concat", "transition | 1x1 conv | norm", "56²×24"),
        ("transition | 1x1 conv | norm", "output", "56²×24"),
    ]
    assert [cluster.title for cluster in drawing.clusters] == ["k3: path", "k5: path"]


def test_partial_residual_passes_half_by(dpnet):
    drawing = diagram(dpnet, View("dp_a_2")).drawing
    passing = [edge for edge, drawn in zip(edges(drawing), drawing.edges, strict=True) if drawn.passes]
    assert passing == [("split", "concat", "56²×6 [6:]")] * 2


def test_shortcut_parts_inside_of_its_block():
    drawing = diagram(archdsl.load("resnet18").graph(), View("basic")).drawing
    assert edges(drawing)[:2] == [("input", "3x3 conv, pad 1 | norm, relu", "56²×64"), ("input", "+", "")]
    whole = diagram(archdsl.load("resnet18").graph(), View(depth=2)).drawing
    basic = next(cluster for cluster in whole.clusters if cluster.title.startswith("basic"))
    fork = next(box for box in whole.boxes if box.kind == "fork")
    assert fork.cluster == basic.id
    assert [edge.passes for edge in whole.edges if edge.source == fork.id] == [False, True]


def test_clusters_nest(dpnet):
    drawing = diagram(dpnet, View(depth="all")).drawing
    parents = {cluster.id: cluster for cluster in drawing.clusters}
    inner = next(cluster for cluster in drawing.clusters if cluster.title == "squeeze_excite")
    titles = []
    while inner.parent:
        inner = parents[inner.parent]
        titles.append(inner.title)
    assert titles == ["k3: path", "dp_b", "stage2"]


@pytest.mark.parametrize("name", ["dpnet", "resnet50", "ghostnet", "mobilenet_v3", "p_resnet34b"])
@pytest.mark.parametrize("depth", [0, 1, 2, "all"])
def test_every_operator_is_drawn_once(name, depth):
    graph = archdsl.load(name).graph()
    drawing = diagram(graph, View(depth=depth)).drawing
    drawn = Counter(node for box in drawing.boxes for node in box.nodes)
    assert set(drawn.values()) == {1}
    times = {cluster.id: cluster for cluster in drawing.clusters}

    def count(box):
        total, place = box.times, box.cluster
        while place:
            total, place = total * times[place].times, times[place].parent
        return total * len(box.nodes)

    assert sum(map(count, drawing.boxes)) == len(graph)
    ids = [box.id for box in drawing.boxes]
    assert len(set(ids)) == len(ids)
    assert all(edge.source in ids and edge.target in ids for edge in drawing.edges)


def test_repeats_fold_where_they_are_equal():
    drawing = diagram(archdsl.load("resnet34").graph()).drawing
    assert [line for line in lines(drawing) if line.startswith("basic")] == [
        "basic x 3   s 1, width 64",
        "basic   s 2, width 128",
        "basic x 3   s 1, width 128",
        "basic   s 2, width 256",
        "basic x 5   s 1, width 256",
        "basic   s 2, width 512",
        "basic x 2   s 1, width 512",
    ]


def test_plain_layers_fold():
    conv = ("conv", {"out": 4, "kernel": 3})
    drawing = diagram(chain((4, 8, 8), conv, "relu", conv, "relu", conv, "relu", conv), View(depth="all")).drawing
    assert lines(drawing) == ["input", "3x3 conv, pad 1 x 3 | relu", "3x3 conv, pad 1", "output"]


def test_a_repeat_that_is_read_from_outside_is_not_folded():
    build = Builder((4, 8, 8))
    first = build("relu_1", "relu")
    build("relu_2", "relu")
    third = build("relu_3", "relu")
    build("add", "add", first, third)
    assert "relu x 3" not in lines(diagram(build.graph).drawing)


def test_equal_operators_of_unequal_input_are_not_folded():
    conv = ("conv", {"out": 4, "kernel": 3})
    assert "3x3 conv, pad 1 x 2" not in lines(diagram(chain((3, 8, 8), conv, conv)).drawing)


def test_a_tensor_added_to_itself_has_two_arrows():
    build = Builder((4, 8, 8))
    build("add", "add", "input", "input")
    assert edges(diagram(build.graph).drawing)[:2] == [("input", "+", "8²×4"), ("input", "+", "")]


def test_slices_that_leave_something_out_are_no_split():
    build = Builder((8, 4, 4))
    a = build("a", "slice", "input", start=0, stop=4)
    b = build("b", "slice", "input", start=4, stop=6)
    build("concat", "concat", a, b)
    assert lines(diagram(build.graph).drawing) == ["input", "channels 0 up to 4", "channels 4 up to 6", "concat", "output"]


def test_a_group_that_is_entered_twice_is_two():
    build = Builder((4, 8, 8))
    frame = block("a", "wide")
    build("a.x", "relu", scope=(frame,))
    build("a.y", "sigmoid", scope=(frame,))
    build("middle", "tanh")
    build("a.z", "relu", scope=(frame,))
    build("a.w", "sigmoid", scope=(frame,))
    drawing = diagram(build.graph, View(depth=1)).drawing
    assert edges(drawing) == [
        ("input", "a: wide", "8²×4"), ("a: wide", "tanh", "8²×4"), ("tanh", "a: wide", "8²×4"), ("a: wide", "output", "8²×4")
    ]  # fmt: skip


def test_a_grid_of_networks_shows_ranges():
    graph = archdsl.load("dpnet", resolution=np.array([192, 224])).graph()
    assert [label for _, _, label in edges(diagram(graph).drawing)][:2] == ["192…224²×3", "96…112²×16"]
    assert "3x3 depthwise conv, pad 1 | norm, relu" in lines(diagram(graph, View(depth="all")).drawing)
