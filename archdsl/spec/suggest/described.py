"""What may be written, each with what it is, what it takes, and where it is from."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from archdsl.exact.shown import written
from archdsl.ops import OPERATORS, Operator
from archdsl.spec.functions import FUNCTIONS
from archdsl.spec.model import Block, Override, Parameter
from archdsl.spec.parameters_in_words import bounds_text, value_text


class Word(NamedTuple):
    """Something that may be written.

    Attributes:
        label: as it is listed, and written.
        kind: key, operator, block, argument, knob, name, function, value, label or file.
        detail: what it takes, in few words.
        doc: what it is, in plain lines.
        follows: what is written behind it, where a key stands.
        brings: the import that it needs.
        needy: whether it is called with arguments that must be given.
    """

    label: str
    kind: str
    detail: str = ""
    doc: str = ""
    follows: str = ": "
    brings: str = ""
    needy: bool = False


def operator(op: type[Operator]) -> Word:
    """An operator, called."""
    lines = [inspect.getdoc(op) or ""]
    if op.fields:
        lines += ["", *[f"{name}: {_field(op, name)}" for name in op.fields]]
    return Word(
        op.word,
        "operator",
        _signature(op.required, op.fields),
        "\n".join(lines),
        ": " if op.fields else ": {}",
        needy=bool(op.required),
    )


def argument(op: type[Operator], name: str) -> Word:
    """An argument of an operator."""
    default = op.fields[name].default
    detail = "must be given" if default is dataclasses.MISSING else _plain(default)
    return Word(name, "argument", detail, f"{op.word}: {_field(op, name)}")


def block(found: Block, where: str, brings: str = "") -> Word:
    """A block, called. `where` it is defined, in words."""
    needed = [name for name, parameter in found.args.items() if parameter.default is None]
    lines = [" ".join(found.doc.split()), f"Defined in {where}." if where else ""]
    lines += [f"{name}: {_parameter(parameter)}" for name, parameter in found.args.items()]
    if brings:
        lines.append(f"Comes with import: [{brings}].")
    doc = "\n".join(line for line in lines if line)
    return Word(found.name, "block", _signature(needed, found.args), doc, ": " if found.args else ": {}", brings, bool(needed))


def parameter(found: Parameter, owner: str) -> Word:
    """An argument of a block."""
    detail = "must be given" if found.default is None else value_text(found.default)
    return Word(found.name, "argument", detail, f"{owner}: {_parameter(found)}")


def knob(found: Parameter | Override, where: str) -> Word:
    """A knob, as a setting names it."""
    doc = getattr(found, "doc", "")
    lines = [" ".join(doc.split()), f"Default {value_text(found.default)}; may be {bounds_text(found) or 'anything'}."]
    lines += ["The source leaves it open."] if getattr(found, "reading", False) else []
    lines += [f"Declared in {where}."] if where else []
    return Word(found.name, "knob", value_text(found.default), "\n".join(line for line in lines if line))


def name(word: Word) -> Word:
    """What a knob or argument is as a value: `$name`."""
    return word._replace(label=f"${word.label}", follows="")


def functions() -> Iterable[Word]:
    """The functions of expressions."""
    for word, function in FUNCTIONS.items():
        yield Word(word, "function", function.wanted, function.doc.replace("`", ""), "(")


def words(listed: Mapping[str, str], kind: str = "key", follows: str = ": ") -> Iterable[Word]:
    """Words of the language with what they mean."""
    for word, doc in listed.items():
        yield Word(word, kind, "", doc, follows)


def values(listed: Iterable[Any], doc: str = "") -> Iterable[Word]:
    """Plain values."""
    for value in listed:
        yield Word(written(value), "value", "", doc, "")


def _signature(needed: Iterable[str], all_: Iterable[str]) -> str:
    """Arguments in brackets, those that must be given first: `out, kernel…`."""
    first = list(needed)
    rest = [word for word in all_ if word not in first]
    shown = [*first, *rest[: max(0, 3 - len(first))]]
    return ", ".join(shown) + ("…" if len(shown) < len(first) + len(rest) else "")


def _field(op: type[Operator], name: str) -> str:
    field = op.fields[name]
    default = "must be given" if field.default is dataclasses.MISSING else f"default {_plain(field.default)}"
    return f"{field.metadata['doc'].replace('`', '')} ({op.kinds[name].name}; {default})"


def _plain(value: Any) -> str:
    """A default as a spec has it: a pair of equal numbers as one."""
    if isinstance(value, (list, tuple)) and value and all(item == value[0] for item in value):
        return _plain(value[0])
    return written(value)


def _parameter(found: Parameter) -> str:
    default = "must be given" if found.default is None else f"default {value_text(found.default)}"
    may = bounds_text(found)
    return "; ".join([part for part in (" ".join(found.doc.split()), may if may != "any" else "", default) if part])


def all_operators() -> list[Word]:
    """Every operator, in the order of the reference."""
    return [operator(op) for op in OPERATORS.values()]
