"""Options that belong together reach a command as one value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from archdsl.cli.common import F

Option = Callable[[Any], Any]
"""What `click.option` gives."""


def bundled(argument: str, kind: type, *options: Option) -> Callable[[F], F]:
    """Give a command these options as one argument, a dataclass whose fields have the names of their values.

    Args:
        argument: name of the argument.
        kind: the dataclass.
        options: in the order in which the help shows them.
    """
    names = [field.name for field in fields(kind)]

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **values: Any) -> Any:
            values[argument] = kind(**{name: values.pop(name) for name in names})
            return function(*args, **values)

        return wrapper  # type: ignore[return-value]

    return decorate
