"""Nodes to steps: calls, splits and forks, stages."""

from __future__ import annotations

import re

from archdsl.errors import Mark
from archdsl.spec.model import PLAIN, Body, Call, Parallel, Path, Stage, Step, Value
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.read_table import TableReader
from archdsl.spec.read_values import kind
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

__all__ = ["MODIFIERS", "STRUCTURE", "StepReader"]

PARALLEL = ("split", "fork")
STRUCTURE = (*PARALLEL, "stage", "table")
_PARALLEL_KEYS = ("paths", "path", "join", *MODIFIERS)
_REFERENCE = re.compile(r"\$[A-Za-z_]\w*\Z", re.ASCII)


class StepReader(TableReader):
    """Reads bodies of nets, blocks and paths. A step that cannot be read becomes a call without a target."""

    def body(self, node: Node) -> Body:
        """Steps: a list of them, or one alone."""
        if isinstance(node, Scalar) and node.value is None:
            return ()
        items = node.items if isinstance(node, Sequence) else [node]
        return tuple(self.step(item) for item in items)

    def step(self, node: Node) -> Step:
        if isinstance(node, Mapping):
            return self.keyed(node) or Call(mark=node.mark, target="", mods=self.modifiers(node))
        if isinstance(node, Sequence):
            hint = "rows stand under `table: {columns, rows}`"
            self.report.error("a step is an operator or a block, a list came", node.mark, hint)
            return Call(mark=node.mark, target="")
        if node.value is None:
            hint = "an operator or a block, such as `- norm` or `- conv: {out: 16}`"
            self.report.error("a step is missing", node.mark, hint)
        return Call(mark=node.mark, target=self.word(node))

    def word(self, node: Scalar) -> str:
        """The target of a call: a word, or `$name`."""
        if "$" in node.text and not _REFERENCE.match(node.text):
            self.report.error(f"'{node.text}' is no operator, block or $name", node.mark)
            return ""
        return node.text if node.value is not None else ""

    def keyed(self, node: Mapping) -> Step | None:
        structure = next(((key, value) for key, value in node.pairs if key.text in STRUCTURE), None)
        if structure is None:
            return self.call(node)
        key, value = structure
        if key.text in PARALLEL:
            return self.parallel(node, key, value)
        return self.stage(node, key, value) if key.text == "stage" else self.table(node, key, value)

    def call(self, node: Mapping) -> Call | None:
        heads = [(key, value) for key, value in node.pairs if key.text not in MODIFIERS]
        if not heads:
            self.report.error("a step without an operator or a block", node.mark)
            return None
        if len(heads) > 1:
            names = " and ".join(f"'{key.text}'" for key, _ in heads[:3])
            hint = f"each step has one operator or block; beside it stand only {', '.join(MODIFIERS)}"
            self.report.error(f"one step with {names}", heads[1][0].mark, hint)
            return None
        key, value = heads[0]
        args, marks, positional = self.arguments(value)
        mods = self.modifiers(node)
        return Call(mark=key.mark, target=self.word(key), args=args, arg_marks=marks, positional=positional, mods=mods)

    def arguments(self, node: Node) -> tuple[dict[str, Value], dict[str, Mark], Value | None]:
        """Arguments by name, their marks, and a value that stands alone."""
        if isinstance(node, Mapping):
            args = {key.text: self.values.value(value) for key, value in node.pairs}
            return args, {key.text: key.mark for key, _ in node.pairs}, None
        if isinstance(node, Scalar) and node.value is None:
            return {}, {}, None
        return {}, {}, self.values.value(node)

    # -- split and fork --------------------------------------------------------------------------------------------------------

    def parallel(self, node: Mapping, key: Scalar, head: Node) -> Parallel | None:
        word = key.text
        self.values.keys(node, (word, *_PARALLEL_KEYS), f"a {word}")
        shares = self.shares(head, word)
        paths, loop = self.branches(node, key)
        join = node.get("join")
        if join is None:
            self.report.error(f"a {word} needs a 'join': concat, add or mul", key.mark)
            return None
        joined = self.step(join)
        if not isinstance(joined, Call):
            self.report.error("'join' must be an operator that takes several inputs", join.mark)
            return None
        if joined.mods is not PLAIN:
            self.report.error("a join takes no modifiers", join.mark, f"they stand beside '{word}'")
        mods = self.modifiers(node, without="for")
        return Parallel(mark=key.mark, kind=word, shares=shares, paths=paths, join=joined, loop=loop, mods=mods)

    def branches(self, node: Mapping, key: Scalar) -> tuple[tuple[Path, ...], tuple[tuple[str, Value], ...]]:
        """The paths as they are written, and the loop that makes several of one."""
        one, several, rounds = node.get("path"), node.get("paths"), node.get("for")
        loop = self.loop(rounds) if rounds is not None else ()
        if one is not None and several is None:
            if rounds is None:
                self.report.error("'path' needs 'for', which says how many", key.mark, "write 'paths: [[…], […]]' to give each")
            return (Path(mark=one.mark, name=None, body=self.body(one)),), loop
        if one is not None or several is None:
            text = f"a {key.text} needs either 'paths' (a list) or 'path' with 'for' (one for each round)"
            self.report.error(text, key.mark)
            return (), loop
        if rounds is not None:
            self.report.error("'for' makes several paths of one 'path', here are 'paths'", rounds.mark)
        return self.paths(several, key.text), ()

    def paths(self, node: Node, word: str) -> tuple[Path, ...]:
        """Paths in a list, or with names in a mapping."""
        if isinstance(node, Mapping) and node.pairs:
            named = [(key, value) for key, value in node.pairs if self.values.name(key, "a path")]
            return tuple(Path(mark=key.mark, name=key.text, body=self.body(value)) for key, value in named)
        listed = self.values.sequence(node, "'paths'")
        if listed is not None and not listed.items:
            self.report.error(f"a {word} without paths", node.mark)
        return tuple(Path(mark=item.mark, name=None, body=self.body(item)) for item in listed.items) if listed else ()

    def shares(self, node: Node, word: str) -> tuple[Value, ...] | None:
        """The shares of a split; None where it is even, and for a fork, which has none."""
        if word == "fork":
            if kind(node) != "nothing":
                hint = "write 'fork:' with nothing behind it, or split to share the channels out"
                self.report.error(f"a fork gives every path all channels, {kind(node)} came", node.mark, hint)
            return None
        if isinstance(node, Sequence):
            return tuple(self.values.value(item) for item in node.items)
        if not isinstance(node, Scalar) or node.text != "even":
            hint = "for example: split: [1/2, rest]"
            self.report.error(f"'split' takes even or a list of shares, {kind(node)} came", node.mark, hint)
        return None

    # -- stages ----------------------------------------------------------------------------------------------------------------

    def stage(self, node: Mapping, key: Scalar, head: Node) -> Stage | None:
        self.values.keys(node, ("stage", "body", "end", *MODIFIERS), "a stage")
        name = self.values.label(head, "the name of a stage")
        body, end = node.get("body"), node.get("end")
        if body is None:
            self.report.error("a stage needs a 'body'", key.mark)
        if name is None or body is None:
            return None
        mods = self.modifiers(node)
        return Stage(mark=key.mark, name=name, body=self.body(body), end=self.body(end) if end else (), mods=mods)
