"""Blocks that were opened once, kept to be put down again.

What a block becomes follows from its text, its arguments, the channels that arrive, the knobs that blocks and defaults of operators
read, arguments that are the same in every call, and the sizes that arrive where something in it reads them. With all of these equal,
only names, outer frames and (for another resolution) shapes differ. A knob that changes leaves most calls as they were, so most of a
second build is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from archdsl.errors import Mark
from archdsl.exact import key
from archdsl.ir.elaboration.scope import Tensors
from archdsl.ir.graph import Frame, Interface, Node
from archdsl.ir.limits import bounded
from archdsl.ops import Operator
from archdsl.ops.operator import Shape
from archdsl.spec.model import Block, Spec
from archdsl.spec.sizes import SIZES
from archdsl.spec.walk import mentions, of_block, of_steps

OUTSIDE = -1
"""In place of the number of a node: the first tensor that arrives at the block. Others follow downwards: -2, -3, ..."""


class TemplateNode(NamedTuple):
    """One node of a template. `inputs` are numbers of earlier nodes, `frames` numbers of the template's frames."""

    name: str
    op: Operator
    inputs: tuple[int, ...]
    shape: Shape
    frames: tuple[int, ...]
    mark: Mark | None
    present: Any


Numbered = tuple[tuple[str, int], ...]
"""Labels with the numbers of their nodes."""


class Template(NamedTuple):
    """What a block became.

    Attributes:
        arriving: shapes of the block's inputs.
        frames: those inside of the block, paths relative to it.
        outputs: numbers of the nodes whose tensors leave the block.
        steps: how many steps it took.
        letters: characters of the names of nodes and frames, without what stands before them.
        longest: characters of the longest of them.
        interfaces: of the blocks in it that name their inputs or outputs, by relative path and name.
        shared: nodes that use the weights of an earlier one, as pairs of numbers.
    """

    arriving: tuple[Shape, ...]
    frames: tuple[Frame, ...]
    nodes: tuple[TemplateNode, ...]
    outputs: tuple[int, ...]
    steps: int
    letters: int
    longest: int
    shared: tuple[tuple[int, int], ...]
    interfaces: Mapping[tuple[str, str], tuple[Numbered, Numbered]] = MappingProxyType({})

    def naming(self, found: dict[tuple[str, str], Interface], made: list[Node], prefix: str, arriving: Tensors) -> Template:
        """The same with what the blocks inside of it are called with and give, the block itself among them."""
        numbers = _numbers(made, arriving)
        cut = len(prefix)
        return self._replace(
            interfaces={
                (path[cut:], block): (
                    tuple([(label, numbers[name]) for label, name in interface.inputs]),
                    tuple([(label, numbers[name]) for label, name in interface.outputs]),
                )
                for (path, block), interface in found.items()
            }
        )

    def named(self, made: list[Node], prefix: str, arriving: Tensors) -> dict[tuple[str, str], Interface]:
        """The same of a copy."""

        def names(side: Numbered) -> tuple[tuple[str, str], ...]:
            return tuple([(label, (made[n] if n >= 0 else arriving[OUTSIDE - n]).name) for label, n in side])

        return {
            (prefix + path if path else prefix[:-1], block): Interface(names(taken), names(given))
            for (path, block), (taken, given) in self.interfaces.items()
        }


def _numbers(made: list[Node], arriving: Tensors) -> dict[str, int]:
    """By name, the numbers of the nodes of a block and of what arrives at it."""
    numbers = {node.name: OUTSIDE - index for index, node in enumerate(arriving)}
    numbers.update({node.name: number for number, node in enumerate(made)})
    return numbers


def record(made: list[Node], prefix: str, outer: int, arriving: Tensors, result: Tensors, steps: int) -> Template:
    """The template of a block that was just opened.

    Args:
        made: its nodes, in order.
        prefix: dotted name of the block, with the dot at its end.
        outer: how many frames lie around its nodes, its own included.
    """
    numbers = {node.name: OUTSIDE - index for index, node in enumerate(arriving)}
    frames: dict[int, tuple[int, Frame]] = {}
    scopes: dict[int, tuple[int, ...]] = {}  # nodes of one scope share its frames
    nodes = []
    for number, node in enumerate(made):
        numbers[node.name] = number
        inner = scopes.get(id(node.scope))
        if inner is None:
            inner = scopes[id(node.scope)] = tuple([_frame_number(frame, frames, len(prefix)) for frame in node.scope[outer:]])
        inputs = tuple([numbers[name] for name in node.inputs])
        nodes.append(TemplateNode(node.name[len(prefix) :], node.op, inputs, node.shape, inner, node.mark, node.present))
    inside = tuple([f for _, f in frames.values()])
    lengths = [len(node.name) for node in nodes]
    letters = sum(lengths) + sum([len(frame.path) for frame in inside])
    shared = tuple([(number, numbers[node.shared]) for number, node in enumerate(made) if node.shared])
    shapes = tuple([node.shape for node in arriving])
    ends = tuple([numbers[node.name] for node in result])
    return Template(shapes, inside, tuple(nodes), ends, steps, letters, max(lengths, default=0), shared)


def _frame_number(frame: Frame, frames: dict[int, tuple[int, Frame]], cut: int) -> int:
    """The number of a frame of the template, whose path is that of the frame without its first `cut` letters."""
    found = frames.get(id(frame))
    if found is None:
        found = frames[id(frame)] = len(frames), frame._replace(path=frame.path[cut:])
    return found[0]


def stamp(template: Template, prefix: str, outer: tuple[Frame, ...], arriving: Tensors) -> tuple[list[Node], Tensors]:
    """New nodes of a template under a prefix, and those that leave the block.

    Raises:
        ShapeError: the shape that arrives does not fit an operator inside.
    """
    path = prefix[:-1]
    frames = [frame._replace(path=prefix + frame.path if frame.path else path) for frame in template.frames]
    scopes: dict[tuple[int, ...], tuple[Frame, ...]] = {}
    pairs = zip([node.shape for node in arriving], template.arriving, strict=True)
    same = all(type(shape) is type(known) and key(shape) == key(known) for shape, known in pairs)
    made: list[Node] = []
    for name, op, inputs, shape, inner, mark, present in template.nodes:
        scope = scopes.get(inner)
        if scope is None:
            scope = scopes[inner] = (*outer, *[frames[number] for number in inner])
        sources = [made[number] if number >= 0 else arriving[OUTSIDE - number] for number in inputs]
        if not same:
            shape = bounded(op.shape(*[node.shape for node in sources]), op)
        made.append(Node(prefix + name, op, tuple([node.name for node in sources]), shape, scope, mark, None, "", present))
    for user, owner in template.shared:
        made[user].shared = made[owner].name
    return made, tuple([made[number] if number >= 0 else arriving[OUTSIDE - number] for number in template.outputs])


def sized_blocks(spec: Spec) -> frozenset[Block]:
    """The blocks that may read the sizes of what arrives, themselves or by a block or steps that they call. The others are all that are
    the same at every resolution."""
    sizes = SIZES.keys() - spec.knobs.keys() - spec.borrowed.keys()
    within = {name: of_block(block) for name, block in spec.blocks.items()}
    outside = of_steps(spec.net), mentions(spec.knobs, spec.borrowed)
    if all(part.computed.isdisjoint(sizes) for part in (*outside, *within.values())):
        return frozenset()
    found = {
        name
        for name, part in within.items()  # steps that it was given may read them, which is not looked into
        if part.calls_given or not part.computed.isdisjoint(sizes - spec.blocks[name].args.keys())
    }
    while more := [name for name, part in within.items() if name not in found and not part.words.isdisjoint(found)]:
        found.update(more)
    return frozenset([spec.blocks[name] for name in found])


def knobs_of_blocks(spec: Spec) -> tuple[str, ...]:
    """The knobs that any block reads, directly, in steps that it was given, or as a default of an operator in it; those too that only
    a setting brings."""
    read = mentions(spec.defaults).read.union(*(of_block(block).read for block in spec.blocks.values()))
    return tuple(sorted(read & {*spec.knobs, *spec.borrowed}))
