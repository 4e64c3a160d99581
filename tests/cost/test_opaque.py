"""Opaque steps: known shapes, unknown cost. No command prints an exact total of a network that has one."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.cli.main import run as run_command
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.passes import optimize
from archdsl.compilers.source import python_source
from archdsl.compilers.torch import compile
from archdsl.cost.comparing.totals import COSTS, total
from archdsl.cost.counting.lints import lint
from archdsl.cost.memory.receptive import receptive_fields
from archdsl.errors import BackendError, InputError, SpecError
from archdsl.exact.partly import LEAST, Partly, is_partly
from archdsl.explore.criteria.budget import parse_budget
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.serialize import dump, load

SPEC = """archdsl: 1
name: Sampling
input: [3, 32, 32]
knobs: {width: {default: 16, range: [8, 64]}}
net:
  - conv: {out: $width, kernel: 3, stride: 2}
  - {norm: {}, as: a}
  - {opaque: {what: aten.grid_sampler, gives: [$in, 16, 16], takes: [$in, 16, 16], learns: [[64, 3], [64]]}, name: sampler}
  - {relu: {}, as: b}
  - {opaque: {what: fft, gives: [8, 16, 16]}, from: [a, b], name: spectrum}
  - conv: {out: 8, kernel: 3}
  - adaptive_pool
  - flatten
  - linear: 10
"""
PARAMS, MACS = 16 * 27 + 32 + 256 + 576 + 90, 16 * 27 * 256 + 8 * 8 * 9 * 256 + 80


@pytest.fixture
def net() -> archdsl.Net:
    return archdsl.loads(SPEC)


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "sampling.yaml"
    path.write_text(SPEC)
    known = (
        re.sub(r".*(sampler|spectrum)\}\n", "  - conv: {out: 16, kernel: 3}\n", SPEC).replace("as: a", "").replace("as: b", "")
    )
    (tmp_path / "known.yaml").write_text(known.replace("{norm: {}, }", "norm").replace("{relu: {}, }", "relu"))
    return str(path)


def run(*words: str) -> str:
    """What a command prints, errors among it."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        run_command([*words])
    assert "internal error" not in out.getvalue(), out.getvalue()
    return out.getvalue()


# -- every total -------------------------------------------------------------------------------------------------------------


EXPRESSIVE = ("entropy", "effectiveness", "path_layers")
DEFINED = [name for name in COSTS if name not in EXPRESSIVE]
"""Costs that a network with an opaque step has a part of."""


@pytest.mark.parametrize("name", EXPRESSIVE)
def test_what_hangs_on_every_step_is_refused(net: archdsl.Net, name: str) -> None:
    with pytest.raises(InputError, match="it has the operator opaque"):
        total(net, name)


@pytest.mark.parametrize("name", [*DEFINED, "flops.thop", "flops.ptflops-2021", "latency.raspberry-pi-3b"])
def test_every_total_is_a_lower_bound(net: archdsl.Net, name: str) -> None:
    for found in (total(net, name), total(net.typed("int8"), name)):
        assert isinstance(found, Partly)
        assert found.side == LEAST
        assert str(found) == "?" if not found.known else str(found).startswith("≥ ")


def test_what_is_known_is_counted(net: archdsl.Net) -> None:
    bill = net.cost()
    assert (bill.params.known, bill.macs.known) == (PARAMS, MACS)
    sampler, spectrum = bill.opaque
    assert (sampler.params, str(spectrum.params), str(sampler.macs)) == (256, "?", "?")
    assert net.set(width=32).cost().params.known == PARAMS + 16 * 27 + 32


def test_known_weights_are_counted_exactly() -> None:
    text = "archdsl: 1\ninput: [3, 8, 8]\nnet: [{opaque: {what: x, gives: [4, 8, 8], learns: [[4, 3], [4]]}}, {conv: 2}]"
    bill = archdsl.loads(text).cost()
    assert bill.params == 16 + 8
    assert not is_partly(bill.params)
    assert is_partly(bill.macs)


def test_a_grid_of_networks_has_bounds_too(net: archdsl.Net) -> None:
    bill = net.set(width=np.array([8, 16, 24])).cost()
    assert [value.known for value in bill.macs.tolist()] == [net.set(width=w).cost().macs.known for w in (8, 16, 24)]
    for found in (bill.params, bill.macs, bill.flops["thop"], total(net.set(width=np.array([8, 16])), "peak")):
        assert all(isinstance(value, Partly) for value in found.tolist())


def test_nothing_is_seen_of_the_image_behind_a_step_that_nobody_knows(net: archdsl.Net) -> None:
    views = receptive_fields(net.graph())
    assert views["norm"].known
    assert not any(views[name].known for name in ("sampler", "relu", "spectrum", "conv_2", "linear"))


# -- commands ----------------------------------------------------------------------------------------------------------------

FORMS = ("--csv", "--markdown", "--html")
PRINTED = [
    ["cost", "SPEC"],
    ["cost", "SPEC", "--batch", "3"],
    *(["cost", "SPEC", "--by", by] for by in ("block", "stage", "line", "operator")),
    ["cost", "SPEC", "--depth", "2"],
    ["cost", "SPEC", "--convention", "thop", "--device", "raspberry-pi-3b"],
    ["cost", "SPEC", "--dtype", "float16"],
    ["cost", "SPEC", "--dtype", "int8"],
    ["cost", "SPEC", "--memory"],
    ["cost", "SPEC", "--memory", "--dtype", "int8"],
    ["cost", "SPEC", "--movement", "--dtype", "int8"],
    ["cost", "SPEC", "--movement"],
    ["cost", "SPEC", "--explain", "thop..torch"],
    ["cost", "SPEC", "--optimize"],
    *(["cost", "SPEC", form] for form in FORMS),
    *(["table", "SPEC", "--to", form] for form in ("md", "tex")),
    ["list", "SPEC"],
    ["whatif", "SPEC", "--set", "width=24"],
    ["sweep", "SPEC", "width=8:24:8"],
    ["diff", "SPEC", "KNOWN"],
    ["diff", "KNOWN", "SPEC"],
    ["compare", "SPEC", "KNOWN"],
]


@pytest.mark.parametrize(
    "words",
    [
        *PRINTED,
        *([*words, "--json"] for words in PRINTED if words[0] in ("cost", "whatif", "sweep", "diff") and words[-1] not in FORMS),
    ],
)
def test_no_command_prints_an_exact_total(spec: str, words: list[str], net: archdsl.Net) -> None:
    known = str(Path(spec).with_name("known.yaml"))
    output = run(*({"SPEC": spec, "KNOWN": known}.get(word, word) for word in words))
    for name in [*DEFINED, "flops.thop", "flops.fvcore", "flops.ptflops", "flops.torch"]:
        bound = total(net, name).known
        if not isinstance(bound, int) or bound < 2000:
            continue
        for text in (f"{bound:,}", str(bound)):
            for match in re.finditer(rf"(?<![\d,.]){text}(?![\d,.])", output):
                before = output[max(0, match.start() - 40) : match.start()]
                after = output[match.end() : match.end() + 6]
                assert before.endswith("≥ ") or '"at_least": ' in before or after.startswith(" and ?") or name == "peak", (
                    name,
                    output,
                )


def test_the_report_lists_them_by_size(spec: str) -> None:
    lines = run("cost", spec).splitlines()
    start = next(number for number, line in enumerate(lines) if "2 steps of unknown cost" in line)
    assert lines[start + 1].strip() == "spectrum: fft, 16²×16, 16²×16 → 16²×8, 10,240 elements"
    assert lines[start + 2].strip() == "sampler: aten.grid_sampler, 16²×16 → 16²×16, 8,192 elements"
    data = json.loads(run("cost", spec, "--json"))
    assert data["macs"] == {"at_least": MACS}
    assert [(step["name"], step["elements"], step["params"]) for step in data["unknown"]] == [
        ("spectrum", 10240, {"at_least": 0}),
        ("sampler", 8192, 256),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["sweep", "SPEC", "width=8:24:8", "--pareto", "macs"],
        ["sweep", "SPEC", "width=8:24:8", "--where", "macs<=300K"],
        ["solve", "SPEC", "--free", "width", "--max", "macs=300K", "--maximize", "width"],
        ["solve", "SPEC", "--free", "width", "--minimize", "peak"],
    ],
)
def test_what_compares_refuses(spec: str, words: list[str]) -> None:
    output = run(*(spec if word == "SPEC" else word for word in words))
    assert re.match(r"(macs|peak) is not known: the network has opaque steps", output)


def test_a_file_of_numbers_is_refused(spec: str, tmp_path: Path) -> None:
    assert "is not known" in run("sweep", spec, "width=8:24:8", "-o", str(tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()


def test_a_gate_that_is_open_is_refused_and_one_that_is_settled_is_not(spec: str) -> None:
    known = str(Path(spec).with_name("known.yaml"))
    assert "failed: macs>1K" in run("diff", known, spec, "--fail-if", "macs>1K")
    assert "whether macs<10M is open" in run("diff", known, spec, "--fail-if", "macs<10M")


def test_a_note_of_check(net: archdsl.Net) -> None:
    assert [(note.lint, len(note.nodes)) for note in lint(net.graph()) if note.lint == "opaque"] == [("opaque", 2)]


# -- back ends, drawings, graphs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back_end", [compile, python_source, onnx_model])
def test_back_ends_name_the_step_its_place_and_what_it_stands_for(net: archdsl.Net, back_end: Any) -> None:
    with pytest.raises(BackendError, match=r"'sampler' \(.*:8:6\): it is an opaque step, which stands for aten\.grid_sampler"):
        back_end(net.graph())


def test_passes_leave_it_alone(net: archdsl.Net) -> None:
    graph = optimize(net.graph()).graph
    assert [node.op.arguments()["what"] for node in graph.opaque] == ["aten.grid_sampler", "fft"]


@pytest.mark.parametrize("ending", ["svg", "html", "mmd", "dot", "json"])
def test_drawings_say_so(spec: str, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"x.{ending}"
    run("render", spec, "-o", str(file))
    text = file.read_text()
    assert "aten.grid_sampler, unknown cost" in text
    assert ending not in ("svg", "mmd") or "dasharray" in text
    assert ending != "html" or '"unknown":["params","macs","memory"]' in text.replace(" ", "")


@pytest.mark.parametrize("heat", ["macs", "memory", "latency.raspberry-pi-3b"])
def test_heat_is_of_what_is_known(spec: str, tmp_path: Path, heat: str) -> None:
    run("render", spec, "--heat", heat, "-o", str(tmp_path / "x.svg"))
    assert re.search(r"of ≥ [\d,.]+|peak of ≥ [\d,]+", (tmp_path / "x.svg").read_text())


def test_graphs_keep_it(net: archdsl.Net) -> None:
    graph = net.graph()
    again = load(json.loads(json.dumps(dump(graph))))
    assert canonical_hash(again) == canonical_hash(graph)
    assert again["sampler"].op == graph["sampler"].op
    assert canonical_hash(archdsl.loads(SPEC.replace("what: fft", "what: dct")).graph()) != canonical_hash(graph)


# -- other questions ---------------------------------------------------------------------------------------------------------


def test_another_resolution_is_refused_where_the_step_says_what_it_takes(net: archdsl.Net) -> None:
    text = SPEC.replace("[3, 32, 32]", "[3, $size, $size]").replace("knobs: {", "knobs: {size: {default: 32, range: [8, 64]}, ")
    assert archdsl.loads(text).cost().macs.known == MACS
    with pytest.raises(SpecError, match=r"what aten\.grid_sampler gives is known for a map of 16x16x16 alone") as caught:
        archdsl.loads(text, size=64).graph()
    assert "8 |" in str(caught.value)
    found = archdsl.loads(text).sweep(size=[32, 64]).rows()
    assert [row["size"] for row in found] == [32]
    assert sum(found.outcome.masked.values()) == 1


def test_plots_refuse(net: archdsl.Net, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not known"):
        net.sweep(width=[8, 16]).plot(tmp_path / "x.html")


def test_reported_figures_stand_beside_a_bound(spec: str) -> None:
    path = Path(spec)
    text = path.read_text().replace("range: [8, 64]", "range: [8, 64], reading: [12, 16]")
    path.write_text(text + "reported: [{params: 1.4K}]\n")
    assert "≥ 1,386, not all known" in run("cost", spec)
    assert "params is not known" in run("reconcile", spec)


def test_budgets_that_are_open_are_refused() -> None:
    budget = parse_budget("macs=300K", ["macs"])
    assert budget.holds(Partly(400_000)) is False
    with pytest.raises(InputError, match="whether macs ≤ 300K is open"):
        budget.holds(Partly(200_000))


def test_a_closed_block_says_what_is_inside(tmp_path: Path) -> None:
    text = """archdsl: 1
input: [3, 8, 8]
blocks:
  warp:
    body: [{conv: {out: $in}}, {opaque: {what: warp, gives: [$in, $height, $width]}}]
net: [warp, {conv: 4}]
"""
    (tmp_path / "x.yaml").write_text(text)
    run("render", str(tmp_path / "x.yaml"), "--depth", "1", "-o", str(tmp_path / "x.mmd"))
    assert "unknown cost inside" in (tmp_path / "x.mmd").read_text()
