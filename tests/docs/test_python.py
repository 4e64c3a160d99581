"""docs/python.md is what the program says, and its names are the whole public interface."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.documentation.python import methods, page

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
NET = {
    "about": "() -> About",
    "bench": "(*others, runtimes, batches, threads, optimize, autotune, seconds, dtypes) -> Bench",
    "compare": "(*others, conventions, devices) -> Comparison",
    "batched": "(batch) -> Self",
    "cost": "(batch, dtype) -> Costs",
    "diagram": "(block, *, row, depth, rankdir, heat, peak, legend) -> Picture",
    "diff": "(other, *, devices, everything) -> Difference",
    "export": "(path, *, to, weights, pairing, seed, optimize, int8) -> Exported",
    "graph": "() -> Graph",
    "module": "() -> Network",
    "name": "",
    "optimized": "(chosen) -> Self",
    "printed_table": "(columns) -> Sheet",
    "reconcile": "(*, top, one_typo, changes) -> Reconciled",
    "rewritten": "",
    "search": "(*objectives, over, most, least, trials, seed, storage, jobs) -> Found",
    "set": "(**knobs) -> Self",
    "solve": "(*objectives, free, most, least, top, show, differ, front) -> Solution",
    "studio": "(*, depth, heat, conventions, devices) -> Studio",
    "sweep": "(*, where, show, **axes) -> Sweep",
    "table": "() -> Sheet",
    "prune": "(keep, *, by, weights) -> Pruned",
    "typed": "(dtype) -> Self",
    "train": "(data, *, recipe, seed, folder, **fields) -> Learned",
    "transform": "(*, where, knob, transition, settings, name, **transformations) -> Transformed",
    "whatif": "(*, show, by, steps, **knobs) -> WhatIf",
    "written": "() -> Self",
}
"""The verbs of a network with the names of their arguments."""


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m archdsl.documentation.python docs/python.md"


def test_names_and_signatures() -> None:
    assert {name: called(member) for name, member in methods(archdsl.Net)} == NET


def called(member: Any) -> str:
    """The names of the arguments, and what comes; nothing for a property."""
    if not callable(member):
        return ""
    found = inspect.signature(member)
    names: list[str] = []
    for parameter in [p for p in found.parameters.values() if p.name != "self"]:
        if parameter.kind is parameter.KEYWORD_ONLY and not any(name.startswith("*") for name in names):
            names.append("*")
        names.append({parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "") + parameter.name)
    return f"({', '.join(names)}) -> {found.return_annotation}"


EXAMPLES = [part.partition("```")[0] for part in page().partition("## Functions")[0].split("```python\n")[1:]]


def test_the_first_example_of_the_page_runs() -> None:
    for line in EXAMPLES[0].splitlines():
        assert "numpy" not in line
    exec(compile(EXAMPLES[0], "python.md", "exec"), {"print": lambda *_: None})


def test_several_inputs_and_outputs_are_as_the_page_says() -> None:
    names: dict[str, Any] = {"archdsl": archdsl}
    exec(compile(EXAMPLES[1], "python.md", "exec"), names)
    found, images = names["found"], names["images"]
    assert {name: tuple(tensor.shape) for name, tensor in found.items()} == {"both": (2, 4, 8, 8), "left": (2, 4, 8, 8)}
    module = names["pair"].module()
    by_place, by_name = module(images["left"], images["right"]), module(**images)
    assert all(bool((by_place[name] == by_name[name]).all()) for name in found)


def test_limits_are_exported() -> None:
    with pytest.raises(archdsl.SpecError, match="more than 5 operators"):
        archdsl.load("dpnet", limits=replace(archdsl.Limits(), nodes=5)).graph()
    assert json.dumps(archdsl.load("dpnet").cost().as_dict())
