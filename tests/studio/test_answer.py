"""What a draft comes to: the bill, and the picture with all of it or with what is open."""

from __future__ import annotations

from typing import Any

import pytest
from asking import TINY

from archdsl.errors import InputError
from archdsl.spec.locate import zoo
from archdsl.studio.answer import answer


class Parts(dict[str, Any]):
    def part(self, name: str, value: Any) -> None:
        self[name] = value

    def progress(self, share: float, words: str = "") -> None:
        raise AssertionError(words)


def answered(name: str, **given: Any) -> Parts:
    found = Parts()
    text = (zoo() / f"{name}.yaml").read_text(encoding="utf-8")
    assert answer({"draft": {"text": text}, **given}, found)["whole"]
    return found


def seen(picture: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts that a reader sees: those with nothing closed around them."""
    parts = picture["parts"]

    def shown(part: dict[str, Any]) -> bool:
        around = part["around"]
        return around < 0 or (parts[around].get("open") is True and shown(parts[around]))

    return [part for part in parts if shown(part)]


def told(picture: dict[str, Any]) -> list[dict[str, Any]]:
    """The same without numbers, which count what is left out too."""
    parts, marks = picture["parts"], picture["marks"]
    left_out = {"around", "marks", "shown", "ends"}
    return [
        {name: value for name, value in part.items() if name not in left_out}
        | {"in it": part["around"] < 0 or parts[part["around"]]["name"], "lines of": [marks[mark] for mark in part["marks"]]}
        for part in seen(picture)
    ]


def arrows(picture: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Which tensor runs from what is seen to what is seen."""
    parts = picture["parts"]

    def on_view(number: int) -> str:
        path, around = [number], parts[number]["around"]
        while around >= 0:
            path.append(around)
            around = parts[around]["around"]
        part = next(
            (parts[place] for place in reversed(path) if "open" in parts[place] and not parts[place]["open"]), parts[number]
        )
        return f"{part['kind']} {part['name']}"

    found = {(on_view(source), on_view(target), tensor) for source, target, tensor, _, _ in picture["links"]}
    return {link for link in found if link[0] != link[1]}


@pytest.mark.parametrize("name", ["dpnet", "unet", "inception_v3"])
def test_a_picture_of_what_is_open_shows_what_the_whole_one_shows(name: str) -> None:
    whole = answered(name)["picture"]
    unfolded = [f"{part['kind']} {part['name']}" for part in whole["parts"] if part.get("open")]
    found = answered(name, unfolded=unfolded)
    assert told(found["picture"]) == told(whole)
    assert arrows(found["picture"]) == arrows(whole)
    assert len(found["picture"]["parts"]) == len(seen(whole)) < len(whole["parts"])
    assert found["bill"] == answered(name)["bill"]
    assert found["picture"]["totals"] == whole["totals"]


def test_what_is_inside_is_there_once_it_is_open() -> None:
    closed = answered("dpnet", unfolded=[])["picture"]
    assert {part["around"] for part in closed["parts"]} == {-1}
    opened = answered("dpnet", unfolded=["stage stage1", "block dp_a_1"])["picture"]
    inside = [part["name"] for part in opened["parts"] if part["around"] >= 0]
    assert "dp_a_1.k5" in inside
    assert not any(name.startswith("dp_a_2.") for name in inside)


@pytest.mark.parametrize("unfolded", ["stage1", [1], {"stage stage1": True}])
def test_what_is_open_is_a_list_of_texts(unfolded: Any) -> None:
    with pytest.raises(InputError, match="list of texts"):
        answer({"draft": {"text": "net: []"}, "unfolded": unfolded}, Parts())


def bill(baseline: Any) -> Any:
    told = Parts()
    assert answer({"draft": {"text": TINY}, "baseline": baseline}, told)["whole"]
    return told["bill"]


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
