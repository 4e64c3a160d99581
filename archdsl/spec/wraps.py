"""Blocks that wrap another block: they have its arguments beside their own, and call it in their bodies as `$wrapped`.

A block that wraps one of its own name takes its place wherever that is called. The wrapped one then goes by `base_NAME`, and where that
wraps another of the name in its turn, the other by `base_base_NAME`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from archdsl.errors import choices, clip, near_miss
from archdsl.ops import OPERATORS
from archdsl.spec.expression import Names, parse
from archdsl.spec.model import Block, Call, Closure, Formula, Inline
from archdsl.spec.report import Report
from archdsl.spec.values import Wraps

WRAPPED = "wrapped"
"""The name under which the body of a block reads what it wraps."""

Blocks = dict[str, Block]
Wrap = Callable[[Block, str], Block]


def wraps_namesake(block: Block) -> bool:
    """Whether a block wraps the one whose place it takes."""
    return block.wraps is not None and block.wraps.name == block.name


def take_place(blocks: Blocks, block: Block, report: Report) -> None:
    """Put a block in the place of the one of its name, which it wraps and which goes by another name from now on."""
    assert block.wraps is not None
    moved = _moved(blocks, block.name, block, report)
    blocks[block.name] = dataclasses.replace(block, wraps=dataclasses.replace(block.wraps, name=moved))


def _moved(blocks: Blocks, name: str, wrapper: Block, report: Report) -> str:
    """The new name of a block that is wrapped by its namesake; those that it wraps itself move before it."""
    old, new = blocks.pop(name), f"base_{name}"
    if old.wraps is not None and old.wraps.name == new:
        old = dataclasses.replace(old, wraps=dataclasses.replace(old.wraps, name=_moved(blocks, new, wrapper, report)))
    elif new in blocks:
        message = f"what '{wrapper.name}' wraps would be called '{new}', which is another block"
        report.error(message, wrapper.mark, "give one of them another name", ("defined here", blocks[new].mark))
    blocks[new] = dataclasses.replace(old, name=new)
    return new


def resolve(blocks: Blocks, report: Report, incomplete: bool) -> None:
    """Give every block that wraps another the arguments and the title of that, and the call that `$wrapped` makes.

    Args:
        incomplete: whether a file is missing that may have what seems unknown.
    """
    done: dict[str, Block] = {}
    for name in blocks:
        _resolved(name, blocks, done, (), report, incomplete)
    blocks.update(done)


def _resolved(name: str, blocks: Blocks, done: Blocks, chain: tuple[str, ...], report: Report, incomplete: bool) -> Block:
    """One block with what it wraps, that being resolved first. `broken` where there is nothing to wrap."""
    if name in done:
        return done[name]
    block = blocks[name]
    wraps = block.wraps
    if wraps is None:
        return block
    if name in chain:
        shown = " -> ".join((*chain[chain.index(name) :], name))
        report.error(
            f"blocks wrap each other in a circle: {shown}", wraps.mark, "a block that wraps its namesake takes its place"
        )
        inner = None
    elif wraps.name == name or wraps.name not in blocks:
        if wraps.name and not incomplete:
            known = [other for other in blocks if other != wraps.name]
            report.error(f"there is no block '{clip(wraps.name)}' to wrap", wraps.mark, _hint(wraps.name, known))
        inner = None
    else:
        inner = _resolved(wraps.name, blocks, done, (*chain, name), report, incomplete)
    if name not in done:  # a circle comes back to where it began
        done[name] = (
            dataclasses.replace(block, broken=True) if inner is None or inner.broken else _wrapping(block, inner, wraps, report)
        )
    return done[name]


def _hint(name: str, known: list[str]) -> str:
    if name in OPERATORS:
        return f"'{name}' is an operator; call it in the body"
    return near_miss(name, known) or (
        f"known: {choices(known)}" if known else "a block comes from a base, by `import`, or stands beside"
    )


def _wrapping(block: Block, inner: Block, wraps: Wraps, report: Report) -> Block:
    if WRAPPED in block.args:
        report.error(f"'{WRAPPED}' is the block that '{block.name}' wraps, and cannot name an argument", block.args[WRAPPED].mark)
    args = {arg: Formula(wraps.mark, parse(f"${arg}"), arg) for arg in inner.args}
    call = Call(mark=wraps.mark, target=inner.name, args=dict(args), arg_marks=dict.fromkeys(args, wraps.mark))
    return dataclasses.replace(
        block,
        args={**inner.args, **block.args},
        title=block.title or inner.title,
        wraps=dataclasses.replace(wraps, call=Inline(wraps.mark, (call,))),
    )


def handed(block: Block, inner: Block, given: dict[str, Any], names: Names) -> Closure:
    """What `$wrapped` is in the body of a block: a call of the inner block with the arguments that the outer one was given.

    Those that were left out stay so, and follow from what arrives where `$wrapped` is called; what the outer block declares anew it hands
    on as it has it.

    Args:
        given: arguments of the call of the outer block.
        names: the values in reach of its body.
    """
    assert block.wraps is not None
    assert block.wraps.call is not None
    reads = {
        arg: names[arg] if given.get(arg) is not None or block.args[arg] is not parameter else None
        for arg, parameter in inner.args.items()
    }
    return Closure(block.wraps.call.body, reads)
