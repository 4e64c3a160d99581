"""The text of a spec for a graph, from its operators, connections, names and scopes alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from archdsl.design import Design
from archdsl.errors import ArchdslError, BackendError
from archdsl.importer.write.blocks import Library
from archdsl.importer.write.knobs import name_classes, resolution, widen
from archdsl.importer.write.regions import regions
from archdsl.importer.write.render import Block, Renderer, Vocabulary
from archdsl.importer.write.runs import fold, roll
from archdsl.importer.write.steps import Body
from archdsl.importer.write.tables import tabulate
from archdsl.importer.write.units import CHANNELS
from archdsl.importer.write.values import arguments, defaults, text
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.ops.activation import Activation
from archdsl.ops.passing import Input
from archdsl.ops.shapes import RANKS, typed
from archdsl.spec.yaml_text import Columns, below, lines


@dataclass(frozen=True)
class Manner:
    """How much of a graph's structure its text shows. The plainest is always right.

    Attributes:
        blocks: scopes become blocks.
        paths: paths that open and close become forks and splits.
        runs: runs become repeats, stages and tables.
        width: channels are multiplied by a knob.
        sizes: height and width of the image are a knob.
    """

    blocks: bool = True
    paths: bool = True
    runs: bool = True
    width: bool = False
    sizes: bool = True


STEP = 32
"""Pixels by which a size grows that most networks take as well."""

MANNERS = (Manner(), Manner(runs=False), Manner(blocks=False), Manner(blocks=False, runs=False), Manner(False, False, False))
"""From the most telling to the plainest; the first that is read as the same network is taken."""


def spec_text(graph: Graph, *, title: str, source: str = "", knobs: bool = False) -> str:
    """A spec whose network has the same canonical hash.

    Args:
        title: name of the network.
        source: where it comes from.
        knobs: whether a width multiplier is put in, where channels share a factor.

    Raises:
        BackendError: a join of one tensor, which the language has not.
    """
    for node in graph:
        if node.op.joins and len(node.inputs) < 2 and not node.op.opaque:
            raise BackendError(f"a spec cannot say '{node.name}': {node.op.word} takes two or more tensors, one arrives")
    wanted = canonical_hash(graph)
    for manner in (replace(MANNERS[0], width=True), *MANNERS) if knobs else MANNERS:
        try:
            found = write(graph, title, source, manner)
            design = Design.loads(found)
            if canonical_hash(design.graph()) != wanted:
                continue
            if manner.width:
                design.set(width=2).graph()  # a width that some blocks cannot follow is none
            return found if _resizes(design) else write(graph, title, source, replace(manner, sizes=False))
        except ArchdslError:
            continue
    raise AssertionError(f"no text of {title} is read as the same network")


def _resizes(design: Design) -> bool:
    """Whether the network takes images of another size, if its resolution is a knob."""
    size = design.knobs.get("resolution")
    if size is None:
        return True
    for other in (size + STEP, 2 * size):
        try:
            design.set(resolution=other).graph()
        except ArchdslError:
            continue
        return True
    return False


def write(graph: Graph, title: str, source: str, manner: Manner) -> str:
    """The text in one manner, not compared with the graph."""
    return _Text(graph, title, source, manner).text()


class _Text:
    """A text in the making."""

    def __init__(self, graph: Graph, title: str, source: str, manner: Manner):
        self.graph, self.title, self.source, self.manner = graph, title, source, manner
        self.words = Vocabulary(defaults=_defaults(graph))
        self.knobs: dict[str, Any] = {}

    def text(self) -> str:
        library = Library(self.graph, self.words, self.manner.paths)
        body = library.body(regions(self.graph, self.manner.blocks))
        if self.manner.runs:
            body = roll(fold(body, self.words))
        if classes := name_classes(body, self.graph):
            self.knobs["classes"] = str(classes)
        if self.manner.runs:
            body = tabulate(body, self.words)
        steps = Renderer(body, self.words, generic=False).steps()
        if self.manner.width:
            self.knobs["width"] = {"default": "1", "range": ["0.25", "4"], "doc": "channel multiplier"}
            steps = widen(steps, self._channel_names())
        return "\n".join(self._lines(body, steps)) + "\n"

    def _lines(self, body: Body, steps: list[Any]) -> Iterator[str]:
        used = list(self.words.blocks.values())
        origins = sorted({block.origin for block in used if block.origin})
        head = {"archdsl": "1", "name": self.title, "source": self.source, "import": origins, "input": self._input()}
        yield from lines({key: value for key, value in head.items() if value})
        if self.knobs:
            yield ""
            yield "knobs:"
            yield from lines(Columns(self.knobs), 2)
        yield from self._preset()
        local = [block for block in used if not block.origin]
        for number, block in enumerate(local):
            yield from [""] if number else ["", "blocks:"]
            yield from _block_lines(block)
        yield ""
        yield "net:"
        yield from below(steps, 2)
        if outputs := self._outputs(body):
            yield from lines({"outputs": outputs})

    def _preset(self) -> Iterator[str]:
        """Defaults of operators, and how weights begin."""
        if self.words.defaults or self.graph.init:
            yield ""
        if self.words.defaults:
            values = {op: {name: text(value) for name, value in given.items()} for op, given in self.words.defaults.items()}
            yield from lines({"defaults": values})
        if self.graph.init:
            yield from lines({"init": _plain(self.graph.init)})

    def _channel_names(self) -> frozenset[str]:
        """What arguments are called that hold channels."""
        found = {"out"}
        for block in self.words.blocks.values():
            found |= {p.name for p in block.parameters if p.unit == CHANNELS and p.name != "groups"}
        return frozenset(found)

    def _input(self) -> Any:
        inputs = self.graph.inputs
        if self.manner.sizes and (size := resolution(self.graph)):
            self.knobs = {"resolution": str(size), **self.knobs}
            return [str(inputs[0].shape[0]), "$resolution", "$resolution"]
        if len(inputs) > 1:
            return {node.name: _size(node.op) for node in inputs}
        return _size(inputs[0].op)

    def _outputs(self, body: Body) -> Any:
        labels = [body.names.get(label, label) for label in body.outputs]
        if self.graph.returns == "tensor":
            return labels[0] if labels else None
        if self.graph.returns == "tuple":
            return labels
        return dict(zip(self.graph.outputs, labels, strict=True))


def _size(op: Any) -> Any:
    assert isinstance(op, Input)
    shape = [str(number) for number in op.size]
    kind = type(typed(op.size))
    return shape if len(shape) <= 3 and RANKS[len(shape)] is kind else {kind.word: shape}


def _block_lines(block: Block) -> Iterator[str]:
    data: dict[str, Any] = {}
    body = block.plain
    if body is not None and body.inputs:
        data["inputs"] = list(body.inputs)
    if body is not None and body.outputs:
        data["outputs"] = [body.names.get(label, label) for label in body.outputs]
    if block.parameters:
        data["args"] = {p.name: p.declared() for p in block.parameters}
    yield f"  {block.name}:"
    yield from lines(data, 4)
    yield "    body:"
    yield from below(block.body, 6)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return text(value)


def _defaults(graph: Graph) -> dict[str, dict[str, Any]]:
    """Small numbers of operators, such as the epsilon of norms, that are others than the language has, and most often the same."""
    counts: dict[tuple[str, str], Counter[Any]] = {}
    known: dict[tuple[str, str], Any] = {}
    for node in graph:
        if isinstance(node.op, Activation):  # whose words stand alone as arguments
            continue
        usual = defaults(type(node.op))
        for name, value in arguments(node.op).items():
            if name in usual and isinstance(usual[name], float):
                counts.setdefault((node.op.word, name), Counter())[value] += 1
                known[node.op.word, name] = usual[name]
    found: dict[str, dict[str, Any]] = {}
    for (word, name), values in counts.items():
        value, times = values.most_common(1)[0]
        if value != known[word, name] and 2 * times > values.total() and times > 1 and isinstance(value, float):
            found.setdefault(word, {})[name] = value
    return found
