"""What commands share: the spec argument, `--set`, `--json`, limits, and tables."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archdsl.artifacts import json_text
from archdsl.errors import InputError, visible
from archdsl.ir.limits import Limits
from archdsl.net import Net, load, loads
from archdsl.spec.settings import parse_settings
from archdsl.spec.yaml import TextLimits

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.tables.sheet import Sheet
    from archdsl.explore.grid.axis import Axis

F = TypeVar("F", bound=Callable[..., Any])
STDIN = "-"
WIDTH = 140  # where output goes to a file or a pipe, so that tables are not cut


def spec_argument(function: F) -> F:
    """The path of a spec, the name of a network of the zoo, or `-`."""
    return click.argument("spec", metavar="SPEC")(function)


def knob_option(function: F) -> F:
    """`--set name=value`, any number of times."""
    text = "Give a knob a value: width=0.5, kernels=[3,7], rows.15.exp=480."
    return click.option("--set", "settings", multiple=True, metavar="KNOB=VALUE", help=text)(function)


def optimize_option(function: F) -> F:
    """`--optimize`."""
    text = "Rewrite the network for inference: fewer, larger operators that compute the same."
    return click.option("--optimize", is_flag=True, help=text)(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(function)


def limit_options(function: F) -> F:
    """`--max-nodes` and other bounds of reading and elaboration, as one argument `limits`. They are raised for very large networks."""
    default = Limits()
    options = (
        ("--max-nodes", default.nodes, "Operators that a network may have."),
        ("--max-steps", default.steps, "Steps that may be taken to put it together."),
        ("--max-bytes", default.text.bytes, "Bytes that a file may have."),
        ("--max-values", default.text.nodes, "Values that a file may hold, every alias counted in full."),
    )
    for name, value, text in reversed(options):
        function = click.option(name, default=value, show_default=True, type=click.IntRange(1), help=text)(function)

    @functools.wraps(function)
    def wrapper(*args: Any, max_nodes: int, max_steps: int, max_bytes: int, max_values: int, **kwargs: Any) -> Any:
        text = TextLimits(bytes=max_bytes, nodes=max_values)
        return function(*args, limits=Limits(nodes=max_nodes, steps=max_steps, text=text), **kwargs)

    return wrapper  # type: ignore[return-value]


def open_net(spec: str, settings: Iterable[str], limits: Limits | None = None, optimize: bool = False) -> Net:
    """The network that a command line means; `-` is one that comes by standard input, with imports from the zoo."""
    knobs = parse_settings(list(settings))
    if spec == STDIN:
        net = loads(_standard_input(limits or Limits()), name="<stdin>", limits=limits, **knobs)
    else:
        net = load(spec, limits=limits, **knobs)
    return net.optimized() if optimize else net


def stem_of(spec: str) -> str:
    """What files that are made from a spec are named after."""
    return "stdin" if spec == STDIN else Path(spec).stem


def _standard_input(limits: Limits) -> str:
    """What standard input holds, read once for each command: some open their spec twice.

    Raises:
        InputError: it is too long.
        SpecError: it is not UTF-8.
    """
    from archdsl.spec.locate import decoded

    kept = click.get_current_context().meta
    if STDIN not in kept:
        most = limits.text.bytes
        data = sys.stdin.buffer.read(most + 1)
        if len(data) > most:
            raise InputError(f"standard input has more than {most:,} bytes; a spec has at most that many")
        kept[STDIN] = decoded(data, "<stdin>", None).text
    text: str = kept[STDIN]
    return text


def print_json(data: Any) -> None:
    click.echo(json_text(data, 2))


def echo(text: str, err: bool = False) -> None:
    """Print lines of text that may hold what a spec gave."""
    click.echo(visible(text, keep="\n"), err=err)


def console() -> Console:
    """The console that tables are printed on."""
    from archdsl.cli.terminal import Visible

    return Visible(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def print_sheet(out: Console, sheet: Sheet) -> None:
    """Print a table that other forms could be written of too."""
    print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, sheet.total_cells() or None)


def print_steps(axes: Iterable[Axis]) -> None:
    """Say of every range whose step was not written how it is walked along."""
    for said in filter(None, (axis.said for axis in axes)):
        click.echo(f"  {said}")


MANY = 80  # rows above which drawing by rich would take longer than everything else together


def print_table(
    out: Console, title: str, head: list[str], rows: Iterable[list[str]], right: Iterable[str], total: list[str] | None = None
) -> None:
    """Print a table of text.

    Args:
        right: heads of the columns that hold numbers, which are aligned to the right.
        total: a last row, below a line.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    numbers = set(map(visible, right))
    title, head, total = visible(title), [*map(visible, head)], total and [*map(visible, total)]
    rows = [[*map(visible, row)] for row in rows]
    wide = sum(max(map(len, column)) + 3 for column in zip(head, *rows, *([total] if total else []), strict=True)) > out.width
    if len(rows) > MANY or (wide and numbers):  # a narrow terminal wraps lines; cut numbers would say nothing
        from archdsl.cost.tables.sheet import aligned

        out.print(Text(title, style="bold"), end="\n\n", soft_wrap=True)
        click.echo(aligned(head, rows, numbers, total))
        return
    made = Table(box=box.SIMPLE_HEAD, show_footer=total is not None)
    for index, name in enumerate(head):
        footer = total[index] if total else ""
        made.add_column(Text(name), justify="right" if name in numbers else "left", footer=Text(footer), no_wrap=name in numbers)
    for row in rows:
        made.add_row(*map(Text, row))
    out.print(Text(title, style="bold"), soft_wrap=True)  # as the title of the table it would be no wider than that
    out.print(made)
