"""What commands share: the spec argument, `--set`, `--json`, and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import click

from archdsl.artifacts import json_text
from archdsl.cli.models import is_model, stem
from archdsl.cli.terminal import echo, has_all_letters, letters
from archdsl.cost.dtypes import USUAL
from archdsl.errors import InputError, visible
from archdsl.ir.limits import Limits
from archdsl.net import Net, load, loads
from archdsl.net.held import Held
from archdsl.spec.settings import parse_settings

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.tables.result import Result
    from archdsl.explore.grid.axis import Axis
    from archdsl.importer.imported import Imported

F = TypeVar("F", bound=Callable[..., Any])
STDIN = "-"


def spec_argument(function: F) -> F:
    """The path of a spec, the name of a network of the zoo, `-`, or a model that is imported on the way."""
    return click.argument("spec", metavar="SPEC")(function)


def knob_option(function: F) -> F:
    """`--set name=value`, any number of times."""
    text = "Give a knob a value: width=0.5, kernels=[3,7], rows.15.exp=480."
    return click.option("--set", "settings", multiple=True, metavar="KNOB=VALUE", help=text)(function)


def optimize_option(function: F) -> F:
    """`--optimize`."""
    text = "Rewrite the network for inference: fewer, larger operators that compute the same."
    return click.option("--optimize", is_flag=True, help=text)(function)


def batch_option(function: F) -> F:
    """`--batch`."""
    text = "Images that costs are for; learned values stay what they are."
    return click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help=text)(function)


def dtype_option(function: F) -> F:
    """`--dtype`."""
    text = "What bytes are counted in: float32, float16, bfloat16, float64, or int8 as microcontrollers run it."
    return click.option("--dtype", default=USUAL, show_default=True, metavar="DTYPE", help=text)(function)


class Counting(Protocol):
    """What costs are counted for."""

    @property
    def batch(self) -> int: ...
    @property
    def dtype(self) -> str: ...


def counted(net: Net, asked: Counting) -> Net:
    """The network with costs for the batch and the dtype that were asked for. Raises InputError for a dtype that is not known."""
    return net.batched(asked.batch).typed(asked.dtype)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(function)


def open_net(spec: str, settings: Iterable[str], limits: Limits | None = None, optimize: bool = False) -> Net:
    """The network that a command line means; `-` is one that comes by standard input, with imports from the zoo.

    A model of PyTorch (`module:callable`), an ONNX file or a .pt2 file is imported on the way.
    """
    knobs = parse_settings(list(settings))
    if spec == STDIN:
        net = loads(_standard_input(limits or Limits()), name="<stdin>", limits=limits, **knobs)
    elif is_model(spec):
        net = loads(_imported(spec).text, name=spec, limits=limits, **knobs)
    else:
        net = load(spec, limits=limits, **knobs)
    return net.optimized() if optimize else net


def stem_of(spec: str) -> str:
    """What files that are made from a spec are named after."""
    return "stdin" if spec == STDIN else stem(spec) if is_model(spec) else Path(spec).stem


def weights_of(spec: str, net: Net) -> Held | None:
    """The weights of a model that stands in the place of a SPEC; None where it is none, or nobody can run what was imported.

    Raises:
        InputError: the network has other tensors, because knobs were set.
    """
    if not is_model(spec) or _imported(spec).missing:
        return None
    state = _imported(spec).state
    theirs = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if theirs != {name: tuple(tensor.shape) for name, tensor in net.module().state_dict().items()}:
        raise InputError(f"the weights of {spec} do not fit what --set makes of it; import it first, then set knobs of the spec")
    return Held(spec, state)


def _imported(target: str) -> Imported:
    """The import of a model that stands in the place of a spec, made once for each command."""
    from archdsl.cli.models import imported

    kept = click.get_current_context().meta
    if target not in kept:
        kept[target] = imported(target)
    found: Imported = kept[target]
    return found


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
    text = json_text(data, 2)
    echo(text if has_all_letters() else json.dumps(data, indent=2))


def print_steps(axes: Iterable[Axis]) -> None:
    """Say of every range whose step was not written how it is walked along."""
    for said in filter(None, (axis.said for axis in axes)):
        echo(f"  {said}")


MANY = 80  # rows above which drawing by rich would take longer than everything else together


def print_result(out: Console, found: Result) -> None:
    """Print the tables of an answer, and the lines under them."""
    for sheet in found.sheets(out.width):
        print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, sheet.total_cells() or None)
    for line in found.notes():
        out.print(f"  {line}", markup=False, soft_wrap=True)


PLAIN_HEAD = "    \n    \n -- \n    \n    \n    \n    \n    \n"
"""The line under the heads where no other can be written."""


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

    title, head, right, total = visible(title), [*map(visible, head)], [*map(visible, right)], total and [*map(visible, total)]
    rows = [[*map(visible, row)] for row in rows]
    from archdsl.cost.tables.narrow import Grid, fits, narrow

    head, rows = list(map(letters, head)), [list(map(letters, row)) for row in rows]
    grid = Grid(head, rows, set(map(letters, right)), list(map(letters, total)) if total else None)
    if len(rows) > MANY or not fits(grid, out.width, wrapped=True):  # cut numbers would say nothing
        out.print(Text(title, style="bold"), end="\n\n", soft_wrap=True)
        echo(narrow(grid, out.width))
        return
    made = Table(box=box.SIMPLE_HEAD if has_all_letters() else box.Box(PLAIN_HEAD, ascii=True), show_footer=total is not None)
    whole = grid.whole()
    for place, name in enumerate(head):
        footer = grid.total[place] if grid.total else ""
        side: Literal["left", "right"] = "right" if name in grid.numbers else "left"
        made.add_column(Text(name), justify=side, footer=Text(footer), no_wrap=whole[place], overflow="fold")
    for row in rows:
        made.add_row(*map(Text, row))
    out.print(Text(title, style="bold"), soft_wrap=True)  # as the title of the table it would be no wider than that
    out.print(made)
