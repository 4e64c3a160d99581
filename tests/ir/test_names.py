"""Names have bounds: what a spec may make of them under `repeat`, in nested blocks, and in copies of blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.errors import SpecError
from archdsl.ir.limits import Limits
from archdsl.net import load

HEAD = "archdsl: 1\nname: X\ninput: [3, 8, 8]\n"
LONG = "w" * 40


def mistake(tmp_path: Path, text: str, limits: Limits | None = None) -> str:
    path = tmp_path / "x.yaml"
    path.write_text(HEAD + text)
    with pytest.raises(SpecError) as error:
        load(path, limits=limits).graph()
    return str(error.value)


@pytest.mark.parametrize(
    "step", ["conv: 4, name", "conv: 4, as", "body: [], stage", "fork: , join: add, paths: [[relu], []], name"]
)
def test_a_name_that_repeats_a_value_is_refused_where_it_is_written(tmp_path: Path, step: str) -> None:
    knobs = f"knobs: {{w: {{default: {LONG}, choices: [{LONG}]}}}}\n"
    told = mistake(tmp_path, f"{knobs}net:\n  - {{repeat: 150000, {step}: a{'$w' * 300}$i}}\n")
    assert "a name of more than 200 characters" in told
    assert "x.yaml:6:" in told
    assert "a$w$w" in told.splitlines()[1]
    assert told.count("error:") == 1


def test_a_full_name_has_a_bound(tmp_path: Path) -> None:
    stages = "".join(f"{'  ' * depth}  - stage: {'s' * 90}\n{'  ' * depth}    body:\n" for depth in range(12))
    told = mistake(tmp_path, f"net:\n{stages}{'  ' * 12}  - relu\n")
    assert "a full name of 1,091 characters; at most 1,000" in told
    assert "give shorter names, or nest less" in told


def test_all_names_together_have_a_bound(tmp_path: Path) -> None:
    told = mistake(tmp_path, f"net:\n  - {{relu: , repeat: 1000, name: {'n' * 90}$i}}\n", Limits(nodes=500))
    assert "more than 500 operators" in told
    knobs = f"knobs: {{w: {{default: {LONG}, choices: [{LONG}]}}}}\n"
    many = f"{knobs}net:\n  - {{stage: {'$w' * 4}$i, repeat: 5000, body: []}}\n"
    assert "names of more than 200,000 characters together" in mistake(tmp_path, many, Limits(nodes=500))


def test_copies_of_a_block_count(tmp_path: Path) -> None:
    inside = "".join(f"{'  ' * depth}      - stage: {'s' * 90}\n{'  ' * depth}        body:\n" for depth in range(9))
    blocks = f"blocks:\n  b:\n    body:\n{inside}{'  ' * 9}      - relu\n{'  ' * 9}      - relu\n"
    told = mistake(tmp_path, f"{blocks}net:\n  - {{b: , repeat: 240}}\n  - relu\n", Limits(nodes=500))
    assert "names of more than 200,000 characters together" in told


def test_names_of_ordinary_length_pass(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"{HEAD}net:\n  - {{relu: , repeat: 400, name: {'n' * 90}$i}}\n")
    assert f"{'n' * 90}399" in load(path, limits=Limits(nodes=500)).graph().nodes
