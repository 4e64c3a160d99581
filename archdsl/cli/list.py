"""`archdsl list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, print_json, print_result, print_table
from archdsl.cli.terminal import console
from archdsl.exact.shown import jsonable

if TYPE_CHECKING:
    from archdsl.cost.tables.about import About


@click.command("list")
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """The networks of the zoo with their size and source, and its blocks.

    With NAME, a network (a spec of your own too) or a block: what it is, its knobs or arguments with their values, and the figures
    that its source prints.
    """
    if name is not None:
        found = _about(name)
        if as_json:
            print_json(found.as_dict())
        else:
            print_result(console(), found)
        return
    from archdsl.net import load
    from archdsl.spec.locate import zoo_names

    nets = {spec: load(spec) for spec in zoo_names()}
    if as_json:
        entries = [_entry(spec, net) for spec, net in nets.items()]
        print_json([*entries, *({**_entry(spec, net), "designs": _designs(net)} for spec, net in _spaces().items())])
        return
    from archdsl.spec.library import files_of_blocks

    out = console()
    rows = [
        [spec, f"{net.cost().params / 1e6:,.2f}", f"{net.cost().macs / 1e6:,.0f}", net.spec.paper] for spec, net in nets.items()
    ]
    head = ["spec", "params (M)", "MACs (M)", "source"]
    print_table(out, "Networks", head, rows, head[1:3])
    spaces = [[spec, f"{_designs(net):.2g}", str(len(net.spec.space)), net.spec.doc] for spec, net in _spaces().items()]
    print_table(out, "Spaces, for `search SPEC '*'`", ["spec", "designs", "lines", ""], spaces, ["designs", "lines"])
    files = [[file, ", ".join(content.blocks)] for file, content in files_of_blocks().items()]
    print_table(out, "Blocks", ["import", "blocks"], files, ())
    out.print("  `archdsl list NAME` shows the knobs or arguments of one", markup=False)


def _spaces() -> dict[str, Any]:
    """The shipped spaces by their names."""
    from archdsl.net import load
    from archdsl.spec.locate import space_names

    return {spec: load(spec) for spec in space_names()}


def _designs(net: Any) -> int:
    """How many choices a space holds, those of absent rows among them."""
    from archdsl.explore.grid.axis import parse_axes, size
    from archdsl.spec.space import ALL

    return size(parse_axes([ALL], net.base))


def _entry(spec: str, net: Any) -> dict[str, Any]:
    return {
        "spec": spec,
        "name": net.name,
        "source": net.spec.paper,
        "params": jsonable(net.cost().params),
        "macs": jsonable(net.cost().macs),
        "knobs": list(net.knobs),
    }


def _about(name: str) -> About:
    """What a network or block is. Raises InputError where there is none of the name."""
    from archdsl.cost.tables.about import about_block
    from archdsl.errors import InputError, near_miss
    from archdsl.net import load
    from archdsl.spec.library import files_of_blocks
    from archdsl.spec.locate import find, zoo_names

    block = about_block(name) if name not in zoo_names() else None
    if block is not None:
        return block
    try:
        find(name)
    except InputError as error:
        blocks = [block for content in files_of_blocks().values() for block in content.blocks]
        if near := near_miss(name, [*zoo_names(), *blocks]):
            raise InputError(f"no network or block '{name}'; {near}") from None
        raise error
    return load(name).about()
