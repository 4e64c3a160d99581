"""Steps as the data of a spec: mappings, lists and scalars, every scalar as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from archdsl.importer.write.conditions import condition
from archdsl.importer.write.formulas import Formulas
from archdsl.importer.write.parameters import REQUIRED, Parameter
from archdsl.importer.write.steps import ABSENT, ACTIVATION, FORK, GATHER, SPLIT, STAGE, TABLE, Body, Column, Step
from archdsl.importer.write.tables import table
from archdsl.importer.write.units import ACT, CHANNELS, DEPTH, RATE, unit_of
from archdsl.importer.write.values import defaults, text
from archdsl.ops import OPERATORS

Data = Any
"""A mapping, a list, a text, or None for nothing at all."""


@dataclass(eq=False)
class Block:
    """A block that is written, or brought in by an import.

    Attributes:
        parameters: in the order in which they are declared.
        body: its steps as data.
        origin: the file that it is imported from.
        plain: steps of its body, from which other blocks may be made.
    """

    name: str
    parameters: list[Parameter]
    body: list[Data] = field(default_factory=list)
    origin: str = ""
    plain: Body | None = None

    def default(self, name: str) -> Any:
        return next(p.default for p in self.parameters if p.name == name)


@dataclass(eq=False)
class Vocabulary:
    """What words a spec may use: the blocks that it has, and its own defaults for operators."""

    blocks: dict[str, Block] = field(default_factory=dict)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)

    def unit(self, word: str, name: str) -> str:
        if word in self.blocks:
            return next(p.unit for p in self.blocks[word].parameters if p.name == name)
        return unit_of(word, name)

    def is_default(self, word: str, name: str, value: Any) -> bool:
        """Whether a value need not be written."""
        if word in self.blocks:
            known = self.blocks[word].default(name)
        elif name in self.defaults.get(word, {}):
            known = self.defaults[word][name]
        else:
            found = defaults(OPERATORS[word])
            if name not in found:
                return False
            known = found[name]
        return type(known) is type(value) and bool(known == value)

    def first(self, word: str) -> str:
        """The argument that may stand alone."""
        if word in self.blocks:
            return next((p.name for p in self.blocks[word].parameters), "")
        return next(iter(OPERATORS[word].fields), "")


class Renderer:
    """The text of every value of one body, and its steps as data."""

    def __init__(self, body: Body, words: Vocabulary, generic: bool = True, loop: bool = False):
        self.words, self.body = words, body
        self.formulas = Formulas(body, generic, loop)
        self.values: dict[tuple[Step, str], str | None] = {}
        self.whens: dict[Step | Body, str] = {}
        everywhere = (True,) * len(body.into)
        self._fill(body)
        self._conditions(body, everywhere, [])

    def steps(self) -> list[Data]:
        found: list[Data] = []
        for step in self.body.steps:
            found += self._gather(step) if step.word == GATHER else [self._step(step)]
        return found

    def _gather(self, step: Step) -> list[Data]:
        """Layers over all that was made before, and all of that."""
        (layer,) = [self._step(inner) for inner in step.paths[0].steps]
        makes = {**(layer if isinstance(layer, dict) else {layer: {}}), "as": {"append": "made"}}
        join = {"concat": {}, "from": ["in", "made"]}
        return [{STAGE: "layers", "repeat": self.values[step, "repeat"], "body": [join, makes]}, join]

    def parameters(self) -> list[Parameter]:
        """What the body asks for, what must be given first."""
        found = self.formulas.used
        for parameter in found:
            parameter.settle()
        return sorted(found, key=lambda p: bool(p.formula) or p.default is not REQUIRED)

    def _fill(self, body: Body, path: int = 0) -> None:
        """Find what stands for every value, in order.

        Args:
            path: number of the path, from 1, where paths are concatenated.
        """
        for step in body.steps:
            if step.word == STAGE:
                continue
            word = step.name or step.word
            if path:
                word = f"path{path}" if step is body.steps[-1] else f"reduce{path}"
            for name, column in step.args.items():
                self.values[step, name] = self._value(step, name, column, word)
            repeats = [count for count in step.repeat if count is not ABSENT]
            if any(count != 1 for count in repeats):
                self.values[step, "repeat"] = self.formulas.find(step.repeat, step.into, "repeat", DEPTH)
            for number, inner in enumerate(step.paths, 1):
                self._fill(inner, number if step.join[0] == "concat" and step.word == FORK else path)

    def _value(self, step: Step, name: str, column: Column, called: str) -> str | None:
        word, into = step.word, _steady(step)
        given = [value for value in column if value is not ABSENT]
        if word == ACTIVATION:
            if not all(step.present):
                column = tuple(None if value is ABSENT else value for value in column)
            return self.formulas.find(column, into, "nl", ACT)
        if word == SPLIT:
            return self._share(step, column)
        if self.words.unit(word, name) == RATE and word not in self.words.blocks and len(set(given)) > 1:
            none = type(given[0])(0)
            column = tuple([none if value is ABSENT else value for value in column])
            given = list(column)
        if all(self.words.is_default(word, name, value) for value in given):
            return None
        return self.formulas.find(column, into, name, self.words.unit(word, name), called)

    def _conditions(self, body: Body, parent: Column, around: list[str]) -> None:
        for step in body.steps:
            there = tuple(bool(a and b) for a, b in zip(parent, step.present, strict=True))
            if there != parent:
                self.whens[step] = self._when(step, parent, body)
            if step.word == STAGE:
                continue
            for path in step.paths:
                inner = tuple(bool(a and b) for a, b in zip(there, path.present, strict=True))
                if inner != there:
                    words = ["shortcut"] if not path.steps else [path.steps[0].word, "path"]
                    self.whens[path] = condition(self.formulas, inner, there, step.into, words)
                self._conditions(path, inner, around)

    def _when(self, step: Step, parent: Column, body: Body) -> str:
        if step.word == ACTIVATION:
            return f"given({self.values[step, 'nl']})"
        word = "expand" if step is body.steps[0] and "conv" in step.word else _word(step)
        repeated = (step, "repeat") in self.values
        words = [word if word.isidentifier() else "extra", f"has_{word}"]
        return condition(self.formulas, step.present, parent, step.into, words, not repeated)

    def _step(self, step: Step) -> Data:
        if step.word in (FORK, SPLIT):
            data = self._parallel(step)
        elif step.word == STAGE:
            data = self._stage(step)
        elif step.word == TABLE:
            data = {TABLE: table(step.paths[0], self.words)}
        else:
            data = self._call(step)
        more: dict[str, Data] = {}
        if step in self.whens:
            more["when"] = self.whens[step]
        if (step, "repeat") in self.values:
            more["repeat"] = self.values[step, "repeat"]
        if step.reads:
            more["from"] = self._labels(step.reads)
        if step.labels:
            more["as"] = self._labels(step.labels)
        if step.share:
            more["share"] = step.share
        if not more:
            return data
        return {**(data if isinstance(data, dict) else {data: {}}), **more}

    def _labels(self, labels: tuple[str, ...]) -> Data:
        names = [self.body.names.get(label, label) for label in labels]
        return names[0] if len(names) == 1 else names

    def _call(self, step: Step) -> Data:
        given = {name: value for name in step.args if (value := self.values[step, name]) is not None}
        if step.word == ACTIVATION:
            return given["nl"]
        if not given:
            return step.word
        first = self.words.first(step.word)
        alone = list(given) == [first] and (first == "out" or not given[first].startswith(("~", "[")))
        return {step.word: given[first] if alone else given}

    def _parallel(self, step: Step) -> Data:
        paths = [self._path(path) for path in step.paths]
        names = _path_names(step)
        join, axis = step.join
        data: dict[str, Data] = {step.word: self._shares(step) if step.word == SPLIT else None}
        data["paths"] = dict(zip(names, paths, strict=True)) if names else paths
        data["join"] = {join: {"axis": text(axis)}} if axis is not None else join
        return data

    def _path(self, path: Body) -> Data:
        steps: Data = [self._step(step) for step in path.steps]
        if path in self.whens:
            return {"when": self.whens[path], "body": steps}
        return (
            steps[0]
            if len(steps) == 1 and isinstance(steps[0], dict) and "fork" not in steps[0] and "split" not in steps[0]
            else steps
        )

    def _share(self, step: Step, column: Column) -> str:
        """Channels of a path of a split: a share of those that arrive where it is one everywhere, or a count."""
        pairs = [(value, n) for value, n in zip(column, step.into, strict=True) if value is not ABSENT]
        first, n = pairs[0]
        if first == 1 or (self.formulas.generic and all(value * n == first * other for value, other in pairs)):
            return str(Fraction(first, n))
        return self.formulas.find(column, step.into, "first", CHANNELS, "first")

    def _shares(self, step: Step) -> Data:
        columns = list(step.args.values())
        if all(column == columns[0] for column in columns):
            return "even"
        return [*[self.values[step, name] for name in list(step.args)[:-1]], "rest"]

    def _stage(self, step: Step) -> Data:
        inner = Renderer(step.paths[0], self.words, generic=False, loop=True)
        lists = {}
        for parameter in inner.formulas.used:
            present = [value for value in parameter.column if value is not ABSENT]
            column = [present[0] if value is ABSENT else value for value in parameter.column]
            lists[parameter.name] = [text(value) for value in column]
        body = inner.steps()
        data: dict[str, Data] = {STAGE: "stage$i"}
        if lists:
            data["for"] = lists
        else:
            data["repeat"] = str(len(step.paths[0].into))
        data["body"] = body
        return data


def _steady(step: Step) -> Column:
    """Channels that arrive at a step, where every round of it has the same."""
    out = step.args.get("out", step.into)
    return tuple([ABSENT if times != 1 and made != n else n for n, made, times in zip(step.into, out, step.repeat, strict=True)])


def _word(step: Step) -> str:
    """What a truth is called that says whether a step is there."""
    if step.word == FORK and step.join[0] == "mul":
        pools = any(inner.word == "adaptive_pool" for path in step.paths for inner in path.steps)
        return "se" if pools else "gated"
    return "branch" if step.word == FORK else step.name or step.word


def _path_names(step: Step) -> list[str]:
    """Names of the paths, where they are a path beside a shortcut or a gate."""
    empty = [not path.steps for path in step.paths]
    if step.word == FORK and len(empty) == 2 and step.join[0] in ("add", "mul"):
        names = ["learned", "shortcut"] if step.join[0] == "add" else ["gate", "passed"]
        if empty == [False, True]:
            return names
        if empty == [True, False]:
            return names[::-1]
        if step.join[0] == "add":
            counts = [len(path.steps) for path in step.paths]
            brief = [all(not all(inner.present) for inner in path.steps) for path in step.paths]
            if brief == [False, True] or (not any(brief) and counts[1] < min(counts[0], 3)):
                return names
            if brief == [True, False] or (not any(brief) and counts[0] < min(counts[1], 3)):
                return names[::-1]
    return []
