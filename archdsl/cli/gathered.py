"""Options of a command that belong together, gathered into one argument: a frozen dataclass whose fields say their options.

@dataclass(frozen=True)
class Target:
    output: Path | None = given(click.option("-o", "--output", help="..."))

@click.command("draw")
@gathered("target", Target)
def command(target: Target) -> None: ...
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
OPTION = "option"


def given(option: Callable[[Any], Any]) -> Any:
    """A field of a dataclass that an option fills: a decorator, of click or one in `archdsl.cli`, that stores under the field's name."""
    return dataclasses.field(metadata={OPTION: option})


def gathered(name: str, kind: type[Any], **others: Callable[[Any], Any]) -> Callable[[F], F]:
    """A decorator: the command takes the options of a dataclass, and gets them as one argument of this name.

    Args:
        others: options in the place of those that fields say, by field.
    """
    fields = dataclasses.fields(kind)

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(**values: Any) -> Any:
            values[name] = kind(**{field.name: values.pop(field.name) for field in fields})
            return function(**values)

        for field in reversed(fields):
            others.get(field.name, field.metadata[OPTION])(wrapper)
        return wrapper  # type: ignore[return-value]

    return decorate
