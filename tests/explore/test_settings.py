"""Settings beside knobs: elements of lists, and arguments that are the same in every call of a block."""

from __future__ import annotations

import pytest

import archdsl


def test_an_element_of_a_list() -> None:
    one = archdsl.load("dpnet", **{"kernels.2": 7})
    assert one.knobs["kernels"] == [3, 7]
    assert one.cost().params == archdsl.load("dpnet", kernels=[3, 7]).cost().params
    both = archdsl.load("dpnet", kernels=[5, 9], **{"kernels.1": 3})
    assert both.knobs["kernels"] == [3, 9]


def test_an_argument_in_every_call_of_a_block() -> None:
    plain = archdsl.load("dpnet")
    forced = archdsl.load("dpnet", **{"blocks.dp_a.se": True})
    by_rows = archdsl.load("dpnet", **{f"rows.{row}.se": True for row in (2, 4, 6, 7, 9, 10, 11, 13, 15, 16)})
    assert forced.cost().params == by_rows.cost().params > plain.cost().params
    assert forced.cost().macs == by_rows.cost().macs
    assert plain.set(**{"blocks.dp_a.se": False}).cost().params < plain.cost().params


def test_an_argument_that_no_call_gives() -> None:
    wide = archdsl.load("mobilenet_v3", **{"blocks.squeeze_excite.hidden": 64})
    squeezes = [node.op.out for node in wide.graph() if node.name.endswith("squeeze")]
    assert set(squeezes) == {64}


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(archdsl.InputError) as caught:
        archdsl.load("dpnet", widht=1, **{"kernels.9": 1, "rows.1.outt": 2, "blocks.dp_a.se": 3})
    assert [line.split(":")[0].split(";")[0] for line in str(caught.value).splitlines()] == [
        "unknown knob 'widht'",
        "'kernels.9'",
        "rows.1.outt",
        "blocks.dp_a.se",
    ]


def test_an_argument_of_a_block_inside_of_others_changes_again_and_again() -> None:
    base = archdsl.load("mobilenet_v3")
    for hidden in (8, 64, 8, 32):
        settings = {"blocks.squeeze_excite.hidden": hidden}
        assert base.set(**settings).cost().params == archdsl.load("mobilenet_v3", **settings).cost().params
    rows = base.sweep(**{"blocks.squeeze_excite.hidden": [8, 64, 32], "blocks.path.kernel": [3, 5]}).rows()
    assert len({row["params"] for row in rows}) == 6
