"""Specs that are written from graphs: read again they are the same network, and they read as if written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import random_networks
from graphs import Builder, block, chain
from small import SHORT

import archdsl
from archdsl.errors import BackendError
from archdsl.importer.write import spec_text
from archdsl.importer.write.idioms import MOBILE
from archdsl.importer.write.spec_text import MANNERS, write
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph, Node
from archdsl.ops import OPERATORS

SPECS = Path(archdsl.__file__).parent.parent / "specs"
ZOO = sorted(path.stem for path in SPECS.glob("*.yaml"))
READ = ["resnet50", "mobilenet_v3", "vit_small", "densenet121", "convnext_tiny", "shufflenet_v2", "googlenet"]
MEASURED = [
    "resnet18",
    "resnet34",
    "resnet50",
    "mobilenet_v2",
    "mobilenet_v3",
    "vgg16",
    "densenet121",
    "vit_small",
    "convnext_tiny",
]


def network(name: str) -> Graph:
    return archdsl.load(name, **SHORT.get(name, {})).graph()


def same(graph: Graph, text: str) -> bool:
    return canonical_hash(archdsl.loads(text).graph()) == canonical_hash(graph)


def renamed(graph: Graph, scopes: bool) -> Graph:
    """The same network with numbers for names, and with or without its scopes."""
    names = {node.name: f"n{number}" for number, node in enumerate(graph)}
    nodes = {
        names[node.name]: Node(
            names[node.name],
            node.op,
            tuple(names[name] for name in node.inputs),
            node.shape,
            tuple(frame._replace(mark=None, row=None, args=()) for frame in node.scope) if scopes else (),
            shared=names.get(node.shared, ""),
        )
        for node in graph
    }
    return replace(graph, nodes=nodes, outputs={key: names[name] for key, name in graph.outputs.items()}, interfaces={})


@pytest.mark.parametrize("name", ZOO)
def test_every_network_of_the_zoo_is_written_with_all_of_its_structure(name):
    graph = network(name)
    assert same(graph, write(graph, name, "", MANNERS[0]))


@pytest.mark.parametrize("name", ZOO[::2])
def test_names_and_scopes_do_not_matter(name):
    graph = network(name)
    for changed in (renamed(graph, True), renamed(graph, False)):
        text = spec_text(changed, title=name)
        assert same(graph, text)


@pytest.mark.parametrize("name", ["resnet18", "yolov8n", "darts_v2", "siamese_resnet18", "swin_tiny"])
@pytest.mark.parametrize("manner", MANNERS)
def test_every_manner_is_right(name, manner):
    graph = network(name)
    assert same(graph, write(graph, name, "", manner))


def sayable(graphs: Iterable[Graph]) -> list[Graph]:
    """Without those that join one tensor, for which the language has no words."""
    return [graph for graph in graphs if not any(node.op.joins and len(node.inputs) < 2 for node in graph)]


@pytest.mark.parametrize("make", [random_networks.network, random_networks.tokens, random_networks.layers])
def test_random_networks(make):
    graphs = sayable(make(seed) for seed in range(30))
    graphs += sayable(random_networks.with_dead_ends(make, seed) for seed in range(30))
    assert len(graphs) > 20
    for graph in graphs:
        assert same(graph, spec_text(graph, title="Random"))


@pytest.mark.parametrize("name", READ)
def test_texts_that_were_read(name, golden):
    golden(f"importer/{name}.yaml", spec_text(network(name), title=name))


@pytest.mark.parametrize("name", MEASURED)
def test_no_longer_than_twice_what_a_person_wrote(name):
    graph = network(name)
    assert len(spec_text(graph, title=name)) <= 2 * by_hand(name, graph)


def by_hand(name: str, graph: Graph) -> int:
    """Bytes of a spec, of what it extends, and of the shared blocks that it uses."""
    used = {frame.block for node in graph for frame in node.scope if frame.kind == "block"}
    files = read_with(name, {})
    bytes_ = sum(len(text) for file, text in files.items() if not file.startswith("blocks/"))
    for file, text in files.items():
        for definition in re.split(r"(?m)^(?=  \w+:$)", text.partition("\nblocks:\n")[2] if file.startswith("blocks/") else ""):
            bytes_ += len(definition) if definition.strip().partition(":")[0] in used else 0
    return bytes_


def read_with(name: str, found: dict[str, str]) -> dict[str, str]:
    """The texts of a file of the zoo and of all that it extends or imports, by their names."""
    if name not in found:
        found[name] = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        for other in re.findall(r"(?m)^(?:extends|import): *\[?([^\]\n]*)", found[name]):
            for part in other.split(", "):
                read_with(part.strip(), found)
    return found


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "mobilenet_v2", "mobilenet_v1", "vgg16"])
def test_a_knob_for_the_width(name):
    graph = network(name)
    text = spec_text(graph, title=name, knobs=True)
    assert same(graph, text)
    wide, narrow = (archdsl.loads(text, width=width).cost().params for width in (2, 0.5))
    assert wide > archdsl.loads(text).cost().params > narrow


def test_resolution_and_classes_are_knobs():
    net = archdsl.loads(spec_text(network("resnet18"), title="ResNet18"), resolution=64, classes=10)
    assert net.cost().macs == archdsl.load("resnet18", resolution=64, classes=10).cost().macs


def test_what_is_read_alone_counts():
    """Arguments of frames, rows and marks are those of a spec; an import has none of them."""
    graph = network("mobilenet_v2")
    for node in graph:
        node.scope = tuple(frame._replace(mark=None, row=None, args=()) for frame in node.scope)
        node.mark, node.row = None, None
    assert spec_text(graph, title="mobilenet_v2") == spec_text(network("mobilenet_v2"), title="mobilenet_v2")


def test_a_scope_that_is_entered_twice():
    build = Builder((8, 4, 4))
    for name, path in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "two")]:
        build(f"{path}.{name}", "conv", out=8, kernel=3, scope=(block(path, path),))
        build(f"{path}.{name}2", "relu", scope=(block(path, path),))
    assert same(build.graph, spec_text(build.graph, title="Twice"))


def test_a_module_that_runs_twice_shares_its_weights():
    build = Builder((8, 4, 4))
    build("a", "conv", out=8)
    build.again("b", "a")
    text = spec_text(build.graph, title="Shared")
    assert same(build.graph, text)
    assert "- {conv: 8, repeat: 2, share: weights1}" in text


def test_several_inputs_and_outputs():
    build = Builder((8, 4, 4))
    graph = build.graph
    graph.nodes["other"] = replace_input(graph, "other")
    build("a", "conv", "input", out=8)
    build("b", "conv", "other", out=4)
    build("c", "concat", "a", "b")
    for returns, outputs in [("dict", {"left": "a", "all": "c"}), ("tuple", {"a": "a", "c": "c"})]:
        graph.outputs, graph.returns = outputs, returns
        assert same(graph, spec_text(graph, title="Several"))


def replace_input(graph: Graph, name: str) -> Node:
    first = graph.input
    return Node(name, first.op, (), first.shape)


def test_initial_weights_are_written():
    graph = chain((3, 8, 8), ("conv", {"out": 4}))
    graph.init = {"conv": {"normal": 0.01}}
    assert (
        archdsl.loads(spec_text(graph, title="Begins")).graph().init
        == archdsl.loads("archdsl: 1\ninput: [3, 8, 8]\ninit: {conv: {normal: 0.01}}\nnet: [{conv: 4}]").graph().init
    )


def test_names_that_the_language_keeps_are_not_taken_for_blocks():
    build = Builder((8, 4, 4))
    for number in range(3):
        for word in ("conv", "table", "relu"):
            build(f"{number}.{word}.a", "conv", out=8, kernel=3, scope=(block(f"{number}.{word}", word),))
            build(f"{number}.{word}.b", "sigmoid", scope=(block(f"{number}.{word}", word),))
            build(f"{number}.{word}.c", "norm", scope=(block(f"{number}.{word}", word),))
    text = spec_text(build.graph, title="Words: a, b #c")
    assert same(build.graph, text)
    assert "table_2" in text


def test_a_join_of_one_tensor_is_refused_by_name():
    build = Builder((8, 4, 4))
    build("lonely", "conv", out=8)
    build.graph.nodes["sum"] = Node("sum", OPERATORS["add"].read({}), ("lonely",), (8, 4, 4))
    build.graph.output = "sum"
    with pytest.raises(BackendError, match="cannot say 'sum': add takes two or more tensors"):
        spec_text(build.graph, title="Lonely")


def test_the_names_of_the_shared_blocks_are_known():
    text = (SPECS / "blocks/mobile.yaml").read_text(encoding="utf-8").partition("\nblocks:\n")[2]
    assert set(re.findall(r"(?m)^  (\w+):$", text)) == MOBILE


def dense(depths: tuple[int, ...]) -> Graph:
    """A network as torchvision builds DenseNets: each layer concatenates all that was made before it."""
    build = Builder((8, 16, 16))
    build("stem", "conv", out=8, kernel=3)
    for number, depth in enumerate(depths):
        stage = block(f"features.block{number}", "_dense_block")
        made = [build.graph.output]
        for place in range(depth):
            path = f"{stage.path}.layer{place}"
            scope = (stage, block(path, "_dense_layer"))
            name = build(f"{path}.concat", "concat", *made, scope=scope) if len(made) > 1 else made[0]
            build(f"{path}.norm", "norm", name, scope=scope)
            build(f"{path}.relu", "relu", scope=scope)
            build(f"{path}.conv1", "conv", out=8, scope=scope)
            build(f"{path}.gelu", "gelu", scope=scope)
            made.append(build(f"{path}.conv2", "conv", out=4, kernel=3, scope=scope))
        build(f"{stage.path}.concat", "concat", *made, scope=(stage,))
        build(f"pool{number}", "maxpool", kernel=2, stride=2)
    return build.graph


def test_layers_that_take_all_that_was_made_before_them():
    graph = dense((3, 5, 4))
    text = spec_text(graph, title="Dense")
    assert same(graph, text)
    assert "args: {depth: int}" in text
    assert "{dense_layer: {}, as: {append: made}}" in text
    assert "for: {depth: [3, 5, 4]}" in text
    assert len(text) == len(spec_text(dense((5, 9, 6)), title="Dense"))


def test_sizes_that_a_network_is_tied_to_are_no_knob():
    assert "resolution" not in spec_text(network("swin_tiny"), title="Swin")


def mobile(instances: list[dict[str, int]]) -> Graph:
    """Inverted residuals as torchvision has them, a shortcut where the shape stays."""
    build = Builder((16, 32, 32))
    for number, given in enumerate(instances):
        scope = (block(f"features.{number}", "inverted_residual"),)
        before, arriving = build.graph.output, build.shape[0]
        hidden = arriving * given["t"]
        name = f"features.{number}.conv"
        layers = [("expand", hidden, 1, 1, 1)] if given["t"] > 1 else []
        layers += [("depthwise", hidden, 3, given["s"], hidden), ("project", given["out"], 1, 1, 1)]
        for word, out, kernel, stride, groups in layers:
            build(f"{name}.{word}.0", "conv", out=out, kernel=kernel, stride=stride, groups=groups, scope=scope)
            build(f"{name}.{word}.1", "norm", scope=scope)
            if word != "project":
                build(f"{name}.{word}.2", "relu6", scope=scope)
        if given["s"] == 1 and given["out"] == arriving:
            build(f"{name}.add", "add", before, build.graph.output, scope=scope)
    return build.graph


def test_steps_that_only_some_calls_have_are_conditions_of_one_block():
    graph = mobile(
        [{"t": 1, "out": 16, "s": 1}, {"t": 6, "out": 24, "s": 2}, {"t": 6, "out": 24, "s": 1}, {"t": 6, "out": 32, "s": 1}]
    )
    text = spec_text(graph, title="Mobile")
    assert same(graph, text)
    assert "inverted_residual_2" not in text
    assert "- {inverted_residual: {out: 24, s: 2 if $i == 0 else 1}, repeat: 2}" in text
    assert "shortcut: {when: $in == $out and $s == 1, body: []}" in text
    assert "- {conv_norm: {out: 6*$in, nl: relu6}, when: $expand}" in text
