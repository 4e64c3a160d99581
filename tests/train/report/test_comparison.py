"""Runs side by side: what is one row, means and deviations, what is refused, and the plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from training_records import RECIPE, epochs, record

from archdsl.errors import InputError
from archdsl.train.record import Evaluation, Record
from archdsl.train.report import Comparison, compare, plot_comparison, plots


def run(network: str, top1: float, seed: int | None = 0, size: int = 1, **more: Any) -> Record:
    """A run that came to its end; `size` multiplies its costs."""
    recipe = {**RECIPE, **more.pop("recipe", {}), "seed": seed}
    costs = {"params": 1000 * size, "macs": 3000 * size}
    given = {"network": network, "spec": network.lower(), "recipe": recipe, "costs": costs}
    return record(**{**given, "final": Evaluation(0.5, top1, 0.99, 400), **more})


RUNS = (run("A", 0.90, 0), run("B", 0.80, 0, 12), run("A", 0.92, 1), run("B", 0.84, 1, 12), run("A", 0.97, 2))


def test_runs_that_differ_in_the_seed_are_one_row() -> None:
    found = compare(RUNS)
    assert [(row.label, row.seeds, row.top1) for row in found.rows] == [
        ("A", (0, 1, 2), (0.90, 0.92, 0.97)),
        ("B", (0, 1), (0.80, 0.84)),
    ]
    # by hand: the mean of 90, 92 and 97 is 93, squares of 3, 1 and 4 add up to 26, and 26 / 2 is 13
    assert found.rows[0].mean == pytest.approx(0.93)
    assert found.rows[0].deviation == pytest.approx(13**0.5 / 100)
    assert found.rows[1].deviation == pytest.approx(8**0.5 / 100)
    assert (found.rows[1].params, found.rows[1].macs) == (12_000, 36_000)


def test_one_table() -> None:
    found = compare(RUNS, {"B": 0.0042})
    (sheet,) = found.sheets()
    assert sheet.title == "digits of 8×8 pixels: 400 test images"
    assert sheet.head == ("network", "seeds", "top-1 %", "deviation", "top-5 %", "params", "MACs", "latency")
    assert sheet.rows == (
        ("A", 3, "93.00", "3.61", "99.00", 1000, 3000, ""),
        ("B", 2, "82.00", "2.83", "99.00", 12_000, 36_000, "4.200 ms"),
    )
    assert found.notes() == ["deviation: standard deviation of top-1 over the seeds, in percentage points"]


def test_a_single_seed_has_no_deviation() -> None:
    found = compare(RUNS[:2])
    assert found.sheets()[0].head == ("network", "seeds", "top-1 %", "top-5 %", "params", "MACs")
    assert found.rows[0].deviation is None
    assert found.notes() == []
    mixed = compare(RUNS[:3]).sheets()[0]
    assert [row[3] for row in mixed.rows] == ["1.41", ""]


def test_plain_data() -> None:
    found = compare(RUNS, {"A": 0.001})
    data = json.loads(json.dumps(found.as_dict()))
    assert data["data"] == "digits of 8×8 pixels"
    assert data["test_images"] == 400
    first = data["networks"][0]
    assert first["top1"]["runs"] == [0.90, 0.92, 0.97]
    assert (first["network"], first["spec"], first["seeds"], first["latency_seconds"]) == ("A", "a", [0, 1, 2], 0.001)
    assert [(row["network"], row["seeds"]) for row in found._records()] == [("A", 3), ("B", 2)]
    assert [row["top1"] for row in found._records()] == pytest.approx([0.93, 0.82])


def test_networks_of_one_name_are_told_apart_by_what_differs() -> None:
    wide, narrow = ({"width": width, "classes": "10"} for width in ("1", "1/2"))
    warm = {"warmup": 2.0}
    found = compare([run("A", 0.9, settings=wide), run("A", 0.8, settings=narrow), run("B", 0.7), run("B", 0.6, recipe=warm)])
    assert [row.label for row in found.rows] == ["A (width=1)", "A (width=1/2)", "B (warmup=~)", "B (warmup=2)"]
    others = [run("A", 0.9, spec="one/a.yaml"), run("A", 0.8, spec="two/a.yaml")]
    assert [row.label for row in compare(others).rows] == ["A (one/a.yaml)", "A (two/a.yaml)"]


def test_recipes_that_differ_are_told() -> None:
    found = compare([run("A", 0.9), run("B", 0.8, recipe={"batch": 128}), run("C", 0.8, recipe={"batch": 128, "name": "other"})])
    assert found.notes() == ["recipes differ: batch 64 for A; 128 for B, C"]


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ((), "there is no run to compare"),
        ((run("A", 0.9, final=None, epochs=epochs(2)),), "A: a run with a final test is wanted, this one stopped after 2 epochs"),
        ((run("A", 0.9), run("A", 0.8)), "A: a run for each seed is wanted, seed 0 came twice"),
        (
            (run("A", 0.9), run("B", 0.8, 1, data="Fashion-MNIST")),
            "runs on the same data are wanted; A has digits of 8×8 pixels, B has Fashion-MNIST",
        ),
        (
            (run("A", 0.9), run("B", 0.8, final=Evaluation(0.5, 0.8, 0.9, 1000))),
            "runs on the same number of test images are wanted; A has 400, B has 1,000",
        ),
        (
            (run("A", 0.9), run("A", 0.8, 1, 2)),
            "A (a): runs of two networks have this name, and nothing that is recorded tells them",
        ),
        ((run("A", 0.9, costs={"params": 3}),), "A: the record of the run lacks the cost macs"),
    ],
)
def test_what_cannot_be_compared_is_refused(runs: tuple[Record, ...], message: str) -> None:
    with pytest.raises(InputError) as raised:
        compare(runs)
    assert message in str(raised.value)


def test_a_latency_of_nobody_is_refused() -> None:
    with pytest.raises(InputError, match=r"latency of an unknown network 'MobilNet'; did you mean 'MobileNet'\?"):
        compare([run("MobileNet", 0.9)], {"MobilNet": 0.1})


# -- the plot ------------------------------------------------------------------------------------------------------------------


def timed() -> Comparison:
    return compare((*RUNS, run("C", 0.5, 0, 3)), {"A": 0.001, "C": 0.02})


def test_accuracy_stands_against_each_cost() -> None:
    macs, params, latency = plots(timed())
    assert [(p.name, p.x) for p in macs.points] == [("A", 3000), ("B", 36_000), ("C", 9000)]
    assert [(p.name, p.x) for p in params.points] == [("A", 1000), ("B", 12_000), ("C", 3000)]
    assert [(p.name, p.x) for p in latency.points] == [("A", 1.0), ("C", 20.0)]
    assert [[p.mark for p in plot.points] for plot in (macs, latency)] == [[0, 1, 2], [0, 2]]
    first = macs.points[0]
    assert (first.low, first.y, first.high) == pytest.approx((93 - 13**0.5, 93, 93 + 13**0.5))
    assert first.words == "93.00 % ± 3.61, 3.00 k MACs, 1.00 k parameters, 1.000 ms"
    assert (macs.points[2].low, macs.points[2].high) == (50, 50)
    assert macs.note == "digits of 8×8 pixels; lines are one standard deviation over the seeds each way"
    assert latency.note.endswith("each way; not known of B")
    assert latency.x_axis == "latency (ms)"


def test_no_latency_no_plot_of_it() -> None:
    assert [plot.x_axis for plot in plots(compare(RUNS))] == ["multiply-accumulates of an image", "parameters"]
    assert "means over 2 seeds" in plots(compare(RUNS[:4]))[0].note


@pytest.mark.parametrize("ending", ["html", "png", "svg", "pdf"])
def test_the_plot_is_a_file_of_its_ending(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("plotly" if ending == "html" else "matplotlib")
    path = tmp_path / f"plot.{ending}"
    plot_comparison(path, timed())
    start = {"html": b"<!doctype html>", "png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start)
    with pytest.raises(InputError, match="a plot ends in"):
        plot_comparison(tmp_path / "plot.txt", timed())
