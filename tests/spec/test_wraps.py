"""Blocks that wrap other blocks, in place of them or beside them; and nets that are replaced with the knobs that only they read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import archdsl
from archdsl.errors import InputError, SpecError
from archdsl.exact import symbols
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.elaborate import elaborate
from archdsl.net import Net
from archdsl.spec.knobs import values
from archdsl.spec.load import load_file
from archdsl.spec.report import Report
from archdsl.spec.schema import schema

Write = Callable[..., Path]

BASE = """\
archdsl: 1
input: [16, 32, 32]
knobs:
  kernel: {default: 3, range: [1, 9]}
  depths: {default: [2, 3]}
  first:  {default: "$depths[0]"}
blocks:
  unit:
    title: the unit
    args: {out: int, s: 1, mid: 2*$in}
    body:
      - {conv: {out: $mid, kernel: $kernel, stride: $s}, name: expand}
      - {conv: $out, name: project}
net:
  - {unit: 16, repeat: $first}
  - unit: {out: 32, s: 2, mid: 8}
"""


def variant(blocks: str, more: str = "", base: str = "base") -> str:
    return f"archdsl: 1\nextends: {base}\n{more}blocks:\n{blocks}"


HALF = variant("""\
  unit:
    wraps: unit
    body:
      - split: even
        paths: [[{$wrapped: {out: $out/2}}], [{$wrapped: {out: $out/2}}]]
        join: concat
""")


def layers(net: Net) -> dict[str, tuple[int, ...]]:
    return {node.name: node.shape for node in net.graph() if node.op.word == "conv"}


def mistakes(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        archdsl.load(path).graph()
    return str(caught.value)


def test_a_namesake_takes_the_place_in_the_rows_of_the_base(spec_file: Write) -> None:
    """Left out, `mid` follows from the half that arrives where `$wrapped` is called; given, it is handed on as it is."""
    net = archdsl.load(spec_file(HALF, base=BASE))
    assert layers(net) == {
        "unit_1.path_1.expand": (16, 32, 32),
        "unit_1.path_1.project": (8, 32, 32),
        "unit_1.path_2.expand": (16, 32, 32),
        "unit_1.path_2.project": (8, 32, 32),
        "unit_2.path_1.expand": (16, 32, 32),
        "unit_2.path_1.project": (8, 32, 32),
        "unit_2.path_2.expand": (16, 32, 32),
        "unit_2.path_2.project": (8, 32, 32),
        "unit_3.path_1.expand": (8, 16, 16),
        "unit_3.path_1.project": (16, 16, 16),
        "unit_3.path_2.expand": (8, 16, 16),
        "unit_3.path_2.project": (16, 16, 16),
    }
    assert [frame.block for frame in net.graph()["unit_3.path_2.expand"].scope if frame.kind == "block"] == [
        "unit",
        "wrapped",
        "base_unit",
    ]
    assert net.spec.titles["unit"].text == "the unit"  # it goes over to what wraps it
    assert "unit_3.path_2.expand" in str(net.cost())
    assert "base_unit" not in str(net.cost())


def test_a_wrap_that_changes_nothing_is_the_base(spec_file: Write) -> None:
    path = spec_file(variant("  unit: {wraps: unit, body: [$wrapped]}\n"), base=BASE)
    same, base = archdsl.load(path), archdsl.load(path.with_name("base.yaml"))
    assert canonical_hash(same.graph()) == canonical_hash(base.graph())
    assert same.cost().macs == base.cost().macs


def test_chains(spec_file: Write) -> None:
    """A variant of a variant: each wraps what its base has; arguments go through all of them."""
    third = variant(
        """\
  unit:
    wraps: unit
    args: {kernel: 5}
    body:
      - {conv: {out: $in, kernel: $kernel, groups: $in}, name: mix}
      - $wrapped: {mid: 4}
""",
        base="half",
    )
    net = archdsl.load(spec_file(third, base=BASE, half=HALF))
    found = layers(net)
    assert found["unit_3.mix"] == (16, 32, 32)
    assert found["unit_3.wrapped.path_2.expand"] == (4, 16, 16)
    blocks = [frame.block for frame in net.graph()["unit_3.wrapped.path_2.expand"].scope if frame.kind == "block"]
    assert blocks == ["unit", "wrapped", "base_unit", "wrapped", "base_base_unit"]
    assert archdsl.load(spec_file(third, base=BASE, half=HALF), **{"blocks.unit.kernel": 7}).cost().params > net.cost().params


def test_another_name_is_another_block(spec_file: Write) -> None:
    """It is called by rows, words and settings; what it wraps stays where it was. Its place among the blocks does not matter."""
    text = BASE.replace("blocks:\n", "blocks:\n  twice: {wraps: unit, args: {mid: 5}, body: [$wrapped, {$wrapped: {s: 1}}]}\n")
    net = archdsl.load(spec_file(text.replace("- unit: {out: 32, s: 2, mid: 8}", "- twice: {out: 32, s: 2}")))
    assert layers(net) == {
        "unit_1.expand": (32, 32, 32),
        "unit_1.project": (16, 32, 32),
        "unit_2.expand": (32, 32, 32),
        "unit_2.project": (16, 32, 32),
        "twice.wrapped_1.expand": (5, 16, 16),  # declared anew, so its default is handed on
        "twice.wrapped_1.project": (32, 16, 16),
        "twice.wrapped_2.expand": (5, 16, 16),
        "twice.wrapped_2.project": (32, 16, 16),
    }


def test_what_is_wrapped_may_be_handed_to_a_block(spec_file: Write) -> None:
    blocks = "  unit: {wraps: unit, body: [{partial: {learn: {$wrapped: {out: $in, s: 1}}}}]}\n"
    net = archdsl.load(spec_file(variant(blocks, "import: [blocks/partial]\n"), base=BASE))
    assert {shape[0] for shape in layers(net).values()} == {8, 16}


def test_an_imported_block_is_wrapped(spec_file: Write) -> None:
    text = "archdsl: 1\nimport: [blocks/mobile]\ninput: [16, 8, 8]\n"
    text += "blocks:\n  fc: {wraps: fc, body: [$wrapped, dropout]}\nnet: [pool, {fc: 8}]\n"
    assert [node.op.word for node in archdsl.load(spec_file(text)).graph()][-2:] == ["relu", "dropout"]


def test_grids_and_symbols(spec_file: Write) -> None:
    path = spec_file(HALF, base=BASE)
    kernels = [1, 3, 5, 7]
    grid = archdsl.load(path).sweep(kernel=np.array(kernels))
    assert [row["macs"] for row in grid.rows()] == [archdsl.load(path, kernel=k).cost().macs for k in kernels]
    width = "knobs: {width: {default: 16, range: [1, 99]}}\ninput: [$width, 32, 32]\nnet: [{unit: {out: 2*$width}}]\n"
    lettered = archdsl.load(spec_file(HALF + width, base=BASE))
    drawn = elaborate(lettered.spec, {**values(lettered.spec, {}), "width": symbols("C")[0]})
    assert str(drawn["path_1.project"].shape[0]) == "C"
    assert str(drawn["concat"].shape[0]) == "2C"


def test_the_compiled_module_and_its_source(spec_file: Write, tmp_path: Path) -> None:
    net = archdsl.load(spec_file(HALF, base=BASE))
    module = net.module()
    assert sum(p.numel() for p in module.parameters()) == net.cost().params
    written = net.export(tmp_path / "half.py")
    assert written.checked.largest_difference == 0
    text = (tmp_path / "half.py").read_text()
    assert "class Unit(" in text
    assert "class BaseUnit(" in text


@pytest.mark.parametrize(
    ("blocks", "message", "hint"),
    [
        (
            "unit: {wraps: unut, body: [$wrapped]}",
            "net.yaml:4:17: error: there is no block 'unut' to wrap",
            "did you mean 'unit'?",
        ),
        (
            "conv1: {wraps: conv, body: [$wrapped]}",
            "there is no block 'conv' to wrap",
            "'conv' is an operator; call it in the body",
        ),
        ("mine: {wraps: mine, body: [$wrapped]}", "there is no block 'mine' to wrap", "known: unit"),
        ("unit: {wraps: [unit], body: [$wrapped]}", "'wraps' must be the name of a block, a list came", ""),
        (
            "unit: {wraps: unit, body: [{unit: $out}]}",
            "blocks call each other without end: unit -> unit",
            "called $wrapped in its body",
        ),
        ("unit: {wraps: unit, body: [{wrapped: $out}]}", "unknown operator or block 'wrapped'", "is called $wrapped"),
        (
            "unit: {wraps: unit, body: [{$wrapped: {oot: 3}}]}",
            "unknown argument of the block 'base_unit' 'oot'",
            "did you mean 'out'?",
        ),
        ("unit: {wraps: unit, args: {wrapped: 1}, body: [$wrapped]}", "and cannot name an argument", ""),
        ("unit: {args: {out: int}, body: [$wrapped]}", "unknown name '$wrapped'", "is the block that a block 'wraps'"),
        (
            "unit: {wraps: unit, body: [{$wrapped: {out: $out/7}}]}",
            "net.yaml:4:47: error: 'out' of 'base_unit': expected an int, 16/7",
            "floor",
        ),
        ("unit: {wraps: unit, bodi: [$wrapped]}", "unknown key of a block 'bodi'", "did you mean 'body'?"),
    ],
)
def test_mistakes(blocks: str, message: str, hint: str, spec_file: Write) -> None:
    found = mistakes(spec_file(variant(f"  {blocks}\n"), base=BASE))
    assert message in found
    assert hint in found


def test_one_mistake_is_said_once(spec_file: Write) -> None:
    assert mistakes(spec_file(variant("  unit: {wraps: unut, body: [$wrapped]}\n"), base=BASE)).count("error") == 1


def test_a_circle_of_wraps(spec_file: Write) -> None:
    text = variant("  a: {wraps: b, body: [$wrapped]}\n  b: {wraps: a, body: [$wrapped]}\n")
    found = mistakes(spec_file(text, base=BASE))
    assert "net.yaml:4:14: error: blocks wrap each other in a circle: a -> b -> a" in found
    assert found.count("error") == 1
    swapped = variant("  unit: {wraps: other, body: [$wrapped]}\n  other: {wraps: unit, body: [$wrapped]}\n")
    assert "in a circle: unit -> other -> unit" in mistakes(spec_file(swapped, base=BASE))


def test_the_name_of_what_is_wrapped_is_taken(spec_file: Write) -> None:
    base = BASE.replace("  unit:\n", "  base_unit: {body: [relu]}\n  unit:\n")
    found = mistakes(spec_file(HALF, base=base))
    assert "what 'unit' wraps would be called 'base_unit', which is another block" in found


def test_a_wrapper_that_calls_nothing(spec_file: Write) -> None:
    report = Report()
    load_file(spec_file(variant("  unit: {wraps: unit, body: [{conv: $out}]}\n"), base=BASE), report)
    assert [found.message for found in report.warnings] == ["the body of the block 'unit' calls $wrapped nowhere"]


def test_the_schema_knows_it() -> None:
    block = {"wraps": "unit", "body": ["$wrapped"]}
    jsonschema.validate({"extends": "base", "blocks": {"unit": block}}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"blocks": {"unit": {**block, "wraps": 3}}}, schema())


# -- nets that are replaced ------------------------------------------------------------------------------------------------------

OTHER = "archdsl: 1\nextends: base\nname: Other\nnet: [{unit: {out: 8}}]\n"


def test_a_replaced_net_takes_its_knobs_along(spec_file: Write) -> None:
    """`first` goes because only the net read it, `depths` because only `first` did."""
    net = archdsl.load(spec_file(OTHER, base=BASE))
    assert list(net.spec.knobs) == ["kernel"]
    for setting in ({"first": 3}, {"depths": [1, 2]}, {"depths.1": 3}):
        with pytest.raises(InputError, match="is not here; only the net read it that 'Other' replaces"):
            archdsl.load(spec_file(OTHER, base=BASE), **setting)


def test_a_new_default_for_a_knob_that_went(spec_file: Write) -> None:
    report = Report()
    path = spec_file(OTHER + "knobs: {depths: [3, 4]}\n", base=BASE)
    load_file(path, report)
    (found,) = report.warnings
    assert found.message == "the knob 'depths' is read by nothing"
    assert found.hint == "only the net read it that this spec replaces"
    assert str(found).startswith(f"{path}:5:9: warning")


def test_knobs_of_other_specs_stay(spec_file: Write) -> None:
    """A variant with the net of its base keeps all of its knobs, and a variant of it too."""
    assert list(archdsl.load(spec_file(HALF, base=BASE)).spec.knobs) == ["kernel", "depths", "first"]
    third = OTHER.replace("base", "half").replace("{out: 8}", "{out: 8, s: $first}")
    assert list(archdsl.load(spec_file(third, base=BASE, half=HALF)).spec.knobs) == ["kernel", "depths", "first"]
