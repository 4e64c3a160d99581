"""A line of Python that makes a network."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from keyword import iskeyword
from typing import Any

from archdsl.cost.dtypes import USUAL
from archdsl.design import Design
from archdsl.exact.shown import written
from archdsl.spec.locate import is_shipped, zoo

_NOTHING = object()


def code(net: Design, start: Design) -> str:
    """The line that makes a network: `archdsl.load("dpnet", width=0.75)`.

    Where no file holds its spec, or there is more to it than a line can say (limits, chosen forms), it is made of the network that
    it comes from, which the line calls `net`. A fraction that no decimal gives is a `Fraction` of the standard library.

    Args:
        start: the network that it comes from by `set`.
    """
    target = _target(net)
    if target is None or net.limits is not None or net.chosen or not all(map(_is_plain, net.settings.values())):
        changed = {name: value for name, value in net.settings.items() if start.settings.get(name, _NOTHING) != value}
        return f"net.set({_arguments(changed)})" if changed else "net"
    made = f"archdsl.load({', '.join(filter(None, (_word(target), _arguments(net.settings))))})"
    made += f".batched({net.batch})" if net.batch != 1 else ""
    made += f".typed({_word(net.dtype)})" if net.dtype != USUAL else ""
    return made + (".optimized()" if net.chosen is not None else "")


def _target(net: Design) -> str | None:
    """What `load` takes for a spec; None where no file holds the text."""
    source = net.base.source
    try:
        if source.path is None or source.path.read_text(encoding="utf-8") != source.text:
            return None
    except (OSError, UnicodeDecodeError):
        return None
    if is_shipped(source):
        return source.path.resolve().relative_to(zoo().resolve()).with_suffix("").as_posix()
    return str(source.path)


def _arguments(settings: Mapping[str, Any]) -> str:
    """Settings as arguments of a call: those whose names Python does not take, such as cells, in a mapping."""
    plain = [f"{name}={_literal(value)}" for name, value in settings.items() if _is_name(name)]
    others = [f"{_word(name)}: {_literal(value)}" for name, value in settings.items() if not _is_name(name)]
    return ", ".join([*plain, *([f"**{{{', '.join(others)}}}"] if others else [])])


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, Fraction))


def _literal(value: Any) -> str:
    """A value as Python writes it, exactly."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, Fraction):
        decimal = written(value)
        return decimal if "/" not in decimal else f"Fraction({value.numerator}, {value.denominator})"
    return repr(value)


def _word(text: str) -> str:
    """A text in double quotes, as people write it."""
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'
