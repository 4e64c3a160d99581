"""What runs in a region as steps: chains, paths that open and close, and labels for what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from archdsl.importer.write.gather import Atom, gathered
from archdsl.importer.write.labels import name_labels
from archdsl.importer.write.region import Region
from archdsl.importer.write.steps import ACTIVATION, FORK, SPLIT, Body, Step
from archdsl.importer.write.values import arguments
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.join import Add, Concat, Mul
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import channel_axis

Called = Callable[[Region], Step]
"""The step that calls the block of a region."""


class Flow:
    """The tensors of a graph on their way through a region."""

    def __init__(self, graph: Graph, called: Called, structured: bool = True):
        self.graph, self.called, self.structured = graph, called, structured
        self.shared = {node.owner for node in graph if node.shared}

    def channels(self, tensor: str) -> int:
        shape = self.graph[tensor].shape
        return int(shape[channel_axis(shape)])

    def body(self, region: Region) -> Body:
        """The steps of a region."""
        atoms = [self._atom(item) for item in region.items]
        arriving = region.inputs[0] if region.word else self.graph.input.name
        atoms = _ordered(atoms)
        if self.structured:
            atoms = self._close(atoms, region)
            atoms = gathered(atoms, arriving, region)
        wanted = region.outputs
        if len(wanted) == 1 and atoms[-1].gives != wanted:
            atoms = _last(atoms, wanted)
        return self._labelled(atoms, arriving, region)

    def _atom(self, item: Node | Region) -> Atom:
        if isinstance(item, Region):
            step = self.called(item)
            step.into = (self.channels(item.inputs[0]),)
            return Atom(step, item.inputs, item.outputs)
        return Atom(self.plain(item), item.inputs, (item.name,), item)

    def plain(self, node: Node) -> Step:
        """The step of an operator."""
        op = node.op
        if isinstance(op, Activation) and not op.arguments():
            step = Step(ACTIVATION, {"nl": (op.word,)})
        else:
            step = Step(op.word, {name: (value,) for name, value in arguments(op).items()})
        step.into = (self.channels(node.inputs[0]),)
        step.share = node.owner if node.owner in self.shared else ""
        return step

    def _close(self, atoms: list[Atom], region: Region) -> list[Atom]:
        """Paths that begin in one tensor and are joined, as one step each; the inner ones first."""
        counts = Counter(name for atom in atoms for name in atom.reads) + Counter(region.outputs)
        makers = {atom.gives[0]: atom for atom in atoms if len(atom.gives) == 1}
        taken: set[str] = set()
        found: list[Atom] = []
        for atom in atoms:
            if atom.node is not None and isinstance(atom.node.op, (Concat, Add, Mul)) and len(atom.reads) > 1:
                closed = self._fork(atom, makers, counts)
                if closed is not None:
                    atom, inside = closed
                    taken |= inside
                    makers[atom.gives[0]] = atom
                    counts[atom.reads[0]] -= len(atom.step.paths) - 1
            found.append(atom)
        return [atom for atom in found if taken.isdisjoint(atom.gives)]

    def _fork(self, join: Atom, makers: dict[str, Atom], counts: Counter[str]) -> tuple[Atom, set[str]] | None:
        paths: list[list[Atom]] = []
        heads: set[str] = set()
        for tensor in join.reads:
            path: list[Atom] = []
            while counts[tensor] == 1 and tensor in makers and len(makers[tensor].reads) == 1:
                path.insert(0, makers[tensor])
                tensor = makers[tensor].reads[0]
            paths.append(path)
            heads.add(tensor)
        if len(heads) != 1 or sum(not path for path in paths) > 1 or join.step.share:
            return None
        (head,) = heads
        inside = {atom.gives[0] for path in paths for atom in path}
        assert join.node is not None
        step = Step(FORK, into=(self.channels(head),), join=(join.node.op.word, getattr(join.node.op, "axis", None)))
        shares = self._shares(paths, head)
        if shares:
            step.word, step.args = SPLIT, {f"share{number}": (share,) for number, share in enumerate(shares)}
            paths = [path[1:] for path in paths]
        ends = [self.channels(tensor) for tensor in join.reads]
        for index, (path, end) in enumerate(zip(paths, ends, strict=True)):
            into = shares[index] if shares else self.channels(head)
            step.paths.append(Body([atom.step for atom in path], (into,), (end,), (True,)))
        return Atom(step, (head,), join.gives), inside

    def _shares(self, paths: list[list[Atom]], head: str) -> list[int]:
        """Channels of each path, where each begins with a slice and the slices deal out all channels in order."""
        at, found = 0, []
        for path in paths:
            node = path[0].node if path else None
            if node is None or not isinstance(node.op, Slice) or node.op.start != at:
                return []
            at = node.op.stop
            found.append(node.op.stop - node.op.start)
        return found if at == self.channels(head) and len(found) > 1 else []

    def _labelled(self, atoms: list[Atom], arriving: str, region: Region) -> Body:
        """The steps with labels wherever one takes something else than what the step before gives."""
        before: tuple[str, ...] = (arriving,)
        asked: set[str] = set()
        for atom in atoms:
            if atom.reads != before:
                asked.update(atom.reads)
            before = atom.gives
        plain = len(region.outputs) == 1 and (bool(region.word) or self.graph.returns == "tensor")
        ends = () if region.outputs == before and plain else region.outputs
        asked.update(ends)
        labels = self._inputs(region)
        made = [(name, atom.step.word) for atom in atoms for name in atom.gives if name in asked or len(atom.gives) > 1]
        labels.update((name, f"#{number}") for number, (name, _) in enumerate(made, 1))
        labels[arriving] = "in"
        before = (arriving,)
        for atom in atoms:
            if atom.reads != before:
                atom.step.reads = tuple(labels[name] for name in atom.reads)
            atom.step.labels = tuple(labels[name] for name in atom.gives if name in labels)
            before = atom.gives
        out = region.outputs[0] if region.outputs else before[0]
        body = Body([atom.step for atom in atoms], (self.channels(arriving),), (self.channels(out),), (True,))
        _number_shares(body)
        body.names = {labels[name]: word for name, word in name_labels(self.graph, made).items()}
        body.inputs = (
            tuple(f"x{number}" for number, _ in enumerate(region.inputs, 1)) if region.word and len(region.inputs) > 1 else ()
        )
        body.outputs = tuple(labels[name] for name in ends)
        return body

    def _inputs(self, region: Region) -> dict[str, str]:
        """Labels of what arrives beside the first."""
        if region.word:
            return {name: f"x{number}" for number, name in enumerate(region.inputs, 1)}
        return {node.name: node.name for node in self.graph.inputs}


def _ordered(atoms: list[Atom]) -> list[Atom]:
    """The same order, but what alone reads a tensor right after what gives it, where nothing else is missing."""
    counts = Counter(name for atom in atoms for name in atom.reads)
    following = {atom.reads[0]: atom for atom in atoms if len(atom.reads) == 1 and counts[atom.reads[0]] == 1}
    found: list[Atom] = []
    done: set[int] = set()
    for atom in atoms:
        at: Atom | None = atom
        while at is not None and id(at) not in done:
            done.add(id(at))
            found.append(at)
            at = following.get(at.gives[0]) if len(at.gives) == 1 else None
    return found


def _number_shares(body: Body) -> None:
    """Names for shared weights that stand in the labels' place of the graph's own."""
    shares: dict[str, str] = {}
    for step in body.walk():
        if step.share:
            step.share = shares.setdefault(step.share, f"weights{len(shares) + 1}")


def _last(atoms: list[Atom], wanted: tuple[str, ...]) -> list[Atom]:
    """The same with the maker of a tensor at the end, where nothing reads it; what comes after it never reaches it."""
    index = next((i for i, atom in enumerate(atoms) if atom.gives == wanted), None)
    if index is None or any(wanted[0] in atom.reads for atom in atoms):
        return atoms
    return [*atoms[:index], *atoms[index + 1 :], atoms[index]]
