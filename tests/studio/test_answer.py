"""What changes of a bill are told against."""

from __future__ import annotations

from typing import Any

from asking import TINY

from archdsl.studio.answer import answer


class Parts:
    """Somebody who keeps the parts of an answer."""

    def __init__(self) -> None:
        self.parts: dict[str, Any] = {}

    def part(self, name: str, value: Any) -> None:
        self.parts[name] = value

    def progress(self, share: float, words: str = "") -> None:
        raise AssertionError(words)


def bill(baseline: Any) -> Any:
    told = Parts()
    assert answer({"draft": {"text": TINY}, "baseline": baseline}, told)["whole"]
    return told.parts["bill"]


def test_a_baseline_is_a_draft_or_a_network_of_the_zoo() -> None:
    twice = {"text": TINY.replace("default: 4", "default: 8"), "name": "twice.yaml"}
    params = bill(twice)["totals"][0]
    assert int(params["before"].replace(",", "")) > params["value"]
    assert params["change"].startswith(("-", "−"))
    assert "before" not in bill(None)["totals"][0]
    assert bill({"zoo": "alexnet"})["totals"][0]["share"] == "-100.0%"


def test_what_is_wrong_with_a_baseline_is_said() -> None:
    found = bill({"text": TINY.replace("conv:", "conf:"), "name": "other.yaml"})
    assert found["against"].startswith("other.yaml:5:")
    assert "before" not in found["totals"][0]
    assert "unknown knob 'wide'" in bill({"text": TINY, "settings": {"wide": "2"}})["against"]
    assert bill({"text": TINY})["against"] == ""
