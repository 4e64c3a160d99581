"""`--limits`, and the variables of the environment that say the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import click

from archdsl.errors import clip, unknown
from archdsl.ir.limits import Limits
from archdsl.spec.yaml import TextLimits

F = TypeVar("F", bound=Callable[..., Any])


class Bound(NamedTuple):
    """A bound of reading and elaboration that may be raised."""

    usual: int
    doc: str


BOUNDS = {
    "nodes": Bound(Limits().nodes, "operators that a network may have"),
    "steps": Bound(Limits().steps, "steps that may be taken to put it together"),
    "bytes": Bound(TextLimits().bytes, "bytes that a file may have"),
    "values": Bound(TextLimits().nodes, "values that a file may hold, every alias counted in full"),
}
VARIABLE = "ARCHDSL_MAX_"
"""With the name of a bound in capitals: a variable of the environment."""


def limit_options(function: F) -> F:
    """`--limits`, as one argument `limits`. Bounds are raised for very large networks."""
    text = "Raise bounds for a very large network: nodes=1000000,steps=...; `archdsl --help` lists them."
    return click.option("--limits", "limits", default="", metavar="NAME=N,...", callback=_read, help=text)(function)


def limits_text() -> list[tuple[str, str]]:
    """Every bound with its usual value and its variable, for the help of the program."""
    return [(f"{name}={bound.usual}", f"{bound.doc}; {VARIABLE}{name.upper()}") for name, bound in BOUNDS.items()]


def _read(ctx: click.Context, param: click.Parameter, text: str) -> Limits:
    found = {}
    for name in BOUNDS:
        variable = VARIABLE + name.upper()
        if said := os.environ.get(variable):
            found[name] = _number(variable, said)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, said = (piece.strip() for piece in part.partition("="))
        if name not in BOUNDS:
            raise click.BadParameter("; ".join(filter(None, unknown("limit", name, BOUNDS))), ctx, param)
        found[name] = _number(f"--limits {name}", said)
    return _limits(found)


def _number(what: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 15 or int(text) < 1:
        raise click.UsageError(f"{what} is a whole number above 0, '{clip(text)}' came")
    return int(text)


def _limits(found: Mapping[str, int]) -> Limits:
    bound = {name: found.get(name, usual.usual) for name, usual in BOUNDS.items()}
    return Limits(nodes=bound["nodes"], steps=bound["steps"], text=TextLimits(bytes=bound["bytes"], nodes=bound["values"]))
