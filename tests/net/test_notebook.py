"""`net.studio()` without a browser: what its widgets hold and show, as a notebook would have it."""

from __future__ import annotations

import asyncio
import re
import sys
from fractions import Fraction
from typing import Any

import ipywidgets
import pytest

import archdsl
from archdsl.errors import BackendError, InputError
from archdsl.viz.straight import ALONE

SPEC = """\
name: Small
import: [blocks/mobile]
input: [3, 16, 16]
knobs:
  wide: {default: 1, range: [1/4, 2], step: 1/20, doc: Of all widths.}
  channels: {default: 8, range: [4, 400], step: 4}
  classes: {default: 10, range: [1, 100000], type: int}
  act: {default: relu, choices: [relu, silu]}
  biased: false
  kernels: {default: [3, 5], type: list, range: [1, 7]}
  second: $channels
reported:
  - {params: 1.9K, source: Table 1}
net:
  - conv: {out: round($channels*$wide), kernel: "$kernels[0]", bias: $biased}
  - $act
  - conv: {out: $second, kernel: "$kernels[1]"}
  - pool
  - linear: $classes
"""
NUMBER = '<td class="n">{}</td>'


@pytest.fixture
def studio() -> Any:
    return archdsl.loads(SPEC).studio()


def svg(studio: Any) -> str:
    return str(_texts(studio, "<svg")[0])


def bill(studio: Any) -> str:
    return str(_texts(studio, "<table")[0])


def told(studio: Any) -> list[str]:
    """Every message that is shown."""
    return [value for value in _texts(studio, 'role="alert"') + _texts(studio, 'role="status"') if "<svg" not in value]


def _texts(studio: Any, part: str) -> list[str]:
    shown = (each for each in _inside(studio.widget) if isinstance(each, ipywidgets.HTML) and each.layout.display != "none")
    return [each.value for each in shown if part in each.value]


def _inside(widget: Any) -> list[Any]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in _inside(child))]


def test_knobs_are_the_widgets_that_fit_them(studio: Any) -> None:
    kinds = {name: type(widget).__name__ for name, widget in studio.inputs.items()}
    assert kinds == {
        "wide": "FloatSlider",
        "channels": "IntSlider",
        "classes": "Text",  # as a slider of 100,000 positions it would be of no use
        "act": "Dropdown",
        "biased": "Checkbox",
        "kernels": "Text",
        "second": "Text",
    }
    wide = studio.inputs["wide"]
    assert (wide.min, wide.max, wide.step, wide.value, wide.readout_format) == (0.25, 2, 0.05, 1, ".2f")
    assert wide.tooltip == "Of all widths. 0.25 to 2 by 0.05; 1 if not set"


def test_a_moved_slider_is_the_exact_network(studio: Any) -> None:
    studio.inputs["wide"].value = 0.35000000000000003  # as a browser counts 0.25 + 2 * 0.05
    assert studio.net.knobs["wide"] == Fraction(7, 20)
    same = archdsl.loads(SPEC, wide=0.35)
    assert studio.net.cost().params == same.cost().params
    assert NUMBER.format(f"{same.cost().params:,}") in bill(studio)
    assert svg(studio).endswith(f"{same.diagram().svg}</div>")


def test_the_bill_has_the_change_and_the_figures_of_the_source(studio: Any) -> None:
    assert "<td>✓</td><td>params 1.9K (Table 1)</td>" in bill(studio)
    before = studio.net.cost().params
    studio.inputs["act"].value = "silu"
    assert "<td>params</td>" + 2 * NUMBER.format(f"{before:,}") + 2 * NUMBER.format("") in bill(studio)
    studio.inputs["biased"].value = True
    after = studio.net.cost().params
    assert (after - before, studio.net.knobs["act"]) == (8, "silu")
    assert NUMBER.format("+8") in bill(studio)
    studio.inputs["channels"].value = 400
    assert "<td></td><td>params 1.9K (Table 1)</td>" in bill(studio)


def test_a_knob_that_follows_another_is_shown_to(studio: Any) -> None:
    studio.inputs["channels"].value = 16
    assert studio.inputs["second"].value == "16"
    studio.inputs["second"].value = "8"
    studio.inputs["channels"].value = 12
    assert (studio.inputs["second"].value, studio.net.knobs["second"]) == ("8", 8)
    assert studio.net.settings == {"channels": 12, "second": 8}


@pytest.mark.parametrize(
    ("text", "message"),
    [("[3, 9]", "must lie between 1 and 7; 9 came"), ("[3", "not YAML"), ("", "a value is missing"), ("wide", "expected a list")],
)
def test_a_value_that_does_not_fit_is_told_at_its_knob(studio: Any, text: str, message: str) -> None:
    studio.inputs["wide"].value = 0.5
    good, drawn = studio.net, studio.net.diagram().svg
    studio.inputs["kernels"].value = text
    alert, status = told(studio)
    assert message in alert
    assert "--set" not in alert
    assert "the last design that could be built" in status
    assert studio.net is good
    assert drawn in svg(studio)
    assert "opacity" in svg(studio)
    assert "opacity" in bill(studio)
    studio.inputs["kernels"].value = "[3, 3]"
    assert told(studio) == []
    assert "opacity" not in svg(studio)
    assert studio.net.settings == {"wide": Fraction(1, 2), "kernels": [3, 3]}


def test_a_network_that_cannot_be_built_says_where(studio: Any) -> None:
    studio.inputs["kernels"].value = "[3]"
    (message,) = set(told(studio))
    assert "17:43: error: no element 1 in a list of 1" in message
    assert studio.net.settings == {}


def test_reset(studio: Any) -> None:
    studio.inputs["wide"].value = 0.5
    studio.inputs["kernels"].value = "[3]"
    (button,) = [each for each in _inside(studio.widget) if isinstance(each, ipywidgets.Button)]
    button.click()
    assert studio.net.settings == {}
    assert (studio.inputs["wide"].value, studio.inputs["kernels"].value) == (1, "[3, 5]")
    assert told(studio) == []


def test_a_network_with_settings_starts_and_ends_with_them() -> None:
    studio = archdsl.loads(SPEC, wide=0.5, channels=16).studio()
    assert studio.inputs["wide"].value == 0.5
    studio.inputs["channels"].value = 8
    assert studio.net.settings == {"wide": Fraction(1, 2), "channels": 8}
    studio.reset()
    assert studio.net.settings == {"wide": Fraction(1, 2), "channels": 16}


def test_of_many_moves_only_the_last_is_worked_out(studio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    make = type(studio)._make
    monkeypatch.setattr(type(studio), "_make", lambda self, settings: (made.append(dict(settings)), make(self, settings)))

    async def move() -> None:
        for value in (12, 16, 20, 24):
            studio.inputs["channels"].value = value
        assert made == []
        await asyncio.sleep(0.1)
        assert made == [{"channels": 24}]
        studio.inputs["channels"].value = 28
        assert studio.net.knobs["channels"] == 28  # whoever asks at once does not get what was
        await asyncio.sleep(0.1)

    asyncio.run(move())
    assert made == [{"channels": 24}, {"channels": 28}]


def test_the_line_makes_the_same_network(spec_file: Any) -> None:
    nets = [
        archdsl.load("dpnet"),
        archdsl.load("dpnet", width=0.75, kernels=[3, 7], se_bias=False, transition="stage", **{"rows.15.exp": 480}),
        archdsl.load("dpnet", dropout=Fraction(1, 3)).batched(2).typed("int8"),
        archdsl.load(spec_file(SPEC), wide=0.35),
        archdsl.load("resnet18").optimized(),
    ]
    for net in nets:
        line = repr(net.studio()).removeprefix("<archdsl.Studio ").removesuffix(">")
        same = eval(line, {"archdsl": archdsl, "Fraction": Fraction})
        assert same.cost().as_dict() == net.cost().as_dict(), line
        assert (same.settings, same.knobs) == (net.settings, net.knobs), line
    assert 'archdsl.load("dpnet", width=0.75, kernels=[3, 7]' in repr(nets[1].studio())


def test_the_line_of_a_text_without_a_file_starts_from_the_network(studio: Any) -> None:
    assert repr(studio) == "<archdsl.Studio net>"
    studio.inputs["wide"].value = 0.35
    assert repr(studio) == "<archdsl.Studio net.set(wide=0.35)>"


def test_options() -> None:
    net = archdsl.loads(SPEC)
    studio = net.studio(depth="all", heat="macs", conventions=["thop"], devices=["raspberry-pi-3b"])
    assert net.diagram(depth="all", heat="macs").svg in svg(studio)
    names = re.findall("<tr><td>([^<]*)</td>", bill(studio))[:6]
    assert names == ["params", "macs", "flops.thop", "weights", "peak", "latency.raspberry-pi-3b"]
    for wrong in ({"depth": -1}, {"heat": "mac"}, {"conventions": ["thopp"]}, {"devices": ["pi"]}):
        with pytest.raises(InputError):
            net.studio(**wrong)
    with pytest.raises(InputError, match="a studio shows one network, but knob 'channels' holds several values"):
        archdsl.loads(SPEC, channels=[8, 16]).studio()


def test_without_a_layout_engine_the_picture_is_coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.viz.layout.find_engine", _no_engine)
    drawn = svg(archdsl.loads(SPEC).studio())
    assert ALONE in drawn
    assert "conv" in drawn


def _no_engine() -> None:
    from archdsl.extras import missing

    raise missing("a drawing", ["graphviz"], "viz")


def test_without_ipywidgets_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(
        BackendError, match=r"a studio in a notebook needs ipywidgets, which is not installed: .*archdsl\[notebook\]"
    ):
        archdsl.loads(SPEC).studio()


def test_a_notebook_shows_the_widget(studio: Any) -> None:
    shown = studio._repr_mimebundle_()
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == studio.widget.model_id
    assert shown["text/plain"] == "<archdsl.Studio net>"


def test_names_are_shown_as_they_are_written() -> None:
    text = "name: '<script>1</script>'\ninput: [3, 8, 8]\nknobs: {a: 8}\nnet:\n  - conv: {out: $a, kernel: 3}\n"
    studio = archdsl.loads(text).studio()
    studio.inputs["a"].value = "'<img src=x>'"
    assert not any(tag in each for tag in ("<script", "<img") for each in _texts(studio, "<"))
    assert "&lt;script&gt;" in bill(studio)
