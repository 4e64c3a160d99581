"""Sweeps: what arrays give equals what one-by-one builds give, whatever the knobs decide."""

from __future__ import annotations

import csv
import itertools
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.explore.grid import partition
from archdsl.explore.grid.axis import Axis, parse_axes
from archdsl.explore.grid.box import boxes
from archdsl.explore.keep.keepers import Pareto, Sample, Top
from archdsl.explore.sweep import Sweep

COSTS = ("params", "macs", "flops.thop", "flops.ptflops-2021", "peak", "moved", "receptive_field")

SEVEN = ["width=0.5:1.5:0.25", "resolution=96,128,224", "expansion=0.5:1.5:0.25", "kernels.1=1,3,5", "kernels.2=5,7"]
SEVEN += ["se_reduction=2,4", "classes=10,1000"]

GRIDS = {
    "dpnet": [*SEVEN, "transition"],
    "dpnet_split": ["width=0.25:1:0.25", "split=1/8:7/8:1/8", "expand_always"],
    "dpnet_rows": ["rows.15.exp=480,672,960", "rows.4.out=16,24", "rows.3.se", "kernels=[3,5],[3,5,7]"],
    "resnet18": ["depths=[1,1,1,1],[2,2,2,2],[3,4,6,3]", "block=basic,partial_basic", "width=0.5,1", "transition"],
    "mobilenet_v2": ["width=0.5:1.5:0.25", "resolution=96:224:32"],
    "efficientnet": ["depth=1,1.1,1.4", "width=1,1.2", "resolution=128,224"],
    "shufflenet_v2": ["resolution=64:224:32"],
    "ghostnet": ["width=0.5:1.5:0.25", "resolution=96,224"],
    "randwire": ["channels=8,20,78"],
    "vit_small": ["dim=192,384", "heads=3,6", "resolution=160,224"],
}


def sweep_of(name: str, axes: list[str], **options: Any) -> Sweep:
    net = archdsl.load(name.partition("_")[0] if name.startswith("dpnet") else name)
    axes = [axis if "=" in axis or not axis.startswith("rows") else f"{axis}=true,false" for axis in axes]
    return Sweep(net, parse_axes(axes, net.base), **options)


def settings_of(sweep: Sweep, row: dict[str, Any]) -> dict[str, Any]:
    return {name: list(row[name]) if isinstance(row[name], tuple) else row[name] for name in sweep.settings}


@pytest.mark.parametrize("name", GRIDS)
def test_every_cost_equals_that_of_single_networks(name: str) -> None:
    sweep = sweep_of(name, GRIDS[name], shown=COSTS)
    rows = sweep.rows()
    assert rows.outcome.variants == len(sweep) == len(rows) + sum(rows.outcome.masked.values())
    for row in random.Random(1).sample(list(rows), min(8, len(rows))):
        net = sweep.net.set(**settings_of(sweep, row))
        assert {cost: total(net, cost) for cost in COSTS} == {cost: row[cost] for cost in COSTS}


def test_every_variant_comes_once() -> None:
    sweep = sweep_of("dpnet", [*SEVEN, "transition"])
    found = [tuple(row[name] for name in sweep.settings) for row in sweep.rows()]
    wanted = list(itertools.product(*([point[0] for point in axis.points] for axis in sweep.axes)))
    assert sorted(map(str, found)) == sorted(map(str, wanted))


def test_a_layer_that_some_variants_leave_out_is_elaborated_once() -> None:
    """Where the expansion equals the width, a layer is left out: one graph holds both, however they are scattered."""
    text = """
    input: [8, 16, 16]
    knobs: {w: 8, e: 8}
    net: [{conv: $w}, {conv: $e, when: $e != $in}, {conv: 4}]
    """
    net = archdsl.loads(text)
    sweep = Sweep(net, [Axis.of("w", range(4, 40, 3)), Axis.of("e", range(4, 40, 5))])
    rows = sweep.rows()
    assert rows.outcome.structures == 1
    for row in rows:
        assert row["params"] == net.set(w=row["w"], e=row["e"]).cost().params


def test_variants_that_cannot_be_built_are_masked_with_the_reason() -> None:
    sweep = sweep_of("dpnet", ["width=0.25,1", "split=1/100,1/4,1/2"])
    rows = sweep.rows()
    assert [(row["width"], row["split"]) for row in rows] == list(
        itertools.product([Fraction(1, 4), 1], [Fraction(1, 4), Fraction(1, 2)])
    )
    assert sum(rows.outcome.masked.values()) == 2
    assert all("leaves path 1 no channel" in reason for reason in rows.outcome.masked)
    for width in (0.25, 1):
        with pytest.raises(archdsl.SpecError, match="leaves path 1 no channel"):
            sweep.net.set(width=width, split=Fraction(1, 100)).graph()


@pytest.mark.parametrize(
    ("text", "axes", "built", "reason"),
    [
        ("knobs: {k: 3}\nnet: [{conv: {out: 8, kernel: $k, padding: 0}}]", {"k": [1, 5, 17, 33]}, [1, 5], "does not fit into 16"),
        ("knobs: {n: 2}\nnet: [{conv: {out: 8, groups: $n}}]", {"n": [1, 2, 3, 0, 8]}, [1, 2, 8], "at least 1|groups"),
        ("knobs: {n: 1}\nnet: [{conv: 12/$n}]", {"n": [1, 2, 0, 5, 12]}, [1, 2, 12], "division by zero|expected an int"),
        ("knobs: {n: 1}\nnet: [{fork: , paths: [[{conv: $n}], [{conv: 8}]], join: add}]", {"n": [4, 8]}, [8], "add of unequal shapes"),
        ("knobs: {n: 4}\nnet: [{b: $n}]\nblocks: {b: {args: {x: {type: int, range: [2, 6]}}, body: [{conv: $x}]}}",
         {"n": [1, 4, 9]}, [4], "must lie between 2 and 6"),
        ("knobs: {n: 1}\nnet: [{relu: {}, repeat: $n}]", {"n": [-1, 0, 3]}, [0, 3], "at least 0"),
    ],
)  # fmt: skip
def test_what_breaks_for_some_leaves_the_others(text: str, axes: dict[str, Any], built: list[Any], reason: str) -> None:
    net = archdsl.loads(f"input: [8, 16, 16]\n{text}\n")
    rows = net.sweep(**axes).rows()
    (name,) = axes
    assert [row[name] for row in rows] == built
    assert len(rows) + sum(rows.outcome.masked.values()) == len(axes[name])
    assert all(re.search(reason, text) for text in rows.outcome.masked)


def test_a_mistake_of_every_variant_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    work = partition.Partition.work
    monkeypatch.setattr(partition.Partition, "work", lambda self, box: built.append(box) or work(self, box))
    net = archdsl.loads("input: [8, 16, 16]\nknobs: {n: 1}\nnet: [{fork: , paths: [[{conv: $n}], [{conv: 8*$n}]], join: add}]\n")
    sweep = net.sweep(n=range(1, 2000))
    found = partition.Partition(net, boxes(sweep.axes))
    assert [type(region).__name__ for region in found] == ["Refused"]
    assert len(built) == 1


def test_equal_graphs_are_costed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    amounts = partition.amounts
    monkeypatch.setattr(partition, "amounts", lambda net, name: asked.append(name) or amounts(net, name))
    net = archdsl.loads(
        "input: [8, 16, 16]\nknobs: {mode: {default: a, choices: [a, b, c]}, w: 8}\nnet: [{conv: $w}, {flatten: {}, when: $mode == c}]\n"
    )
    rows = net.sweep(mode=["a", "b", "c"], w=range(1, 9)).rows()
    assert len(rows) == 24
    assert rows.outcome.structures == 2
    assert sorted(asked) == ["macs", "macs", "params", "params"], "a map and a vector do not meet, so c is told apart"


def test_what_changes_costs_but_not_what_is_computed_is_costed_apart() -> None:
    """Layers that nobody reads, and the order of paths, leave the function alone but not parameters and memory."""
    net = archdsl.loads(
        "input: [3, 8, 8]\nknobs: {q: y}\nnet: [{conv: 8, as: a}, {conv: 64, when: $q == x}, {relu: {}, from: a}]\n"
    )
    rows = net.sweep(q=["x", "y"]).rows()
    assert [row["params"] for row in rows] == [net.set(q=q).cost().params for q in ("x", "y")]


def test_defaults_of_operators_that_read_a_knob() -> None:
    net = archdsl.loads(
        "input: [3, 8, 8]\nknobs: {b: true}\ndefaults: {conv: {bias: $b}}\nblocks: {two: {body: [{conv: 8}, relu]}}\nnet: [two, two]\n"
    )
    for bias in (True, False, True):
        assert net.set(b=bias).cost().params == archdsl.loads(net.base.source.text, b=bias).cost().params


def test_receptive_fields_that_differ_in_kind() -> None:
    text = "input: [3, $r, $r]\nknobs: {r: 32}\nnet: [{conv: {out: 4, kernel: 3, stride: 2}}, {adaptive_pool: 4}]\n"
    net = archdsl.loads(text)
    rows = net.sweep(r=[32, 36, 40, 64], show=["receptive_field"]).rows()
    assert {row["r"]: row["receptive_field"] for row in rows} == {
        r: total(net.set(r=r), "receptive_field") for r in (32, 36, 40, 64)
    }
    zoo = archdsl.load("mobilenet_v3").sweep(resolution=[32, 64], show=["receptive_field"]).rows()
    assert len({row["receptive_field"] for row in zoo}) == 2


def test_denominators_of_many_parts() -> None:
    primes = [101, 103, 107, 109, 113, 127, 131, 137, 139]
    values = [1, 2, Fraction(3, 2), 399, *(2 + Fraction(1, p) for p in primes)]
    net = archdsl.loads(
        "input: [3, 8, 8]\nknobs: {w: {default: 1, type: number}}\nnet: [{conv: floor(8*$w)}, {relu: {}, when: $w > 2 and $w < 300}]\n"
    )
    assert [row["w"] for row in net.sweep(w=values).top(20, "max:w")] == sorted(values, reverse=True)


# -- what is kept --------------------------------------------------------------------------------------------------------------


def test_the_front_is_that_of_all_rows() -> None:
    sweep = sweep_of("dpnet", SEVEN)
    rows = sweep.rows()
    objectives = ("macs", "max:width", "max:resolution")
    front = sweep.pareto(*objectives)

    def values(row: dict[str, Any]) -> tuple[Any, ...]:
        return (row["macs"], -row["width"], -row["resolution"])

    lines = {values(row) for row in rows}
    best = {a for a in lines if not any(all(x <= y for x, y in zip(b, a, strict=True)) and b != a for b in lines)}
    assert {values(row) for row in front} == best
    assert len(front) == len(best)


def test_the_first_few_and_a_condition() -> None:
    sweep = sweep_of("dpnet", SEVEN, where="params<=3.5M and macs <= 120M and resolution*width >= 100")
    rows = sweep.rows()
    assert 0 < len(rows) < len(sweep)
    assert all(
        row["params"] <= 3_500_000 and row["macs"] <= 120_000_000 and row["resolution"] * row["width"] >= 100 for row in rows
    )
    passing = [
        row for row in sweep_of("dpnet", SEVEN).rows()
        if row["params"] <= 3_500_000 and row["macs"] <= 120_000_000 and row["resolution"] * row["width"] >= 100
    ]  # fmt: skip
    assert len(passing) == len(rows) == rows.outcome.passed
    top = sweep.top(7, "max:macs")
    assert [row["macs"] for row in top] == sorted((row["macs"] for row in rows), reverse=True)[:7]


def test_words_and_truths_in_conditions() -> None:
    sweep = sweep_of("dpnet", ["transition", "expand_always", "width=0.5,1"], where="transition == block and not expand_always")
    assert {(row["transition"], row["expand_always"]) for row in sweep.rows()} == {("block", False)}
    sweep = sweep_of("dpnet", ["transition", "width=0.5,1"], where='transition in ["stage", "none"] or width < 1')
    assert len(sweep.rows()) == 5


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("parms<3M", "--where:1:1: error: unknown cost or setting 'parms'"),
        ("parms<3M", "did you mean 'params'?"),
        ("params<3M and mac<2", "--where:1:15: error: unknown cost or setting 'mac'"),
        ("params<3M ad macs<3", "unknown cost or setting 'ad'"),
        ("params<", "--where:1:8: error: expected a value, the expression ends here"),
        ("$params<3M", "'params' stands without a $ here"),
        ("params+1", "a condition is wanted, as in params<=3.5M"),
        ("params<3M<4M", "comparisons do not chain"),
        ("params/0 < 3", "division by zero"),
        ("flops.thopp<3M", "no convention 'thopp'; did you mean 'thop'?"),
    ],
)
def test_mistakes_in_conditions(where: str, message: str) -> None:
    with pytest.raises(archdsl.ArchdslError) as caught:
        sweep_of("dpnet", ["width=0.5,1"], where=where).rows()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parms", "unknown cost 'parms'; did you mean 'params'?"),
        ("most:macs", "write min:macs or max:macs"),
        ("classes", "'classes' is the same for all variants; give it values: classes=from:to:step"),
        ("transition", "'transition' holds no numbers, so it cannot be low or high"),
    ],
)
def test_mistakes_in_objectives(text: str, message: str) -> None:
    with pytest.raises(archdsl.InputError) as caught:
        sweep_of("dpnet", ["width=0.5,1", "transition"]).pareto(text)
    assert message in str(caught.value)


def test_a_sample_is_spread_over_the_grid() -> None:
    sweep = sweep_of("dpnet", SEVEN)
    kept = Sample(sweep.shown, 100)
    sweep.run([kept])
    assert 100 <= len(kept.rows) <= 200
    assert {row["width"] for row in kept.rows} == {row["width"] for row in sweep.rows()}


def test_more_rows_than_asked_for_are_refused() -> None:
    with pytest.raises(archdsl.InputError, match="more than 100 variants; narrow the grid, or write them to a file"):
        sweep_of("dpnet", SEVEN).rows(100)


# -- many variants -------------------------------------------------------------------------------------------------------------


def test_a_hundred_million_variants_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a few chunks are looked at, but all of them would have the same size."""
    import tracemalloc

    from archdsl.explore import sweep as module

    seen = []

    def few(region: Any) -> Any:
        for number, chunk in enumerate(chunks(region)):
            seen.append(chunk.size)
            yield chunk
            if number > 20:
                return

    from archdsl.explore.grid.chunk import chunks

    monkeypatch.setattr(module, "chunks", few)
    axes = ["width=0.5:2.49:0.01", "resolution=64:256:4", "kernels.1=3:21:2", "kernels.2=3:21:2", "classes=10:1000:10"]
    sweep = sweep_of("dpnet", axes)
    assert len(sweep) == 98_000_000
    tracemalloc.start()
    sweep.pareto("macs", "max:width")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(seen) <= 1 << 17
    assert peak < 200 * 2**20


def test_arrays_that_would_not_fit_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "ROOM", 3_000_000)
    sweep = sweep_of("dpnet", ["width=0.5:2.49:0.01", "expansion=0.5:2.49:0.02"])
    rows = sweep.rows()
    assert rows.outcome.structures > 3
    assert len(rows) == 200 * 100
    for row in random.Random(2).sample(list(rows), 5):
        assert row["macs"] == sweep.net.set(width=row["width"], expansion=row["expansion"]).cost().macs


# -- files and processes -------------------------------------------------------------------------------------------------------


def test_tables_hold_what_rows_hold(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    sweep = sweep_of("dpnet", ["width=0.5,1", "kernels=[3,5],[3,7]", "transition", "expand_always"], shown=("peak",))
    rows = sweep.rows()
    sweep.write(tmp_path / "all.parquet")
    assert parquet.read_table(tmp_path / "all.parquet").to_pylist() == [
        {**record, "width": float(record["width"])} for record in rows.as_dict()["rows"]
    ]
    sweep.write(tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines[0] == {
        "width": "0.5", "kernels": "[3, 5]", "transition": "block", "expand_always": "false",
        "params": str(rows[0]["params"]), "macs": str(rows[0]["macs"]), "peak": str(rows[0]["peak"]),
    }  # fmt: skip
    assert len(lines) == len(rows) == 24
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.csv", "all.parquet"]


def test_a_file_that_cannot_be_finished_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("old", encoding="utf-8")
    sweep = sweep_of("dpnet", ["width=0.5,1"], where="params/0 < 3")
    with pytest.raises(archdsl.SpecError):
        sweep.write(tmp_path / "all.csv")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("all.csv", "old")]
    with pytest.raises(archdsl.InputError, match=r"ends in \.parquet or \.csv"):
        sweep_of("dpnet", ["width=0.5,1"]).write(tmp_path / "all.xls")


def test_processes_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    from archdsl.explore import spread

    monkeypatch.setattr(spread, "LEAST", 200)
    sweep = sweep_of("dpnet", SEVEN, where="params <= 4M")
    assert len(list(spread.pieces(sweep))) > 4
    objectives = [sweep.objective("macs"), sweep.objective("max:width")]
    alone, apart = ([Pareto(sweep.shown, objectives), Top(sweep.shown, 5, objectives[0])] for _ in range(2))
    one = sweep.run(alone)
    with spread.workers_for(2, None) as workers:
        several = spread.spread(sweep, apart, workers)
    assert several.passed == one.passed
    assert several.variants == one.variants
    assert [keeper.rows for keeper in alone] == [keeper.rows for keeper in apart]


def test_net_sweep_as_the_readme_says() -> None:
    net = archdsl.load("dpnet")
    front = net.sweep(width=np.linspace(0.25, 2, 50), resolution=range(128, 257, 8)).pareto("macs", "max:width")
    assert front.outcome.variants == 850
    assert front[-1]["width"] == 2
    assert '<th class="n">width</th>' in front._repr_html_()
    assert front.as_dict()["rows"][0]["width"] == 0.25
