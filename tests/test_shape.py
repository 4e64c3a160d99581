"""The shape of the code: what keeps every file readable in one go."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 300
"""Lines of a file."""


def test_no_file_is_long() -> None:
    files = [path for top in ("archdsl", "compilers", "viz", "benchmarks") for path in (ROOT / top).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert len(lengths) > 300
    assert {name: lines for name, lines in lengths.items() if lines > MOST} == {}
