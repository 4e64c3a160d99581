"""Submodules of equal structure become one class; the numbers in which they differ become arguments of its constructor."""

from __future__ import annotations

import keyword
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from torch import nn

from archdsl.compilers.source.functions import expression, padded, taken
from archdsl.compilers.source.modules import made
from archdsl.compilers.source.naming import base_name, name_classes
from archdsl.compilers.source.parameters import Parameter, parametrise
from archdsl.compilers.source.parts import Argument, Made, NoForm, Ref, Slot, text_key
from archdsl.compilers.source.runs import Span, runs, spans_of, together
from archdsl.compilers.source.shared import Sharing
from archdsl.compilers.source.structure import Entry, Source, SourceClass
from archdsl.compilers.source.tree import Submodule, tree
from archdsl.compilers.torch.names import attribute, class_name
from archdsl.compilers.torch.rule import Layer
from archdsl.compilers.torch.rules import RULES
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ops.readers import Reader
from archdsl.ops.shapes import channel_axis

SOURCE = Reader("Python source", __name__)

TAKEN = frozenset(["self", "x", "i", "nn", "torch", "functional", "range", "type"])
"""Names that a constructor needs otherwise."""


def classes(graph: Graph) -> list[SourceClass]:
    """The classes of a network, those first that others are made of; the last is the network.

    Raises:
        BackendError: an operator has no form in Python source, or submodules cannot be told apart.
    """
    root = tree(graph)
    return _Classes(graph).of(root)


class _Instance(NamedTuple):
    """A submodule, its entries with those together that a loop may make, and its entries with the loops that are made."""

    submodule: Submodule
    spans: list[Span]
    entries: list[Entry]


class _Classes:
    """Works up from the innermost submodules: what a submodule is made of is known before it is."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.overwriting = in_place(graph)
        self.sharing = Sharing(graph)
        self.found: list[SourceClass] = []
        self.calls: dict[Submodule, Made] = {}

    def of(self, root: Submodule) -> list[SourceClass]:
        heights: dict[Submodule, int] = {}
        for submodule in root.submodules():
            heights[submodule] = 1 + max((heights[item] for item in submodule.items if isinstance(item, Submodule)), default=0)
        for height in range(1, heights[root] + 1):
            self._group([submodule for submodule in heights if heights[submodule] == height])
        name_classes(self.found, class_name(self.graph.name))
        return self.found

    def _group(self, submodules: list[Submodule]) -> None:
        alike: dict[Hashable, list[_Instance]] = {}
        for submodule in submodules:
            spans = spans_of(submodule, self._entries(submodule))
            instance = _Instance(submodule, spans, runs(submodule, spans))
            alike.setdefault(self._key(*instance), []).append(instance)
        for group in self._of_any_length(list(alike.values())):
            submodule, _, entries = group[0]
            name = f"{submodule.word}#{len(self.found)}"  # until all are known that it has to be told apart from
            made = SourceClass(name, [instance.submodule for instance in group], entries, _sources(submodule, entries))
            made.ties = self.sharing.ties.get(submodule, ())
            self._parametrise(made, [instance.entries for instance in group])
            self.found.append(made)

    def _of_any_length(self, groups: list[list[_Instance]]) -> list[list[_Instance]]:
        """Groups of equal submodules, those as one that differ in how often a loop in them goes round."""
        merged: dict[Hashable, list[_Instance]] = {}
        for group in groups:
            shapes = {tuple((span[0].attribute, _part(span[0])) for span in instance.spans) for instance in group}
            whole: Hashable = (group[0].submodule.word, *shapes) if len(shapes) == 1 else object()
            both = [*merged.get(whole, []), *group]
            if len(both) > len(group):
                entries = together([i.submodule for i in both], [i.spans for i in both])
                both = [instance._replace(entries=those) for instance, those in zip(both, entries, strict=True)]
            if len({self._key(*instance) for instance in both}) > 1:
                whole, both = object(), group
            merged[whole] = both
        return list(merged.values())

    def _key(self, submodule: Submodule, spans: list[Span], entries: list[Entry]) -> Hashable:
        return _key(submodule, entries), self.sharing.ties.get(submodule)

    def _parametrise(self, made: SourceClass, instances: list[list[Entry]]) -> None:
        slots = [[slot for entry in entries for slot in entry.slots()] for entries in instances]
        owners = [entry.attribute for entry in made.entries for _ in entry.slots()]
        formulas, made.parameters = parametrise(slots, owners, self._known(made.submodules), TAKEN)
        rest = iter(formulas)
        made.formulas = [[next(rest) for _ in entry.slots()] for entry in made.entries]
        for index, submodule in enumerate(made.submodules):
            given = [Argument(p.name, (Slot(p.column[index], p.name, p.unit),), p.default) for p in made.parameters]
            self.calls[submodule] = Made((made.name,), tuple(given))

    def _known(self, submodules: list[Submodule]) -> Iterator[Parameter]:
        """What every instance is called with: the channels that arrive, and the numbers among the arguments of its blocks."""
        for position, label in enumerate(submodules[0].arguments or ["in"]):
            shapes = [self.graph[submodule.inputs[position]].shape for submodule in submodules]
            name = f"{label}_channels" if position else "in_channels"
            yield Parameter(name, "channels", tuple(shape[channel_axis(shape)] for shape in shapes))
        given: list[dict[str, int]] = [{} for _ in submodules]
        for arguments, submodule in zip(given, submodules, strict=True):
            for frame in reversed(submodule.frames):  # the innermost block says most exactly what a number is
                for name, value in frame.args:
                    if type(value) is int:
                        arguments.setdefault(name, value)
        for name in given[0]:
            if all(name in arguments for arguments in given):
                unit = "kernel" if name.startswith("k") else "stride" if name in ("s", "stride") else "channels"
                yield Parameter(f"{name}_" if keyword.iskeyword(name) else name, unit, tuple(a[name] for a in given))

    # -- what a submodule does, in order ---------------------------------------------------------------------------------------

    def _entries(self, submodule: Submodule) -> list[Entry]:
        entries = self.sharing.settle(submodule, [self._steps(item) for item in submodule.items])
        activations = [e for e in entries if e.made and isinstance(e.made.function[0], Slot)]
        others = {e.attribute for e in entries} - {e.attribute for e in activations}
        for number, entry in enumerate(activations, 1):  # a name that fits whichever activation it is; it has no weights
            name = "activation" if len(activations) == 1 else f"activation_{number}"
            if name not in others:
                entries[entries.index(entry)] = replace(entry, attribute=name)
        return entries

    def _steps(self, item: Node | Submodule) -> list[Entry]:
        """The entry of an item, after the padding that its module cannot do."""
        entry = self._entry(item)
        rule = None if isinstance(item, Submodule) else RULES.find(type(item.op))
        if isinstance(item, Submodule) or not isinstance(rule, Layer):
            return [entry]
        shapes = self.graph.input_shapes(item)
        if (groups := rule.groups(shapes)) is not None:
            before, after = f"{item.name}#folded", f"{item.name}#groups"
            folded = Entry("folded", item.inputs, (before,), None, (Ref(0), ".flatten(0, 1)"))
            unfolded = Entry(
                entry.attribute, (after,), (item.name,), None, (Ref(0), ".unflatten(0, (-1, ", Slot(groups, "groups"), "))")
            )
            return [folded, replace(entry, reads=(before,), gives=(after,)), unfolded]
        padding = rule.pads(item.op, shapes)
        if padding is None:
            return [entry]
        name = f"{item.name}#padded"
        return [Entry("padded", item.inputs, (name,), None, padded(padding)), replace(entry, reads=(name,))]

    def _entry(self, item: Node | Submodule) -> Entry:
        if isinstance(item, Submodule):
            name = attribute(item.path.rpartition(".")[2])
            return Entry(name, tuple(item.inputs), tuple(item.outputs), self.calls[item])
        rule = RULES.find(type(item.op))
        if rule is None:
            SOURCE.refuse(item)
        name, shapes = attribute(item.name.rpartition(".")[2]), self.graph.input_shapes(item)
        try:
            if isinstance(rule, Layer):
                module: nn.Module = rule.make(item.op, shapes, item.name in self.overwriting)
                return Entry(name, item.inputs, (item.name,), made(module), after=taken(rule, item.op))
            return Entry(name, item.inputs, (item.name,), None, expression(rule, item.op, shapes))
        except NoForm as missing:
            SOURCE.refuse(item, str(missing))


def _sources(submodule: Submodule, entries: Sequence[Entry]) -> list[tuple[Source, ...]]:
    places: dict[str, Source] = {name: (-1, position) for position, name in enumerate(submodule.inputs)}
    places |= {name: (index, position) for index, e in enumerate(entries) for position, name in enumerate(e.gives)}
    return [*(tuple(places[name] for name in e.reads) for e in entries), tuple(places[name] for name in submodule.outputs)]


def _key(submodule: Submodule, entries: Sequence[Entry]) -> Hashable:
    parts = [(e.attribute, _part(e), e.first is None, e.times is None) for e in entries]
    arriving = submodule.arguments or len(submodule.inputs)
    return (submodule.kind, base_name(submodule.word), arriving, tuple(parts), tuple(_sources(submodule, entries)))


def _part(entry: Entry) -> Hashable:
    """What an entry makes or does, whatever its numbers."""
    return entry.made.key if entry.made else text_key(entry.text), entry.after
