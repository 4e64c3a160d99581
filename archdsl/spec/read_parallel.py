"""Splits and forks: the shares, the paths, and the join that closes them."""

from __future__ import annotations

from archdsl.errors import Fix, Hint, Mark
from archdsl.spec.model import PLAIN, Call, Parallel, Path, Value
from archdsl.spec.read_modifiers import MODIFIERS, Loop, loop, modifiers
from archdsl.spec.read_values import kind
from archdsl.spec.reading import Reading
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

_KEYS = ("paths", "path", "join", *MODIFIERS)


def parallel(reading: Reading, node: Mapping, key: Scalar, head: Node) -> Parallel | None:
    """A split or a fork; None where it has no join to close it."""
    word = key.text
    reading.values.keys(node, (word, *_KEYS), f"a {word}")
    shares = _shares(reading, head, word)
    paths, repeated = _branches(reading, node, key)
    join = node.get("join")
    if join is None:
        if reading.values.lacks(node, "join"):
            joins = [Fix("add", text=f"join: {name}") for name in ("concat", "add", "mul")]
            reading.report.error(f"a {word} needs a 'join': concat, add or mul", key.mark, Hint("", *joins))
        return None
    joined = reading.step(join)
    if not isinstance(joined, Call):
        reading.report.error("'join' must be an operator that takes several inputs", join.mark)
        return None
    if joined.mods is not PLAIN:
        reading.report.error("a join takes no modifiers", join.mark, f"they stand beside '{word}'")
    mods = modifiers(reading, node, without="for")
    return Parallel(mark=key.mark, kind=word, shares=shares, paths=paths, join=joined, loop=repeated, mods=mods)


def _branches(reading: Reading, node: Mapping, key: Scalar) -> tuple[tuple[Path, ...], Loop]:
    """The paths as they are written, and the loop that makes several of one."""
    one, several, rounds = node.get("path"), node.get("paths"), node.get("for")
    repeated = loop(reading, rounds) if rounds is not None else ()
    if one is not None and several is None:
        if rounds is None:
            reading.report.error("'path' needs 'for', which says how many", key.mark, "write 'paths: [[…], […]]' to give each")
        return (_path(reading, one, one.mark),), repeated
    if one is not None or several is None:
        if one is not None or reading.values.lacks(node, "paths"):
            text = f"a {key.text} needs either 'paths' (a list) or 'path' with 'for' (one for each round)"
            reading.report.error(text, key.mark)
        return (), repeated
    if rounds is not None:
        reading.report.error("'for' makes several paths of one 'path', here are 'paths'", rounds.mark)
    return _paths(reading, several, key.text), ()


def _paths(reading: Reading, node: Node, word: str) -> tuple[Path, ...]:
    """Paths in a list, or with names in a mapping."""
    if isinstance(node, Mapping) and node.pairs:
        named = [(key, value) for key, value in node.pairs if reading.values.name(key, "a path")]
        return tuple(_path(reading, value, key.mark, key.text) for key, value in named)
    listed = reading.values.sequence(node, "'paths'")
    if listed is not None and not listed.items:
        reading.report.error(f"a {word} without paths", node.mark)
    return tuple(_path(reading, item, item.mark) for item in listed.items) if listed else ()


def _path(reading: Reading, node: Node, mark: Mark, name: str | None = None) -> Path:
    """One path: its steps, or `{when: condition, body: steps}` where it may be absent."""
    body = node.get("body") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or body is None or node.get("stage") is not None:
        return Path(mark=mark, name=name, body=reading.body(node))
    reading.values.keys(node, ("when", "body"), "a path")
    when = node.get("when")
    return Path(mark=mark, name=name, body=reading.body(body), when=reading.values.condition(when) if when is not None else None)


def _shares(reading: Reading, node: Node, word: str) -> tuple[Value, ...] | None:
    """The shares of a split; None where it is even, and for a fork, which has none."""
    if word == "fork":
        if kind(node) != "nothing":
            hint = Hint(
                "write 'fork:' with nothing after it, or split to share the channels out",
                *([Fix("write", node.mark.text)] if isinstance(node, Scalar) else ()),
            )
            reading.report.error(f"a fork gives every path all channels, {kind(node)} came", node.mark, hint)
        return None
    if isinstance(node, Sequence):
        return tuple(reading.values.value(item) for item in node.items)
    if not isinstance(node, Scalar) or node.text != "even":
        example = "for example: split: [1/2, rest]"
        reading.report.error(f"'split' takes even or a list of shares, {kind(node)} came", node.mark, example)
    return None
