"""`archdsl search` as a person and a script meet it."""

from __future__ import annotations

import builtins
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archdsl.cli.main import run
from archdsl.explore.proxies.naswot import NasWot

SPEC = """\
input: [3, 8, 8]
knobs: {width: {default: 8, range: [4, 16]}, kernel: {default: 3, choices: [1, 3, 5]}}
net: [{conv: {out: $width, kernel: $kernel}}, norm, hswish, {conv: 16}, relu, adaptive_pool, flatten, {linear: 10}]
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `archdsl search` in an empty folder with `tiny.yaml` in it: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(SPEC)

    def call(*args: str) -> tuple[int, str, str]:
        code = run(["search", *args])
        return code, *capsys.readouterr()

    return call


def test_a_front_with_a_proxy_a_cost_and_a_budget(search: Run) -> None:
    budgets = ["--objective", "naswot", "--minimize", "macs", "--max", "params=600"]
    line = ["tiny.yaml", "width=4:16:2", "kernel", *budgets, "--trials", "4", "--jobs", "1"]
    code, out, err = search(*line, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) >= {"trials", "rejected", "reused", "seconds", "front", "best"}
    assert found["objectives"] == ["maximize naswot", "minimize macs"]
    assert found["trials"] == 4
    assert found["storage"] == "tiny.search.log"
    import archdsl

    for variant in found["front"]:
        net = archdsl.load("tiny.yaml", **{name: int(value) for name, value in variant["settings"].items()})
        assert net.cost().params == variant["costs"]["params"] <= 600
        assert net.cost().macs == variant["values"]["macs"]
        assert variant["values"]["naswot"] == NasWot().measure(net, 0)
    code, out, err = search(*line)
    assert code == 0
    assert f"study {found['study']} in tiny.search.log" in out
    assert "on the front" in out
    assert "naswot ↑" in out
    assert "4 measured" in out, "the same command finds the trials that there are"


def test_one_network_needs_no_file(search: Run) -> None:
    code, out, _ = search("tiny.yaml", "--objective", "synflow", "--trials", "1", "--jobs", "1")
    assert code == 0
    assert "synflow (log10) ↑" in out
    assert sorted(path.name for path in Path().iterdir()) == ["tiny.yaml"]


def test_a_budget_that_nothing_meets_is_an_answer(search: Run) -> None:
    code, out, err = search("tiny.yaml", "width=4:6", "--minimize", "macs", "--max", "params=50")
    assert (code, out) == (3, "")
    first, second, third = err.splitlines()
    assert re.fullmatch(r"none of the 3 variants is let through: (\d+) proposals rejected \(\1 not params ≤ 50\)", first)
    assert second == "  nearest: width=4: params 350, not params ≤ 50"
    assert third == "  width 4 to 6 by 1: 3 values"
    code, out, err = search("tiny.yaml", "width=4:6", "--minimize", "macs", "--max", "params=50", "--json")
    assert code == 3
    assert (json.loads(out)["front"], json.loads(out)["best"]) == ([], {})


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("", 2, "Missing argument 'SPEC'"),
        (
            "tiny.yaml width",
            1,
            "no objective; give --objective with grad_norm, synflow, naswot, zen_score and accuracy, or --minimize with any",
        ),
        ("tiny.yaml --objective nasvot", 1, "unknown objective 'nasvot'; did you mean 'naswot'?"),
        ("tiny.yaml --minimize mcas", 1, "unknown objective 'mcas'; did you mean 'macs'?"),
        ("tiny.yaml width --objective naswot --data digits", 2, "--data is for --objective accuracy"),
        (
            "mobilenet_v3_small width=0.25 --objective accuracy --max macs=200K",
            3,
            "macs 249,960, not macs ≤ 200K",
        ),
        ("tiny.yaml width --objective accuracy --train epoch=3", 1, "did you mean 'epochs'?"),
        ("tiny.yaml width --objective accuracy --recipe sort", 1, "did you mean 'short'?"),
        ("tiny.yaml --minimize latency", 1, "the objective 'latency' cannot be measured: say of which device it is"),
        ("tiny.yaml --minimize macs --maximize macs", 1, "macs cannot be minimised and maximised at once"),
        ("tiny.yaml --minimize macs --max mcas=3M", 1, "unknown cost 'mcas'; did you mean 'macs'?"),
        (
            "tiny.yaml --minimize macs --max naswot=3",
            1,
            "naswot is known only when it has been measured; budgets bound costs: params",
        ),
        ("tiny.yaml --minimize macs --max latency=3", 1, "latency is known only when it has been measured"),
        ("tiny.yaml --minimize macs --max macs", 1, "'macs' is no budget; write cost=size, as in --max macs=118M"),
        ("tiny.yaml --minimize macs --sampler tpee", 1, "unknown sampler 'tpee'; did you mean 'tpe'?"),
        ("tiny.yaml widht=4:8 --minimize macs", 1, "unknown knob 'widht'; did you mean 'width'?"),
        ("tiny.yaml width --set width=8 --minimize macs", 1, "width is an axis and set; leave one of the two out"),
        ("tiny.yaml width --minimize macs --storage tiny.yaml", 1, "tiny.yaml is no journal of a search"),
        ("tiny.yaml width --objective naswot --cluster nowhere", 1, "'nowhere' is no address of a cluster; write auto, ray://"),
        ("tiny.yaml width --objective naswot --resources gpu=1", 2, "--resources are those of a cluster; give --cluster too"),
        ("tiny.yaml width --minimize macs --trials 0", 2, "Invalid value for '--trials'"),
        ("--dashboard", 2, "--dashboard needs a SPEC that was searched, or --storage"),
        ("tiny.yaml --dashboard", 1, "no such file: tiny.search.log"),
    ],
)
def test_mistakes(line: str, code: int, message: str, search: Run) -> None:
    found, out, err = search(*line.split())
    assert (found, out) == (code, "")
    assert message in err
    assert sorted(path.name for path in Path().iterdir()) == ["tiny.yaml"], "nothing is left behind"


@pytest.mark.parametrize(
    ("module", "line", "message"),
    [
        (
            "optuna",
            "tiny.yaml width --minimize macs",
            "a search needs Optuna, which is not installed: pip install 'archdsl[search]'",
        ),
        (
            "ray",
            "tiny.yaml width --objective naswot --cluster auto",
            "a cluster needs Ray, which is not installed: pip install 'archdsl",
        ),
        (
            "optuna_dashboard",
            "--dashboard --storage a.log",
            "the dashboard needs optuna-dashboard, which is not installed: pip install 'archdsl[search]'",
        ),
    ],
)
def test_what_is_not_installed(module: str, line: str, message: str, search: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **options: Any) -> Any:
        if name.partition(".")[0] == module:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *args, **options)

    for loaded in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(builtins, "__import__", missing)
    code, out, err = search(*line.split())
    assert (code, out) == (1, "")
    assert err.startswith(message)


def test_exact_objectives_need_no_torch(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(SPEC)
    script = (
        "import sys; from archdsl.cli.main import run; code = run(sys.argv[1:]); "
        "print(*sorted({'torch', 'ray'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    line = ["search", "tiny.yaml", "width", "kernel", "--minimize", "macs", "--maximize", "params", "--trials", "5"]
    found = subprocess.run([sys.executable, "-c", script, *line], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (found.returncode, found.stderr.strip()) == (0, "")
    assert "5 measured" in found.stdout


def test_costs_of_a_batch(search: Run) -> None:
    """Budgets and objectives are of the batch; what differs in it is another study."""
    import archdsl

    line = ["tiny.yaml", "width=4,8", "--minimize", "macs", "--trials", "9", "--jobs", "1", "--json"]
    one, many = (json.loads(search(*line, *batch)[1]) for batch in ([], ["--batch", "6"]))
    assert one["study"] != many["study"]
    least = archdsl.load("tiny.yaml", width=4).cost().macs
    assert one["best"]["macs"]["values"]["macs"] == least
    assert many["best"]["macs"]["values"]["macs"] == 6 * least
    code, _, err = search(*line, "--batch", "6", "--study", one["study"])
    assert code == 1
    assert "batch: the study has none, the command 6" in err
    assert search(*line, "--batch", "6", "--max", f"macs={least}")[0] == 3
