"""`archdsl diff`, and the table of rows that it shares with `whatif`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.cli.main import run

Run = Callable[..., str]

HEAD = "import: [blocks/mobile]\ninput: [3, 64, 64]\nnet:\n  - table:\n      columns: [op, out, s]\n      rows:\n"
ROWS = ("conv3x3, 16, 2", "conv3x3, 24, 2", "conv3x3, 40, 1", "conv1x1, 64, 1")


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command line prints that ends well, in a folder with a table and the same with a row more."""
    monkeypatch.chdir(tmp_path)
    for name, rows in (("a", ROWS), ("b", (*ROWS[:2], "conv3x3, 32, 1", *ROWS[2:]))):
        Path(f"{name}.yaml").write_text(HEAD + "".join(f"        - [{row}]\n" for row in rows), encoding="utf-8")

    def called(*args: str) -> str:
        assert run(list(args)) == 0
        return capsys.readouterr().out

    return called


def lines(text: str) -> list[list[str]]:
    """The cells of the lines that begin with a mark."""
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if re.match(r"\s+[-+~>]\s{2,}", line)]


def test_rows_are_printed_with_what_changed_in_each(printed: Run) -> None:
    text = printed("diff", "mobilenet_v3", "dpnet")
    rows = lines(text)
    assert [row[1] for row in rows] == [str(n) for n in range(1, 18)]
    assert rows[1] == [
        "~",
        "2",
        "dp_a_1",
        "464",
        "488",
        "+24",
        "5,017,600",
        "5,318,656",
        "+301,056",
        "bneck → dp_a, without kernel 3",
    ]
    assert len(text.splitlines()) < 45
    assert sum(int(row[5].replace(",", "")) for row in rows) == 3_458_986 - 5_483_032


def test_a_row_in_the_middle_is_one_row_added_and_the_next_tells_its_input(printed: Run) -> None:
    assert lines(printed("diff", "a.yaml", "b.yaml")) == [
        ["+", "3", "conv3x3_3", "-", "6,976", "+6,976", "-", "1,769,472", "+1,769,472", "out 32, s 1, 16²×24 → 16²×32"],
        ["~", "3 → 4", "conv3x3_4", "8,720", "11,600", "+2,880", "2,211,840", "2,949,120", "+737,280", "input 16²×24 → 16²×32"],
    ]
    assert [row[:3] for row in lines(printed("diff", "b.yaml", "a.yaml"))] == [
        ["-", "3", "conv3x3_3"],
        ["~", "4 → 3", "conv3x3_3"],
    ]


def test_all_lists_layers_below_rows(printed: Run) -> None:
    text = printed("diff", "a.yaml", "b.yaml", "--all")
    assert re.search(r"^ +1 +conv3x3_1 .*\n +conv .*conv out=16 kernel=3 stride=2 → 32²×16 *\n", text, re.MULTILINE)
    assert re.search(r"~ +conv +8,640 +11,520 +\+2,880 .* input 16²×24 → 16²×32 *$", text, re.MULTILINE)
    assert "hswish" not in printed("diff", "a.yaml", "b.yaml")


def test_no_difference(printed: Run) -> None:
    assert "DP-Net → DP-Net: no difference" in printed("diff", "dpnet", "dpnet")
    assert "no row changes" in printed("whatif", "dpnet", "--set", "width=1")
    assert lines(printed("whatif", "dpnet", "--set", "dropout=0.5"))[0][-1] == "inside: dropout rate 0.2 → 0.5"


def test_json_has_rows_with_their_layers(printed: Run) -> None:
    found = json.loads(printed("diff", "a.yaml", "b.yaml", "--json"))
    assert set(found) == {"totals", "rows", "failed"}
    assert [(row["name"], row["row"], row["kind"], row["params"]) for row in found["rows"]] == [
        ("conv3x3_3", 3, "added", 6976),
        ("conv3x3_4", 4, "changed", 2880),
    ]
    added, changed = found["rows"]
    assert added["before"] is None
    assert changed["before"] | {"params": 0, "macs": 0} == {
        "name": "conv3x3_3",
        "row": 3,
        "operator": "conv3x3",
        "times": 1,
        "input": [24, 16, 16],
        "output": [40, 16, 16],
        "params": 0,
        "macs": 0,
    }
    assert changed["changed"] == ["input 16²×24 → 16²×32"]
    assert [(layer["name"], layer["kind"], layer["params"]) for layer in changed["layers"]] == [
        ("conv3x3_4.conv", "changed", 2880)
    ]
    everything = json.loads(printed("diff", "a.yaml", "b.yaml", "--all", "--json"))
    assert len(everything["rows"]) == 5
    assert {layer["kind"] for layer in everything["rows"][0]["layers"]} == {"same"}


def test_whatif_and_diff_tell_the_same(printed: Run) -> None:
    setting = ["--set", "width=0.75"]
    whatif = json.loads(printed("whatif", "dpnet", *setting, "--json"))["changes"]
    diff = json.loads(printed("diff", "dpnet", "dpnet", *setting, "--json"))["rows"]
    assert whatif == diff
    total: Any = archdsl.load("dpnet", width=0.75).cost().params - archdsl.load("dpnet").cost().params
    assert sum(row["params"] for row in diff) == total
    tables = [lines(printed(*command, *setting)) for command in (["whatif", "dpnet"], ["diff", "dpnet", "dpnet"])]
    assert tables[0] == tables[1]
    assert tables[0][0][:3] == ["~", "3", "dp_b_1"]
