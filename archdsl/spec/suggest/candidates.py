"""What may stand at a place: one function for each kind of place, in two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archdsl.ops import OPERATORS
from archdsl.ops.activation import Activation
from archdsl.ops.arguments import is_optional
from archdsl.spec.initialisation import DEFAULTS, FANS, allowed
from archdsl.spec.initialisation import WORDS as RULES
from archdsl.spec.locate import candidates as importable
from archdsl.spec.model import Block, Parameter
from archdsl.spec.parameters_in_words import value_text
from archdsl.spec.suggest import described, keys, region
from archdsl.spec.suggest.described import Word
from archdsl.spec.suggest.known import Known, zoo_blocks
from archdsl.spec.suggest.meaning import Meaning, beside
from archdsl.spec.suggest.names import expression, names
from archdsl.spec.suggest.spot import Spot
from archdsl.spec.synonyms import meant_argument

_ACTIVATIONS = [word for word, op in OPERATORS.items() if issubclass(op, Activation) and not op.required]


@dataclass(frozen=True)
class Place:
    """A place in a text, and what the text knows.

    Attributes:
        path: of the file, beside which imports are looked for.
    """

    lines: list[str]
    spot: Spot
    meaning: Meaning
    known: Known
    path: Path | None


Words = Iterable[Word]


def candidates(place: Place) -> list[Word]:
    """Everything that may stand at a place, whatever is written there so far."""
    role, kind = place.spot.role, place.meaning.kind
    found: list[Word] = []
    if role in ("key", "either") and kind in _KEYS:
        found += _KEYS[kind](place)
    if role in ("value", "either") and kind in _VALUES:
        found += _VALUES[kind](place)
    first: dict[str, Word] = {}
    for word in found:
        first.setdefault(word.label, word)
    return list(first.values())


# -- keys ------------------------------------------------------------------------------------------------------------------------


def callable_words(place: Place) -> Iterator[Word]:
    """Blocks that are known, operators, and blocks of the zoo that an import would bring."""
    known = place.known
    for name, block in known.blocks.items():
        yield described.block(block, known.places[name])
    yield from described.all_operators()
    for name, (block, file) in zoo_blocks().items():
        if name not in known.blocks:
            yield described.block(block, file, file)


def _step(place: Place) -> Words:
    given = place.spot.given if place.spot.role == "key" else ()
    if any(key not in keys.MODIFIERS for key in given):
        return described.words(beside(given))
    return [*callable_words(place), *_references(place), *described.words(keys.STRUCTURE), *described.words(keys.MODIFIERS)]


def _references(place: Place) -> Iterator[Word]:
    """Arguments and knobs that hold a block, which are called as `$name`."""
    own = place.known.blocks.get(place.meaning.block)
    for name, found in {**place.known.knobs, **(own.args if own is not None else {})}.items():
        if isinstance(found, Parameter) and found.type == "block":
            yield Word(f"${name}", "name", "a block", found.doc)


def _arguments(place: Place) -> Words:
    owner = place.meaning.owner
    if owner in OPERATORS:
        return [described.argument(OPERATORS[owner], name) for name in OPERATORS[owner].fields]
    block = _block(place, owner)
    return [described.parameter(found, owner) for found in block.args.values()] if block is not None else []


def _block(place: Place, name: str) -> Block | None:
    shipped = zoo_blocks().get(name)
    return place.known.blocks.get(name) or (shipped[0] if shipped is not None else None)


def _parameters(place: Place) -> Words:
    known = place.known
    return [described.knob(found, known.places.get(name, "")) for name, found in known.knobs.items()]


def _titled(place: Place) -> Words:
    called = [*place.known.blocks, *OPERATORS]
    return [Word(word, "key", "", "Its printed name.") for word in (*_all_columns(place), *called)]


def _edited(place: Place) -> Words:
    found = [Word(column, "key", "column", "The cell of this column.") for column in _all_columns(place)]
    return [*found, *described.words(keys.MODIFIERS)]


def _all_columns(place: Place) -> list[str]:
    """The columns of the tables of the text and of what it extends."""
    return list(dict.fromkeys([*region.all_columns("\n".join(place.lines)), *place.known.columns]))


def _scaled(place: Place) -> Words:
    columns = region.columns(place.lines, place.spot.first) or region.all_columns("\n".join(place.lines))
    return [Word(word, "key", "column", "A formula of $value, the printed number.") for word in columns if word != "op"]


def _path(place: Place) -> Words:
    return [*described.words(keys.PATH), *_step(place)]


_KEYS: dict[str, Callable[[Place], Words]] = {
    "file": lambda place: described.words(keys.FILE),
    "knobs": _parameters,
    "knob": lambda place: described.words(keys.KNOB),
    "parameter": lambda place: described.words(keys.PARAMETER),
    "block": lambda place: described.words(keys.BLOCK),
    "body": _step,
    "step": _step,
    "join": lambda place: [described.operator(op) for op in OPERATORS.values() if op.joins],
    "path": _path,
    "arguments": _arguments,
    "argument": _step,
    "table": lambda place: described.words(keys.TABLE),
    "scale": _scaled,
    "row": lambda place: described.words({"stage": "Opens a stage; ~ ends it."}),
    "rows": lambda place: described.words({"stage": "Opens a stage; ~ ends it."}),
    "edit": _edited,
    "defaults": lambda place: described.all_operators(),
    "init": lambda place: described.words(dict.fromkeys(DEFAULTS, "How weights of this kind begin.")),
    "rule": lambda place: described.words({word: RULES[word].doc for word in _rules(place) if RULES[word].parameter}),
    "figure": lambda place: described.words(keys.FIGURE),
    "figures": lambda place: described.words(keys.FIGURE),
    "titles": _titled,
    "space": _parameters,
}

# -- values ----------------------------------------------------------------------------------------------------------------------


def _rules(place: Place) -> list[str]:
    return allowed(place.meaning.name) if place.meaning.name in DEFAULTS else []


def _called(place: Place) -> Words:
    return [word._replace(follows="") for word in (*callable_words(place), *_references(place))]


def _argument(place: Place) -> Words:
    """Values of an argument of an operator or block."""
    owner, name = place.meaning.owner, place.meaning.name
    if owner in OPERATORS:
        op = OPERATORS[owner]
        return _of_operator(place, owner, name or next(iter(op.fields), ""))
    block = _block(place, owner)
    if block is None:
        return expression(place)
    found = block.args.get(name or next(iter(block.args), ""))
    return [*_of_parameter(place, found), *expression(place)] if found is not None else []


def _of_operator(place: Place, owner: str, name: str) -> Words:
    op = OPERATORS[owner]
    if name not in op.fields:
        return []
    kind = op.kinds[name]
    doc = described.argument(op, name).doc
    schemas = [kind.schema, *kind.schema.get("anyOf", ())]
    found = [value for schema in schemas for value in schema.get("enum", ())]
    if any(schema.get("type") == "boolean" for schema in schemas):
        found += [True, False]
    found += [None] if is_optional(kind) else []
    return [*described.values(found, doc), *(names(place) if found else expression(place))]


def _of_parameter(place: Place, found: Parameter) -> Iterator[Word]:
    doc = described.parameter(found, place.meaning.owner).doc
    if found.choices:
        yield from described.values(found.choices, doc)
    elif found.type == "bool":
        yield from described.values([True, False], doc)
    elif found.type == "block":
        yield from _called(place)
    elif meant_argument(found.name, ["nl"]) is not None:
        yield from [described.operator(OPERATORS[word])._replace(follows="") for word in _ACTIVATIONS]
    if found.default is not None and value_text(found.default) == "~":
        yield from described.values([None], doc)


def _default(place: Place) -> Words:
    found = place.known.knobs.get(place.meaning.name) if place.spot.path[:1] == ("knobs",) else None
    listed = list(_of_parameter(place, found)) if isinstance(found, Parameter) else []
    return [*listed, *expression(place)]


def _imports(place: Place) -> Words:
    root = place.path.parent.resolve() if place.path is not None else None
    own = place.path.stem if place.path is not None else ""
    for target in sorted(dict.fromkeys(importable(root)), key=lambda target: not target.startswith("blocks/")):
        if target != own:
            brought = ", ".join(name for name, (_, file) in zoo_blocks().items() if file == target)
            yield Word(target, "file", "", f"Blocks: {brought}." if brought else "", "")


def _extends(place: Place) -> Words:
    return [word for word in _imports(place) if not word.label.startswith("blocks/")]


def _labels(place: Place) -> Words:
    given = region.labels(region.region(place.lines, place.spot))
    doc = "Label of an earlier step."
    return [
        Word("in", "label", "", "What arrives at the block or net.", ""),
        *[Word(word, "label", "", doc, "") for word in given],
    ]


def _columns(place: Place) -> Words:
    called = [described.operator(op) for op in OPERATORS.values()]
    args = {name: word.label for word in called for name in OPERATORS[word.label].fields}
    for name, block in place.known.blocks.items():
        args |= dict.fromkeys(block.args, name)
    words = {"op": "The operator or block of each row.", **{name: f"Argument of {owner}." for name, owner in args.items()}}
    return described.words({**words, **keys.MODIFIERS}, "argument", "")


def _cell(place: Place) -> Words:
    """A cell: the operator or block of its row, or an argument of that."""
    columns = region.columns(place.lines, place.spot.first)
    at = place.spot.path[-1] if place.spot.path else ""
    column = columns[at] if isinstance(at, int) and at < len(columns) else ""
    if column == "op" or not columns:
        return _called(place)
    row, op = place.spot.given, columns.index("op") if "op" in columns else 0
    owner = row[op] if op < len(row) else ""
    empty = list(described.values([None], "Not given."))
    if column in keys.MODIFIERS:
        return [*expression(place), *empty]
    there = Place(place.lines, place.spot, place.meaning.to("argument", owner, column), place.known, place.path)
    return [*_argument(there), *empty]


_VALUES: dict[str, Callable[[Place], Words]] = {
    "import": _imports,
    "extends": _extends,
    "version": lambda place: described.values([1], "Version of the language."),
    "type": lambda place: described.words(keys.TYPES, "value", ""),
    "parameter": lambda place: [*described.words(keys.TYPES, "value", ""), *expression(place)],
    "truth": lambda place: described.values([True, False]),
    "default": _default,
    "knob": _default,
    "wraps": lambda place: [described.block(found, place.known.places[name]) for name, found in place.known.blocks.items()],
    "body": _called,
    "step": _called,
    "path": _called,
    "join": lambda place: [described.operator(op)._replace(follows="") for op in OPERATORS.values() if op.joins],
    "arguments": _argument,
    "argument": _argument,
    "condition": expression,
    "formula": expression,
    "scaling": expression,
    "shares": lambda place: [*described.values(["even"], "All paths get as many channels."), *expression(place)],
    "labels": _labels,
    "columns": _columns,
    "cell": _cell,
    "edited": lambda place: [*_called(place), *described.values([None, True, False])],
    "rule": lambda place: described.words({word: RULES[word].doc for word in _rules(place)}, "value", ""),
    "fan": lambda place: described.values(FANS),
    "input": expression,
}
