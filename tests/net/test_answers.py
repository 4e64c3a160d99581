"""Every answer prints as its table, shows itself in a notebook, gives plain numbers and a data frame."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import archdsl
from archdsl.cost.tables.result import Result
from archdsl.cost.tables.sheet import Sheet

Ask = Callable[[archdsl.Net], Any]
ASKED: dict[str, tuple[Ask, str]] = {
    "cost": (lambda net: net.cost(), "FLOPs as counted by"),
    "tree": (lambda net: net.cost().tree(2), "└─ dp_b_1"),
    "latency": (lambda net: net.cost().latency("raspberry-pi-3b"), "Raspberry Pi 3B"),
    "table": (lambda net: net.table(), "224²×3"),
    "about": (lambda net: net.about(), "channel multiplier"),
    "top": (lambda net: net.sweep(width=[0.5, 1]).top(1), "1 of 2 variants"),
    "pareto": (lambda net: net.sweep(width=[0.5, 1]).pareto("macs", "max:width"), "34,544,160"),
    "solve": (lambda net: net.solve("max:width", free="width", most={"params": 3.4e6}), "params ≤ 3400000 binds"),
    "no answer": (lambda net: net.solve("macs", free="width", most={"params": "1K"}), "No variant of 76 keeps to params ≤ 1K."),
    "whatif": (lambda net: net.whatif(width=0.5), "Rows that change"),
    "diff": (lambda net: net.diff("mobilenet_v3"), "DP-Net → MobileNetV3"),
    "no difference": (lambda net: net.diff(net), "no difference"),
    "compare": (lambda net: net.compare("mobilenet_v3"), "Comparison"),
    "search": (lambda net: net.search("macs", over={"width": [0.5, 1]}, trials=2), "the best 2"),
    "train": (lambda net: net.set(width=0.25).train(epochs=1, batch=256), "test: top-1"),
    "counts": (lambda net: archdsl.reproduce("table4"), "needs training"),
    "equation": (lambda net: archdsl.reproduce("eq4"), "as printed"),
    "results": (lambda net: archdsl.reproduce(), "measured on this machine"),
}


@pytest.fixture(scope="module")
def net() -> archdsl.Net:
    return archdsl.load("dpnet")


@pytest.mark.parametrize("name", ASKED)
def test_answers(name: str, net: archdsl.Net, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, told = ASKED[name]
    answer = ask(net)
    assert isinstance(answer, (Result, Sheet))
    assert told in repr(answer) == str(answer)
    assert "<table>" in answer._repr_html_() or name == "no answer"
    assert json.loads(json.dumps(answer.as_dict()))
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=list))
    frame = answer.to_pandas()
    assert json.dumps(frame)
    assert len({tuple(row) for row in frame}) <= 1 or name == "whatif", "every row has the same columns"
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(archdsl.BackendError, match="pip install pandas"):
        answer.to_pandas()


def test_the_numbers_are_those_of_the_command(net: archdsl.Net, capsys: pytest.CaptureFixture[str]) -> None:
    from archdsl.cli.main import run

    assert run(["whatif", "dpnet", "--set", "width=0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(net.whatif(width=Fraction(1, 2)).as_dict()))
    assert run(["diff", "dpnet", "mobilenet_v3", "--json"]) == 0
    assert {**net.diff("mobilenet_v3").as_dict(), "failed": []} == json.loads(capsys.readouterr().out)
    assert run(["solve", "dpnet", "--free", "width", "--max", "macs=50M", "--maximize", "width", "--json"]) == 0
    told, ours = json.loads(capsys.readouterr().out), net.solve("max:width", free="width", most={"macs": 50_000_000}).as_dict()
    assert (told["best"], told["steps"]) == (json.loads(json.dumps(ours["best"])), ours["steps"])


def test_latencies_are_seconds(net: archdsl.Net) -> None:
    found = net.cost().latency("raspberry-pi-3b")
    assert found.total == pytest.approx(5.455263819623552)
    assert sum(found.layers) == pytest.approx(found.total)
    grid = archdsl.load("dpnet", width=[0.5, 1]).cost().latency("raspberry-pi-3b")
    assert float(grid.total[1]) == pytest.approx(found.total)
    assert "…" in repr(grid).splitlines()[-6]


def test_bounds_are_numbers_or_texts(net: archdsl.Net) -> None:
    for bound in (118_000_000, 118e6, "118M", Fraction(118_000_000)):
        assert net.solve("max:width", free={"width": [0.5, 1, 2]}, most={"macs": bound}).best[0]["width"] == 1
    slow = net.solve("max:width", free={"width": [0.5, 1]}, most={"latency.raspberry-pi-3b": 3.5})
    assert slow.best[0]["width"] == Fraction(1, 2)
    with pytest.raises(archdsl.InputError, match="the bound of macs is a number, or a text"):
        net.solve("macs", free="width", most={"macs": [3]})  # type: ignore[dict-item]
    with pytest.raises(archdsl.InputError, match="'up:macs' is no objective; write macs, min:macs or max:naswot"):
        net.search("up:macs", over="width")


def test_an_export_says_what_it_did(tmp_path: Path) -> None:
    net = archdsl.loads("input: [3, 8, 8]\nnet: [{conv: 4}, relu]\n", name="tiny")
    found = net.export(tmp_path / "tiny.py")
    assert "checked   largest difference" in repr(found)
    assert found.as_dict()["to"] == "python"
    assert (tmp_path / "tiny.py").is_file()
    with pytest.raises(archdsl.InputError, match="does not tell the form"):
        net.export(tmp_path / "tiny.xyz")


def test_importing_takes_no_library() -> None:
    code = (
        "import sys, archdsl; print([m for m in ('numpy', 'torch', 'networkx', 'rich', 'click', 'optuna') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
