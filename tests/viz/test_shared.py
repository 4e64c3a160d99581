"""Boxes and frames that use one set of weights have one number; others have none."""

from __future__ import annotations

import archdsl
from archdsl.viz.drawing import Drawing
from archdsl.viz.legend import kinds
from archdsl.viz.shared import NOTE
from archdsl.viz.structure import draw

HEAD = "input: [8, 16, 16]\nblocks:\n  unit: {body: [{conv: 8}, relu, {conv: 8}, norm]}\n"


def drawing(text: str, depth: float = 9) -> Drawing:
    return draw(archdsl.loads(HEAD + text).graph(), depth)


def marks(found: Drawing) -> list[str]:
    texts = [*(cluster.title for cluster in found.clusters), *(box.lines[0] for box in found.boxes)]
    return sorted(text for text in texts if "shared" in text)


def test_layers_are_numbered_by_their_set() -> None:
    found = drawing(
        "net: [{conv: 8, share: a}, {maxpool: 2}, {conv: 8, share: b}, {maxpool: 2}, {conv: 8, share: b}, {conv: 8, share: a}]"
    )
    assert marks(found) == ["1x1 conv   shared 1"] * 2 + ["1x1 conv   shared 2"] * 2
    assert NOTE in kinds(found).notes


def test_a_frame_is_numbered_for_all_that_is_in_it() -> None:
    text = "net: [{unit: , share: u}, {maxpool: 2}, {unit: , share: u}, unit]"
    assert marks(drawing(text)) == ["unit   shared 1"] * 2
    assert marks(drawing(text, 1)) == ["unit   shared 1"] * 2


def test_repeats_fold_only_where_they_use_one_set() -> None:
    shared = drawing("net: [{unit: , repeat: 3, share: u}]", 1)
    assert [box.lines for box in shared.boxes if box.kind == "block"] == [("unit x 3   shared 1",)]
    mixed = drawing("net: [{unit: , share: u}, {unit: , share: u}, unit]", 1)
    assert [box.lines for box in mixed.boxes if box.kind == "block"] == [("unit x 2   shared 1",), ("unit",)]


def test_layers_that_share_alone_are_numbered_beside_their_frame() -> None:
    found = drawing("net: [{conv: 8, share: a}, norm, relu, {conv: 8, share: a}, {maxpool: 2}, {conv: 8}]")
    assert marks(found) == ["1x1 conv   shared 1"] * 2


def test_nothing_is_numbered_where_nothing_is_shared() -> None:
    found = drawing("net: [{conv: 8, share: a}, {conv: 8, share: b}, unit]")
    assert marks(found) == []
    assert NOTE not in kinds(found).notes
