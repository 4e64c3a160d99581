"""Equations 2 to 4 of the paper: as printed, as formulas, and as blocks of the language count."""

from fractions import Fraction

import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.paper.equations import (
    Settings,
    depthwise_operations,
    depthwise_over_dual_path,
    dual_path_operations,
    names,
    ratios,
    residual_over_partial,
)

BLOCKS = """
archdsl: 1
name: blocks
import: [blocks/mobile, blocks/partial, blocks/residual]
input: [{channels}, 14, 14]
net:
  - {block}
"""


def convolutions(block, channels, kernel=None, **knobs):
    """Multiply-accumulates of the spatial convolutions of a block on maps of 14x14."""
    net = archdsl.loads(BLOCKS.format(block=block, channels=channels), **knobs)
    return sum(layer.macs for layer in net.cost() if layer.node.op.word == "conv" and layer.node.op.kernel != (1, 1))


def test_as_printed():
    assert residual_over_partial() == 4
    assert f"{float(depthwise_over_dual_path(3)):.2f}" == "1.06"
    assert f"{float(depthwise_over_dual_path(5)):.2f}" == "2.94"


@pytest.mark.parametrize("split", [Fraction(1, 2), Fraction(1, 4), Fraction(3, 4), Fraction(2, 3), 1])
@pytest.mark.parametrize("kernel", [1, 3, 7])
def test_equation_2_for_any_split(split, kernel):
    assert residual_over_partial(split, kernel) == 1 / Fraction(split) ** 2


@pytest.mark.parametrize("split", [Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)])
def test_equation_2_is_the_ratio_of_the_blocks(split):
    whole = convolutions("basic: {width: 64}", 64)
    partial = convolutions("partial_basic: {width: 64}", 64, split=split)
    assert Fraction(whole, partial) == residual_over_partial(split)


def test_equation_3_as_printed():
    channels, height, width = 96, 14, 28
    assert depthwise_operations(3, channels, height, width) == 2 * channels * width * height * 3**2
    ours = dual_path_operations((3, 5), channels, height=height, width=width)
    assert ours == 2 * channels // 4 * width * height * (3**2 + 5**2)


@pytest.mark.parametrize("kernels", [(3, 5), (3, 7), (5, 5), (3, 5, 7), (3,)])
@pytest.mark.parametrize("split", [Fraction(1, 2), Fraction(1, 4), 1])
@pytest.mark.parametrize("kernel", [3, 5, 9])
def test_equation_4_for_any_kernels(kernel, kernels, split):
    expected = Fraction(kernel**2 * len(kernels)) / (split * sum(k**2 for k in kernels))
    assert depthwise_over_dual_path(kernel, kernels, split) == expected


@pytest.mark.parametrize("kernels", [[3, 5], [3, 7], [3, 5, 7]])
@pytest.mark.parametrize("kernel", [3, 5])
def test_equation_4_is_the_ratio_of_the_blocks(kernel, kernels):
    bottleneck = convolutions(f"bottleneck: {{exp: 240, out: 48, kernel: {kernel}}}", 48)
    dual = convolutions("dp_a: {exp: 240, out: 48}", 48, kernels=kernels)
    assert Fraction(bottleneck, dual) == depthwise_over_dual_path(kernel, kernels)


@pytest.mark.parametrize("split", [0, Fraction(-1, 2), Fraction(3, 2)])
def test_a_split_must_leave_something(split):
    with pytest.raises(ValueError, match="split"):
        residual_over_partial(split)
    with pytest.raises(ValueError, match="split"):
        depthwise_over_dual_path(3, split=split)


def test_channels_that_do_not_come_out():
    with pytest.raises(ValueError, match=r"6 channels over 2 paths with a split of 1/2 give 3/2 channels"):
        dual_path_operations((3, 5), 6)


# -- as a person asks for them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_every_printed_number_comes_out(name):
    found = ratios(name, Settings.read({}))
    assert found
    assert all(ratio.matches for ratio in found)


def test_printed_numbers_of_each_equation():
    reported = {name: [ratio.reported for ratio in ratios(name, Settings.read({}))] for name in names()}
    assert reported == {"eq2": ["4", "4"], "eq3": ["18", "50", "17"], "eq4": ["1.06", "2.94"]}


def test_other_settings_have_nothing_printed_beside_them():
    settings = Settings.read({"split": Fraction(3, 8), "kernels": [3, 5, 7]})
    found = ratios("eq4", settings)
    assert [ratio.computed for ratio in found] == [depthwise_over_dual_path(k, (3, 5, 7), Fraction(3, 8)) for k in (3, 5, 7)]
    assert {(ratio.reported, ratio.matches) for ratio in found} == {("", None)}
    paths = ratios("eq3", settings)[-1]
    assert paths.computed == 2 * Fraction(3, 8) * (9 + 25 + 49) / 3
    assert paths.what == "paths of 3×3 and 5×5 and 7×7"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"spilt": 1}, "unknown setting 'spilt'; did you mean 'split'?"),
        ({"split": 0}, "split: expected a share above 0 and at most 1, 0 came"),
        ({"split": True}, "split: expected a share above 0 and at most 1, true came"),
        ({"split": Fraction(1, 10**9)}, "split: expected a share in whole parts of at most 10,000"),
        ({"kernels": []}, "kernels: expected a list of 1 to 16 odd ints"),
        ({"kernels": 3}, "kernels: expected a list of 1 to 16 odd ints, from 1 to 99, 3 came"),
        ({"kernels": [3, 4]}, "kernels: expected a list of 1 to 16 odd ints"),
    ],
)
def test_settings_that_do_not_fit(given, message):
    with pytest.raises(InputError) as caught:
        Settings.read(given)
    assert str(caught.value).startswith(message)
