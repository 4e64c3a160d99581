"""Weights that several operators share, in Python source: a module that is called again, or one that is put in a second place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from archdsl.compilers.source.parts import Made, Piece, Ref, Text
from archdsl.compilers.source.structure import Entry, Tie
from archdsl.compilers.source.tree import Submodule
from archdsl.compilers.torch.shared import is_one
from archdsl.ir.graph import Graph, Node
from archdsl.ir.verify import weights_of


class Place(NamedTuple):
    """What stands at a place within a module: names with dots between, and a node with weights, or a submodule.

    Attributes:
        owners: names of the nodes that own the weights in it, in the order in which they are used.
        made: how a submodule is made; None for a node.
        node: None for a submodule.
    """

    path: str
    owners: tuple[str, ...]
    made: Made | None = None
    node: Node | None = None


Item = Node | Submodule


class Sharing:
    """Which modules of a network share weights, from the innermost submodules outwards."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.is_any = any(node.shared for node in graph)
        self.inside: dict[Submodule, list[Place]] = {}
        self.ties: dict[Submodule, tuple[Tie, ...]] = {}

    def settle(self, submodule: Submodule, steps: Sequence[Sequence[Entry]]) -> list[Entry]:
        """The entries of a submodule, those that are an earlier one as calls of it. Notes what has to be tied in it besides.

        Args:
            steps: of each item its entry, after what has to be done before it.
        """
        if not self.is_any:
            return [entry for those in steps for entry in those]
        found: list[Entry] = []
        firsts: list[tuple[tuple[str, ...], Entry]] = []
        places: list[list[Place]] = []
        for item, (*before, entry) in zip(submodule.items, steps, strict=True):
            found += before
            owners = tuple([node.owner for node in _nodes(item) if weights_of(self.graph, node)])
            earlier = next((e for those, e in firsts if owners and those == owners and e.made == entry.made), None)
            if earlier is not None and entry.made is not None:
                found.append(_again(entry, earlier.attribute))
                continue
            firsts.append((owners, entry))
            found.append(entry)
            places.append(list(self._places(item, entry, owners)) if owners else [])
        self.inside[submodule] = [place for those in places for place in those]
        self.ties[submodule] = tuple(self._ties(places))
        return found

    def _places(self, item: Item, entry: Entry, owners: tuple[str, ...]) -> Iterator[Place]:
        """What stands in an item, from the outside inwards."""
        name = entry.attribute
        if isinstance(item, Node):
            yield Place(name, owners, None, item)
            return
        yield Place(name, owners, entry.made)
        yield from (place._replace(path=f"{name}.{place.path}") for place in self.inside[item])

    def _ties(self, places: Iterable[list[Place]]) -> Iterator[Tie]:
        """What stands in one item and has its weights in an earlier one. Within an item it has been tied."""
        first: dict[str, Place] = {}
        made: list[Place] = []
        for those in places:
            before, there = dict(first), list(made)
            tied = ""
            for place in those:
                if tied and place.path.startswith(tied):
                    continue
                if place.node is None:
                    earlier = next((other for other in there if other[1:] == place[1:]), None)
                    made.append(place)
                else:
                    earlier = before.get(place.owners[0])
                    first.setdefault(place.owners[0], place)
                if earlier is not None:
                    yield self._tie(place, earlier)
                    tied = f"{place.path}." if place.node is None else tied

    def _tie(self, place: Place, earlier: Place) -> Tie:
        node = place.node
        if node is None or earlier.node is None or is_one(self.graph, earlier.node, node):
            return Tie(place.path, earlier.path)
        shapes = self.graph.input_shapes(node)
        return Tie(place.path, earlier.path, tuple(node.op.weights(*shapes)), tuple(node.op.buffers(*shapes)))


def _nodes(item: Item) -> Iterable[Node]:
    return item.nodes() if isinstance(item, Submodule) else (item,)


def _again(entry: Entry, name: str) -> Entry:
    """A call of a module that an earlier entry makes."""
    head = f"self.{name}(" if name.isidentifier() else f'self.get_submodule("{name}")('
    given: list[Piece] = []
    for position in range(len(entry.reads)):
        given += [", ", Ref(position)] if given else [Ref(position)]
    text: Text = (head, *given, f"){entry.after}")
    return Entry(entry.attribute, entry.reads, entry.gives, None, text, again=name, after=entry.after)


def lines(tie: Tie) -> Iterator[tuple[str, list[str]]]:
    """The lines of a constructor that tie a module to another: the beginning of a call and its arguments, or a line and none."""
    plain = _is_plain(tie.path) and _is_plain(tie.earlier)
    if not tie.parameters and not tie.buffers:
        if plain:
            yield f"self.{tie.path} = self.{tie.earlier}", []
        else:
            yield "self.set_submodule(", [f'"{tie.path}"', f'self.get_submodule("{tie.earlier}")']
        return
    module = f"self.{tie.path}" if plain else f'self.get_submodule("{tie.path}")'
    for name in tie.parameters:
        if plain:
            yield f"{module}.{name} = self.{tie.earlier}.{name}", []
        else:
            yield f"{module}.register_parameter(", [f'"{name}"', f'self.get_parameter("{tie.earlier}.{name}")']
    for name in tie.buffers:
        yield f"{module}.register_buffer(", [f'"{name}"', f'self.get_buffer("{tie.earlier}.{name}")']


def _is_plain(path: str) -> bool:
    """Whether a place can be written as attributes. A number at the end of a name may be that of a round of a loop."""
    return all(part.isidentifier() and not part[-1].isdigit() for part in path.split("."))
