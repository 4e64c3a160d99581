"""The balanced layout: what stands where."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.viz import View, diagram
from archdsl.viz.balanced import Frames, lay_row
from archdsl.viz.drawing import Drawing
from archdsl.viz.even import even, rectangles
from archdsl.viz.figures import FIGURES, figure
from archdsl.viz.series import rows


def laid(drawing: Drawing):
    found = rows(drawing)
    assert found is not None
    frames = Frames(drawing)
    return frames, lay_row(found[0], frames)


@pytest.mark.parametrize("kernels", [[3, 5], [3, 5, 7], [3, 5, 7, 9]])
def test_paths_stand_evenly_around_the_trunk(kernels):
    drawing = figure("fig4", kernels=kernels).drawing
    frames, places = laid(drawing)
    places = places.places
    trunk = {places[box.id].x for box in drawing.boxes if not frames.of[box.id]}
    assert trunk == {0.0}
    splits = [places[box.id] for box in drawing.boxes if box.kind == "split" and frames.of[box.id]]
    assert [place.x for place in splits] == pytest.approx([-place.x for place in reversed(splits)])
    assert len({place.y for place in splits}) == 1


def test_the_path_on_the_right_is_the_mirror_image_of_the_one_on_the_left():
    drawing = figure("fig4").drawing
    frames, row = laid(drawing)
    sides: list[list[tuple[float, float]]] = [[], []]
    for box in drawing.boxes:
        if frames.of[box.id]:
            place = row.places[box.id]
            sides[place.x > 0].append((round(abs(place.x), 3), round(place.y, 3)))
    assert sides[0] == sides[1]
    left, right = rectangles(drawing, frames, row).values()
    assert (left.y0, left.y1) == (right.y0, right.y1)
    assert (-left.x1, -left.x0) == pytest.approx((right.x0, right.x1))


@pytest.mark.parametrize("name", FIGURES)
def test_boxes_do_not_overlap_and_lie_in_their_frames(name):
    drawing = figure(name).drawing
    frames, row = laid(drawing)
    places = list(row.places.values())
    for at, a in enumerate(places):
        for b in places[:at]:
            assert abs(a.x - b.x) >= (a.width + b.width) / 2 or abs(a.y - b.y) >= (a.height + b.height) / 2
    for cluster, frame in rectangles(drawing, frames, row).items():
        for box in drawing.boxes:
            place = row.places[box.id]
            inside = frame.x0 < place.x < frame.x1 and frame.y0 < place.y < frame.y1
            assert inside == (cluster in frames.of[box.id])


def test_every_line_is_drawn_once_and_leads_down():
    drawing = archdsl.load("dpnet").diagram(row=5).drawing
    _, row = laid(drawing)
    assert sorted((line.edge.source, line.edge.target) for line in row.lines) == sorted(
        (e.source, e.target) for e in drawing.edges
    )
    for line in row.lines:
        heights = [y for _, y in line.points]
        assert heights == sorted(heights)
        source, target = row.places[line.edge.source], row.places[line.edge.target]
        assert line.points[0] == pytest.approx((source.x, source.y + source.height / 2))
        assert line.points[-1] == pytest.approx((target.x, target.y - target.height / 2))


def test_what_is_no_row_of_paths_is_left_to_an_engine():
    net = archdsl.loads(
        "archdsl: 1\ninput: [4, 8, 8]\nnet:\n  - {conv: 4, as: a}\n  - {conv: 4, as: b}\n  - {add: {}, from: [a, b], as: c}\n"
        "  - {add: {}, from: [in, c], as: d}\n  - {add: {}, from: [a, d]}\n"
    )
    assert even(net.diagram(depth="all").drawing) is None


def titled(**options: int) -> Drawing:
    net = archdsl.load("dpnet")
    return diagram(net.graph(), View(**options, titles=True), net=net).drawing


def test_printed_names_in_a_picture_of_a_network():
    drawing = titled(row=5)
    assert [cluster.title for cluster in drawing.clusters][:2] == ["path 1", "squeeze_excite"]
    assert ("transition layer",) in [box.lines[:1] for box in drawing.boxes]
    closed = titled()
    assert [box.lines[0] for box in closed.boxes][2] == "DP-block A   exp 16, out 16, s 1, relu"
