"""Axes from texts and values: ranges, lists, words, places in a spec, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.explore.grid.axis import Axis, parse_axes, parse_axis, size
from archdsl.explore.grid.sampled import sampled
from archdsl.explore.sensitivity import sensitivity
from archdsl.spec.model import Spec


@pytest.fixture(scope="module")
def spec() -> Spec:
    return archdsl.load("dpnet").base


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("width=0.5:0.6:0.05", [Fraction(1, 2), Fraction(11, 20), Fraction(3, 5)]),
        ("width=1/4:1:1/4", [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), 1]),
        ("resolution=64:67", [64]),
        ("resolution=64:128", [64, 96, 128]),
        ("width=1:1.12", [1, Fraction(21, 20), Fraction(11, 10)]),
        ("classes=10:13", [10, 11, 12, 13]),
        ("rows.15.exp=480:483", [480, 481, 482, 483]),
        ("blocks.dp_a.exp=64:66", [64, 65, 66]),
        ("resolution=64:100:32", [64, 96]),
        ("split=1/4,1/2", [Fraction(1, 4), Fraction(1, 2)]),
        ("kernels=[3,5],[3,7]", [(3, 5), (3, 7)]),
        ("kernels.2=5,7", [5, 7]),
        ("transition=none,block", ["none", "block"]),
        ("transition", ["block", "stage", "none"]),
        ("expand_always", [False, True]),
        ("rows.15.exp=480:512:16", [480, 496, 512]),
        ("rows.15.se=true,false", [True, False]),
        ("blocks.dp_a.se=true", [True]),
    ],
)
def test_values(spec: Spec, text: str, values: list[Any]) -> None:
    assert [point[0] for point in parse_axis(text, spec).points] == values


def test_a_knob_alone_takes_its_range_in_its_steps(spec: Spec) -> None:
    axis = parse_axis("resolution", spec)
    assert [point[0] for point in axis.points] == list(range(32, 1025, 32))


KNOBS = """
input: [3, 8, 8]
knobs:
  width: {default: 1, range: [0.25, 4]}
  rate: {default: 0, range: [0, 0.1]}
  share: 1/2
  many: {default: 4, range: [1, 40]}
  eighths: {default: 1, range: [1/8, 4], step: 1/8}
  kernels: {default: [3, 5], range: [3, 7], step: 2}
  scales: {default: [1, 1], range: [0.5, 1]}
  depth: {default: $many + 1}
net: [{conv: {out: round($many*$width*$share*$eighths), kernel: 1}}]
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("width=0.5:1", "width 0.5 to 1 by 0.05: 11 values"),
        ("width=0.5:0.52", "width 0.5 to 0.52 by 0.05: 1 value"),
        ("width=1:2", "width 1 to 2 by 0.05: 21 values"),
        ("width", "width 0.25 to 4 by 0.05: 76 values"),
        ("rate", "rate 0 to 0.1 by 0.005: 21 values"),
        ("rate=0:0.01", "rate 0 to 0.01 by 0.005: 3 values"),
        ("share=1/4:3/4", "share 0.25 to 0.75 by 0.05: 11 values"),
        ("many=1:5", "many 1 to 5 by 1: 5 values"),
        ("many", "many 1 to 40 by 1: 40 values"),
        ("eighths=1:2", "eighths 1 to 2 by 0.125: 9 values"),
        ("kernels", "kernels 3 to 7 by 2 in each of 2 places: 9 values"),
        ("kernels.2=3:7", "kernels.2 3 to 7 by 2: 3 values"),
        ("scales", "scales 0.5 to 1 by 0.025 in each of 2 places: 441 values"),
        ("depth=2:4", "depth 2 to 4 by 1: 3 values"),
        ("width=0.5:1:0.25", ""),
        ("width=0.5,1", ""),
    ],
)
def test_one_step_for_all_and_it_is_said(text: str, said: str) -> None:
    net = archdsl.loads(KNOBS)
    axis = parse_axis(text, net.base)
    assert axis.said == said
    if axis.walked:
        name = "kernels.1" if axis.name == "kernels" else "scales.1" if axis.name == "scales" else axis.name
        (step,) = [influence.step for influence in sensitivity(net, ["params"]) if influence.name == name]
        assert step == axis.walked[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("widht=1", "unknown knob 'widht'; did you mean 'width'?"),
        ("width=", "'width=' names no values; write knob=from:to:step or knob=value,value"),
        ("=3", "'=3' names no values"),
        ("width=1:2:0", "width=1:2:0: a range is from:to:step with a step above 0, and does not fall"),
        ("width=2:1", "width=2:1: a range is from:to:step"),
        ("width=a:b", "width: 'a' is no number; a range is from:to:step, as in 0.5:2:0.05"),
        ("width=0.1,1", "width: must lie between 0.25 and 4; 1/10 (0.1) came"),
        ("width=wide", "width: expected a number, 'wide' came"),
        ("transition=blok", "transition: expected one of block, stage, none; 'blok' came; did you mean 'block'?"),
        ("classes", "classes: give values, as in classes=from:to:step or classes=value,value"),
        ("classes=1:100000000", "classes=1:100000000: more than 1,000,000 values"),
        ("rows.99.exp=3", "rows.99.exp: no row 99; the tables have rows 1 to 20"),
        ("rows.3.ex=3", "rows.3.ex: unknown column 'ex'; did you mean 'exp'?"),
        (
            "rows.3=3",
            "'rows.3' names no cell; write rows.NUMBER.COLUMN, as in rows.15.exp; several rows as rows.5-9, ",
        ),
        ("rows.3.exp=[1,2]", "rows.3.exp: expected a number or a word, the list [1, 2] came"),
        ("blocks.dp_c.se=true", "blocks.dp_c.se: unknown block 'dp_c'; did you mean 'dp_"),
        ("blocks.dp_a.see=true", "unknown argument 'see' of the block 'dp_a'; did you mean 'se'?"),
        ("blocks.dp_a=1", "'blocks.dp_a' names no argument; write blocks.BLOCK.ARGUMENT"),
        ("kernels.3=3", "'kernels.3': the elements of 'kernels' are kernels.1 to kernels.2"),
        ("width.1=3", "'width.1': the knob 'width' holds no list"),
        ("width,resolution=3", "give each knob that has values an option of its own"),
    ],
)
def test_mistakes(spec: Spec, text: str, message: str) -> None:
    with pytest.raises(archdsl.ArchdslError) as caught:
        parse_axis(text, spec)
    assert message in str(caught.value)


def test_an_axis_stands_once(spec: Spec) -> None:
    with pytest.raises(archdsl.InputError, match="'width' is given twice"):
        parse_axes(["width=1,2", "width=3"], spec)


def test_values_from_python() -> None:
    assert Axis.of("width", np.linspace(0.25, 1, 4)).points == ((Fraction(1, 4),), (Fraction(1, 2),), (Fraction(3, 4),), (1,))
    assert Axis.of("kernels", np.array([[3, 5], [3, 7]])).points == (((3, 5),), ((3, 7),))
    assert size([Axis.of("a", range(3)), Axis.of("b", ["x", "y"])]) == 6
    with pytest.raises(archdsl.InputError, match="at least one value"):
        Axis.of("width", [])
    with pytest.raises(archdsl.InputError, match="no value of the language"):
        Axis.of("width", [object()])
    with pytest.raises(archdsl.InputError, match="no finite number"):
        Axis.of("width", [float("nan")])


def test_all_that_an_element_or_an_argument_may_be() -> None:
    """An element goes in whole steps where it holds a whole number, in its own axis and where few of its values are wanted."""
    swin = archdsl.load("swin_tiny").base
    whole = [(depth,) for depth in range(1, 101)]
    assert list(parse_axis("depths.1", swin).points) == whole
    assert list(sampled(swin, "depths.1", 2, 1000).points) == whole
    unit = "{args: {out: {default: 4, range: [2, 6]}}, body: [conv: {out: $out, kernel: 3}]}"
    spec = archdsl.loads(f"archdsl: 1\nname: a\ninput: [3, 8, 8]\nblocks: {{unit: {unit}}}\nnet: [unit: {{}}]\n").base
    assert list(parse_axis("blocks.unit.out", spec).points) == [(2,), (3,), (4,), (5,), (6,)]
