"""What no command may stumble over: empty names, a NUL, an interrupt; lists and values past their bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import archdsl
from archdsl.cli import main
from archdsl.cli.main import COMMANDS, run


@pytest.mark.parametrize("name", ["", ".", "/", "a/.."])
def test_new_needs_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", name]) == 1
    assert "internal error" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("args", [["a\0b"], ["dpnet", "-o", "a\0b"], ["dpnet", "--set", "width=\0"]])
def test_a_nul_is_refused_by_every_command(command: str, args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, *args]) == 2
    assert "an argument holds a NUL" in capsys.readouterr().err


def test_an_interrupt_while_a_command_is_imported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main.importlib, "import_module", interrupted)
    assert run(["cost", "dpnet"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_list_past_its_bound_is_a_mistake_of_the_spec() -> None:
    listed = list(range(10_001))
    for text in (f"knobs: {{k: {listed}}}\nnet: [relu]\n", f"net: [{{conv: 4, for: {{j: {listed}}}}}]\n"):
        with pytest.raises(archdsl.SpecError, match="a list of 10,001 values, a list has at most 10,000"):
            archdsl.loads(f"input: [3, 8, 8]\n{text}")


@pytest.mark.parametrize(
    "value",
    [np.ma.masked_array([0.5, 1], mask=[False, True]), np.ma.masked, np.array([0.5, np.nan]), np.array([]), np.array([1j])],
)
def test_arrays_with_elements_that_are_no_numbers(value: np.ndarray) -> None:
    with pytest.raises(archdsl.InputError, match="width: expected"):
        archdsl.load("dpnet", width=value)
