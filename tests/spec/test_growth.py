"""The work that a spec takes grows with its length, not with the square of it. Calls are counted, so no clock is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archdsl.cost.memory.peak import memory
from archdsl.errors import ArchdslError
from archdsl.net import load

HEAD = "archdsl: 1\nname: X\ninput: [3, 8, 8]\n"


def net(steps: str, head: str = "") -> str:
    return f"{HEAD}{head}net:\n{steps}\n"


def many(text: str, count: int, between: str = "") -> str:
    return between.join(text.replace("#", str(number)) for number in range(count))


def table(columns: str, cells: str) -> str:
    return net(f"  - table:\n      columns: [op, {columns}]\n      rows:\n        - [conv, {cells}]")


GROWING: dict[str, Callable[[int], str]] = {
    "one label many times": lambda n: net(f"  - {{conv: 4, as: a}}\n  - {{concat: , from: [{many('a', n, ', ')}]}}"),
    "labels": lambda n: net(f"{many('  - {conv: 4, as: a#}' + chr(10), n)}  - {{concat: , from: [{many('a#', n, ', ')}]}}"),
    "unknown labels": lambda n: net(many("  - {conv: 4, from: b#}\n", n)),
    "unknown columns": lambda n: table(many("q#", n, ", "), many("1", n, ", ")),
    "equal columns": lambda n: table(many("out", n, ", "), many("1", n, ", ")),
    "equal imports": lambda n: net("  - conv: 4", f"import: [{many('blocks/mobile', n, ', ')}]\n"),
    "unknown imports": lambda n: net("  - conv: 4", f"import: [{many('blocks/mobil#', n, ', ')}]\n"),
    "unknown arguments": lambda n: net(f"  - conv: {{{many('q#: 1', n, ', ')}}}"),
    "unknown operators": lambda n: net(many("  - konv#: 4\n", n)),
    "unknown names": lambda n: net(many("  - conv: $z#\n", n), f"knobs:\n{many('  k#: 1' + chr(10), 300)}"),
    "equal keys": lambda n: net(f"  - conv: {{{many('out: 4', n, ', ')}}}"),
    "wrong cells": lambda n: net(
        f"  - table:\n      columns: [op, out]\n      rows:\n{many('        - [conv, x]' + chr(10), n)}"
    ),
    "blocks": lambda n: net(many("  - b#\n", n), f"blocks:\n{many('  b#: {body: [conv: 4]}' + chr(10), n)}"),
    "blocks that call themselves": lambda n: net("  - b0", f"blocks:\n{many('  b#: {body: [b#]}' + chr(10), n)}"),
    "rows": lambda n: net(f"  - table:\n      columns: [op, out]\n      rows:\n{many('        - [conv, 4]' + chr(10), n)}"),
    "anchors": lambda n: net(many("  - &a# {conv: 4}\n", n)),
    "aliases": lambda n: net("  - &a {conv: 4}\n" + "  - *a\n" * n),
    "edited rows": lambda n: f"archdsl: 1\nextends: dpnet\nrows: {{{many('#: [conv, 3]', n, ', ')}}}\n",
    "keys of the file": lambda n: f"{many('q#: 1' + chr(10), n)}{net('  - conv: 4')}",
    "repeat with a name": lambda n: net(f"  - {{conv: 4, repeat: {n}, name: a$i}}"),
    "paths": lambda n: net(f"  - fork:\n    paths: [{many('[conv: 4]', n, ', ')}]\n    join: concat"),
}


def calls(path: Path, text: str) -> int:
    """Functions that reading, elaborating and costing a spec call."""
    path.write_text(text)
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        with suppress(ArchdslError):
            found = load(path)
            found.cost().macs  # noqa: B018
            memory(found.graph()).timeline  # noqa: B018
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_work_grows_with_the_length(tmp_path: Path, name: str) -> None:
    text = GROWING[name]
    calls(tmp_path / "a.yaml", text(5))  # imports and tables that are made once
    few, more = (calls(tmp_path / "a.yaml", text(count)) for count in (400, 1200))
    assert more < 3.6 * few


READ = "from archdsl.errors import Source; from archdsl.spec.load import load_source; from archdsl.spec.report import Report"
AXES = "from archdsl import load; from archdsl.explore.grid.axis import parse_axes"
HOSTILE = {
    "the range of an axis": f"{AXES}; parse_axes(['width=1:2:' + ' ' * 200_000], load('dpnet').base)",
    "spaces between": f"{AXES}; parse_axes(['width=1:' + ' ' * 200_000 + '2'], load('dpnet').base)",
    "a condition": "from archdsl.explore.criteria.condition import Condition; Condition('0' * 200_000, [])",
    "a gate": "from archdsl.cost.comparing.gate import parse_gate; parse_gate('macs>' + ' ' * 200_000, ['macs'])",
    "a size": "from archdsl.spec.read_reported import parse_size; parse_size('1' + ',' * 200_000)",
    "a cut formula": f"{READ}; load_source(Source('x', 'net: [' + '(,' * 100_000), Report())",
    "braces": f"{READ}; load_source(Source('x', 'net: {{a: ' + '{{,' * 100_000), Report())",
    "dashes": f"{READ}; load_source(Source('x', 'net: [' + ' - ' * 100_000 + '}}'), Report())",
    "a number": f"{READ}; load_source(Source('x', 'net: ' + '1' * 200_000 + '/'), Report())",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_pattern_runs_away(name: str) -> None:
    code = f"from archdsl.errors import ArchdslError\ntry:\n    {HOSTILE[name]}\nexcept ArchdslError: pass\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
