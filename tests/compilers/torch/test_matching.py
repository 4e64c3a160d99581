"""Layers under the names of torchvision and timm, matched whatever the order of the file.

The fixture holds the layers of real models (names and shapes, in the order of their definition) and which layer of the zoo's network
each is. The models were filled with random weights, these were carried over by the pairs,
and both gave the same output in float64. `tests/make_names.py` does that.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.compilers.torch.matching import Unclear, Unmatched, Wanted, match

MODELS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "fixtures" / "names.json").read_text(encoding="utf-8"))

ORDERS: dict[str, Callable[[list[str]], list[str]]] = {
    "as defined": list,
    "sorted": sorted,
    "backwards": lambda names: names[::-1],
    "shuffled": lambda names: random.Random(7).sample(names, len(names)),
}


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "state_dict.model."])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", MODELS)
def test_models_of_libraries(name: str, order: str, prefix: str) -> None:
    """Whatever the order of the file, and whatever programs that save put before all of its names."""
    model = MODELS[name]
    layers = dict(model["layers"])
    wanted = [Wanted(ours, layers[theirs]) for ours, theirs in model["pairs"].items()]
    found = [Wanted(prefix + layer, layers[layer]) for layer in ORDERS[order](list(layers))]
    assert match(wanted, found) == {ours: prefix + theirs for ours, theirs in model["pairs"].items()}


def test_the_fixture_has_what_people_load() -> None:
    """Networks that both libraries have by the names that their users know, each a whole network of the zoo."""
    assert {"tv.mobilenet_v3_large", "tv.resnet50", "timm.resnet101", "tv.regnet_y_400mf", "tv.resnext50_32x4d"} <= MODELS.keys()
    for name, model in MODELS.items():
        graph = archdsl.load(model["spec"]).graph()
        learned = [node.name for node in graph if node.inputs and node.op.weights(*graph.input_shapes(node))]
        assert set(model["pairs"]) == set(learned), name


def _wanted(*layers: str) -> list[Wanted]:
    """`name shape` as layers."""
    return [Wanted(*layer.split()) for layer in layers]


def test_numbers_are_numbers() -> None:
    wanted = _wanted(*(f"conv_{n} 8x8" for n in range(1, 12)))
    found = sorted(_wanted(*(f"features.{n} 8x8" for n in range(11))))
    assert list(match(wanted, found).values()) == [f"features.{n}" for n in range(11)]


def test_a_shortcut_is_told_by_its_name() -> None:
    wanted = _wanted("a.conv 4x4", "b.shortcut 4x4")
    found = _wanted("block.downsample 4x4", "block.conv 4x4")
    assert match(wanted, found) == {"a.conv": "block.conv", "b.shortcut": "block.downsample"}


def test_a_word_that_both_have_tells() -> None:
    wanted = _wanted("block.a.conv 4x4", "block.b.conv 8x8", "block.c.conv 4x4")
    assert list(match(wanted, _wanted("f.c.0 4x4", "f.b.0 8x8", "f.a.0 4x4")).values()) == ["f.a.0", "f.b.0", "f.c.0"]
    with pytest.raises(Unclear, match=r"both fit 'block\.a\.conv'"):
        match(wanted, _wanted("f.b.0 8x8", "f.w.0 4x4", "f.u.0 4x4"))


def test_a_word_within_a_name_tells() -> None:
    wanted = _wanted("block.xca.scale 4", "block.mlp.scale 4")
    for found in (["b.gamma 4", "b.gamma_xca 4"], ["b.gamma_xca 4", "b.gamma 4"]):
        assert list(match(wanted, _wanted(*found)).values()) == ["b.gamma_xca", "b.gamma"]
    with pytest.raises(Unclear):
        match(wanted, _wanted("b.scale_one 4", "b.scale_two 4"))


def test_two_lists_that_are_walked_along_side_by_side() -> None:
    found = _wanted(
        "m.down.1.conv 2", "m.down.0.conv 2", "m.wide.1.conv 1", "m.wide.0.conv 1", "m.stem.conv 1", "m.wide.2.conv 1"
    )
    wanted = _wanted("stem 1", "a.wide 1", "a.down 2", "b.wide 1", "b.down 2", "c 1")
    order = ["stem", "wide.0", "down.0", "wide.1", "down.1", "wide.2"]
    assert list(match(wanted, found).values()) == [f"m.{name}.conv" for name in order]


def test_what_nothing_tells_apart_is_refused_and_can_be_guessed() -> None:
    wanted = _wanted("q 4x4", "k 4x4", "out 4x8")
    found = _wanted("out 4x8", "key 4x4", "query 4x4")
    with pytest.raises(Unclear, match="'key' and 'query' both fit 'q'"):
        match(wanted, found)
    assert match(wanted, found, guess=True) == {"q": "key", "k": "query", "out": "out"}


def test_a_file_in_the_order_of_calls_is_taken_as_it_is() -> None:
    wanted = _wanted("q 4x4", "k 4x4", "out 4x8")
    assert match(wanted, _wanted("query 4x4", "key 4x4", "out 4x8")) == {"q": "query", "k": "key", "out": "out"}


def test_layers_of_a_module_stay_together() -> None:
    """Both have two of either; only one way keeps modules whole."""
    wanted = _wanted("x.conv 1", "x.norm 2", "y.conv 1", "y.norm 2")
    found = _wanted("b.bn 2", "b.conv 1", "a.bn 2", "a.conv 1", "head 3")
    with pytest.raises(Unclear, match=r"'b\.conv' and 'a\.conv' both fit 'x\.conv'"):
        match([*wanted, Wanted("head", "3")], found)
    numbered = _wanted("m2.bn 2", "m2.conv 1", "m1.bn 2", "m1.conv 1")
    assert list(match(wanted, numbered).values()) == ["m1.conv", "m1.bn", "m2.conv", "m2.bn"]


def test_an_order_that_names_forbid_is_no_match() -> None:
    with pytest.raises(Unmatched):
        match(_wanted("a 1", "b 2"), _wanted("c2 1", "c1 2", "c3 4"))
    with pytest.raises(Unmatched):
        match(_wanted("a 1", "b 2", "c 1"), _wanted("x.1 2", "x.0 1", "x.2 3"))
