"""Steps and rows moved, doubled, deleted, put in: the text, and what it then says."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from archdsl.spec.editing.moves import Callee, delete, duplicate, insert, move, shift
from archdsl.spec.editing.places import EditError, Place, Text
from archdsl.spec.editing.spans import Span
from archdsl.spec.locate import zoo

FILES = [*sorted(zoo().glob("*.yaml")), *sorted((zoo() / "blocks").glob("*.yaml"))]
SOME = [path for path in FILES if path.stat().st_size < 2500]
CONV = Callee("conv", {"out": "$in"}, ("out", "kernel", "stride"))


def data(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def way(text: Text, place: Place) -> list[Any]:
    """Keys and numbers that lead from the root to a list."""
    found: list[Any] = []
    part = place.listing.part
    while part.holder is not None:
        at = part.holder.items.index(part)
        found.append(at if part.holder.kind == "list" else data(text.of(part.holder.items[at - 1])))
        part = part.holder
    return found[::-1]


def held(root: Any, keys: list[Any]) -> Any:
    for key in keys:
        root = root[key]
    return root


def comments(text: str) -> Counter[str]:
    return Counter(re.findall(r"(?:^|\s)(#.*)$", text, re.MULTILINE))


def column(place: Place) -> int:
    return place.part.start[1] if place.listing.part.flow else place.listing.part.start[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_entry_moves_as_in_the_parsed_lists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read, before = Text(text), data(text)
    for listing in read.listings:
        for one, other in pairwise(listing.places[:2]):
            if not one.leads and text[other.start] == "#":
                continue
            made, line = move(text, one.part.start[0], other.part.start[0], columns=(column(one), column(other)))
            expected = data(text)
            entries = held(expected, way(read, one))
            entries.insert(other.number, entries.pop(one.number))
            assert data(made) == expected
            assert comments(made) == comments(text)
            now = next(
                p
                for li in Text(made).listings
                for p in li.places
                if li.part.start == listing.part.start and p.number == other.number
            )
            assert now.first == line
            back = move(
                made,
                now.part.start[0],
                now.listing.places[one.number].part.start[0],
                columns=(column(now), column(now.listing.places[one.number])),
            )
            assert back.text == text
    assert data(text) == before


@pytest.mark.parametrize("path", SOME[::2], ids=lambda path: path.stem)
def test_entries_are_doubled_deleted_and_put_in(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read = Text(text)
    for place in [place for listing in read.listings for place in {*listing.places[:1], *listing.places[-1:]}]:
        line, keys = place.part.start[0], way(read, place)
        doubled, expected = duplicate(text, line, column(place)), data(text)
        held(expected, keys).insert(place.number, held(expected, keys)[place.number])
        assert data(doubled.text) == expected
        if len(place.listing.places) > 1:
            expected = data(text)
            del held(expected, keys)[place.number]
            assert data(delete(text, line, column(place)).text) == expected
        if place.kind == "step":
            for side in ("before", "after"):
                expected = data(text)
                held(expected, keys).insert(place.number + (side == "after"), {"conv": "$in"})
                assert data(insert(text, line, CONV, side, column(place)).text) == expected


TABLE = """\
net:
  - conv: {out: 16}  # the stem
  - table:
      columns: [op,   out, s]
      scale: {out: round8($value*2)}
      rows:
        # first of all
        - [sep,        16, 1]  # small
        - {stage: two}
        - [sep,       128, 2]
  - fork:
    paths:
      - - norm
        - relu
      - [norm, relu]
    join: add
  - pool"""
SEP = Callee("sep", {"out": "$in"}, ("out", "s"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_row_takes_its_values_from_the_row_beside_it(newline: str) -> None:
    text = TABLE.replace("\n", newline)
    made = insert(text, 9, SEP)
    assert made == (text.replace("- [sep,       128, 2]", f"- [sep,       128, 2]{newline}        - [sep,       128, 2]"), 10)
    above = insert(text, 7, Callee("pool", {}, ()), "before")
    assert data(above.text)["net"][1]["table"]["rows"][0] == ["pool", None, None]
    assert above.text.replace("\r\n", "").count("\r") == 0


def test_rows_become_steps_and_steps_rows() -> None:
    out = move(TABLE, 7, 0 + 1)
    assert out.text.startswith('net:\n  # first of all\n  - sep: {out: "round8(16*2)", s: 1}  # small\n  - conv') or (
        out.text.startswith("net:\n  # first of all\n  - sep: {out: round8(16*2), s: 1}  # small\n  - conv")
    )
    back = move(TABLE, 1, 9, "after")
    assert data(back.text)["net"][0]["table"]["rows"][-1] == ["conv", 16, None]
    assert "        - [conv,       16, ~]  # the stem\n" in back.text


def test_at_the_end_of_its_list_a_step_leaves_what_holds_it() -> None:
    made = shift(TABLE, 13, 1)
    assert made.line == 15
    assert data(made.text)["net"][2]["paths"] == [["norm"], ["norm", "relu"]]
    assert data(made.text)["net"][3] == "relu"
    assert shift(TABLE, 13, -1).text == TABLE.replace("- - norm\n        - relu", "- - relu\n        - norm")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda: move(TABLE, 0, 1), "line 1 is no step"),
        (lambda: move(TABLE, 10, 12), "into itself"),
        (lambda: move(TABLE, 8, 1), "heading of a stage cannot stand beside a step"),
        (lambda: move(TABLE, 10, 7), "a fork cannot be the row"),
        (lambda: shift(TABLE, 1, -1), "it is the first already"),
        (lambda: shift(TABLE, 16, 1), "it is the last already"),
        (lambda: insert(TABLE, 9, Callee("conv", {"out": "$in", "kernel": "3"}, ("out", "kernel"))), "needs 'kernel'"),
        (lambda: delete("net:\n  - conv: 1\n", 1), "the only one"),
    ],
)
def test_what_cannot_be_is_said(edit: Any, words: str) -> None:
    with pytest.raises(EditError, match=words):
        edit()


SPANS = """\
net:
  # three
  - conv: 8
  - norm  # as usual
  # the last
  - relu
  - fork:
    paths:
      - [conv: 8, norm]
      - - relu
    join: add
  - stage: end
    body:
      # alone
      - pool
"""
THREE = "  # three\n  - conv: 8\n  - norm  # as usual\n  # the last\n  - relu\n"


def test_neighbours_are_edited_together() -> None:
    three = Span(2, 4, (5, 4))
    without = SPANS.replace(THREE, "")
    assert delete(SPANS, three).text == without
    copy = THREE.replace("  # three\n", "")
    assert duplicate(SPANS, three) == (SPANS.replace(THREE, THREE + copy), 6)
    stage = "  - stage: end\n    body:\n      # alone\n      - pool\n"
    assert move(SPANS, three, 11, "after") == (without.replace(stage, stage + THREE), 10)
    assert move(SPANS, 11, three, "before").text == SPANS.replace(stage, "").replace(THREE, stage + THREE)
    inside = move(SPANS, three, 14, "before").text
    assert inside == without.replace(
        "      # alone\n", "".join(f"    {line}\n" for line in THREE.splitlines()) + "      # alone\n"
    )
    assert shift(shift(SPANS, three, 1).text, Span(7, 4, (10, 4)), -1).text == SPANS
    assert delete(SPANS, Span(8, 9, (8, 18))).text == SPANS.replace("[conv: 8, norm]", "[]")


def test_the_only_one_leaves_empty_brackets_where_nothing_may_stand() -> None:
    assert delete(SPANS, 14).text == SPANS.replace("body:\n      # alone\n      - pool\n", "body: []\n")
    assert delete(SPANS, 9, 8).text == SPANS.replace("- - relu", "- []")
    assert delete("net:\n  - fork:\n    paths: [[relu], [norm]]\n", 2, 13).text == "net:\n  - fork:\n    paths: [[], [norm]]\n"
    assert shift(SPANS, 14, 1).text == SPANS.replace("body:\n      # alone\n      - pool\n", "body: []\n  # alone\n  - pool\n")
    noted = "blocks:\n  a:\n    body:  # of a\n      - relu\nnet:\n  - a\n"
    assert delete(noted, 3).text == noted.replace("body:  # of a\n      - relu", "body: []  # of a")
    for text, line, words in (
        (
            "net:\n  - table:\n      columns: [op]\n      rows:\n        - [relu]\n",
            4,
            "a table needs a row, and it is the only one; delete the table in line 2",
        ),
        (
            "net:\n  - fork:\n    paths:\n      - [relu, norm]\n",
            3,
            "a fork needs a path, and it is the only one; delete the fork in line 2",
        ),
        ("net:\n  - relu\n", 1, "a net needs a step, and it is the only one; put another one beside it first"),
    ):
        with pytest.raises(EditError, match=re.escape(words)):
            delete(text, line)
