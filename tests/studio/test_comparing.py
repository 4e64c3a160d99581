"""Designs side by side, as a page asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.errors import BackendError, InputError
from archdsl.studio.comparing import rows, scatter, table

TEXT = (Path(archdsl.__file__).parent.parent / "specs" / "mobilenet_v1.yaml").read_text(encoding="utf-8")
PLAIN = {"text": TEXT, "name": "mobilenet_v1.yaml"}
NARROW = {**PLAIN, "settings": {"width": "0.5"}}
ZOO = {"zoo": "squeezenet"}
OPAQUE = {"text": "archdsl: 1\nname: Box\ninput: [3, 32, 32]\nnet:\n  - opaque: {what: magic, gives: [8]}\n  - linear: 10\n"}


class Told:
    def __init__(self) -> None:
        self.parts: dict[str, Any] = {}

    def part(self, name: str, value: Any) -> None:
        self.parts[name] = value

    def progress(self, share: float, words: str = "") -> None:
        assert 0 <= share <= 1


def test_every_cost_is_told_with_its_change_to_the_first() -> None:
    answer = table({"designs": [PLAIN, NARROW, ZOO], "conventions": ["thop"], "devices": ["raspberry-pi-3b"]}, Told())
    nets = [archdsl.loads(TEXT), archdsl.loads(TEXT, width=0.5), archdsl.load("squeezenet")]
    assert answer["names"] == ["MobileNetV1", "MobileNetV1, width=0.5", "SqueezeNet"]
    assert [cost["name"] for cost in answer["costs"]] == [
        *("params", "macs", "flops.thop", "weights", "peak", "latency.raspberry-pi-3b")
    ]
    for cost in answer["costs"]:
        values = [total(net, cost["name"]) for net in nets]
        assert [cell["value"] for cell in cost["cells"]] == pytest.approx([float(value) for value in values], rel=1e-15)
        assert [cell["lowest"] for cell in cost["cells"]] == [value == min(values) for value in values]
    macs = answer["costs"][1]["cells"]
    assert (macs[0]["change"], macs[0]["share"]) == ("", "")
    assert macs[1]["change"] == f"{nets[1].cost().macs - nets[0].cost().macs:+,}"
    assert macs[1]["share"] == f"{(nets[1].cost().macs / nets[0].cost().macs - 1):+.2%}"


def test_equal_designs_have_names_of_their_own_and_no_lowest() -> None:
    answer = table({"designs": [PLAIN, PLAIN]}, Told())
    assert answer["names"] == ["MobileNetV1", "MobileNetV1 (2)"]
    assert not any(cell["lowest"] or cell["change"] for cost in answer["costs"] for cell in cost["cells"])


def test_rows_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    answer = rows({"designs": [PLAIN, NARROW]}, told)
    first, second = archdsl.loads(TEXT), archdsl.loads(TEXT, width=0.5)
    sheet = first.diff(second).sheets()[0]
    assert (answer["head"], answer["cells"]) == (list(sheet.head), sheet.cells())
    assert told.parts["rows"]["cells"] == answer["cells"]
    assert bool(answer["picture"]) != bool(answer["why"])

    def none(*args: Any, **more: Any) -> Any:
        raise BackendError("no layout engine")

    monkeypatch.setattr("archdsl.viz.difference", none)
    answer = rows({"designs": [PLAIN, NARROW]}, Told())
    assert (answer["picture"], answer["why"], answer["cells"]) == ("", "no layout engine", sheet.cells())


def test_equal_designs_have_no_rows_that_differ() -> None:
    answer = rows({"designs": [PLAIN, PLAIN]}, Told())
    assert (answer["cells"], answer["notes"]) == ([], ["MobileNetV1 → MobileNetV1: no difference"])


def test_one_cost_over_another() -> None:
    answer = scatter({"designs": [PLAIN, NARROW, ZOO], "x": "macs", "y": "peak"}, Told())
    nets = [archdsl.loads(TEXT), archdsl.loads(TEXT, width=0.5), archdsl.load("squeezenet")]
    shown = [(trace["x"][0], trace["y"][0]) for trace in answer["figure"]["data"]]
    assert shown == [(net.cost().macs, total(net, "peak")) for net in nets]
    assert answer["figure"]["layout"]["yaxis"]["title"]["text"] == "peak (bytes)"


@pytest.mark.parametrize(
    ("designs", "message"),
    [
        ([PLAIN], "2 to 6 designs"),
        ([PLAIN] * 7, "2 to 6 designs"),
        ("two", "2 to 6 designs"),
        ([PLAIN, {"zoo": "../secrets"}], "design 2: unknown network"),
        ([PLAIN, {"text": 3}], "design 2: a draft has a text"),
        ([{"text": "net: ["}, PLAIN], "design 1: "),
    ],
)
def test_what_cannot_be_compared_is_refused(designs: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        table({"designs": designs}, Told())


def test_a_cost_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'macs'"):
        scatter({"designs": [PLAIN, NARROW], "x": "mac"}, Told())
    with pytest.raises(InputError, match="macs of Box is not known"):
        scatter({"designs": [PLAIN, OPAQUE], "x": "macs", "y": "peak"}, Told())
