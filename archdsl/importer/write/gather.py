"""Layers that each take all that was made before them, as in DenseNet: a step that repeats over what it gathers."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.importer.write.region import Region
from archdsl.importer.write.runs import deep
from archdsl.importer.write.steps import GATHER, Body, Step
from archdsl.ir.graph import Node
from archdsl.ops.join import Concat

LEAST = 3
"""Layers from which on this is easier to read than labels."""


@dataclass(eq=False)
class Atom:
    """A step with what it reads and gives, by the names of the graph's nodes."""

    step: Step
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    node: Node | None = None


def gathered(atoms: list[Atom], arriving: str, region: Region) -> list[Atom]:
    """The steps with one for layers over what arrives and what they made, if the region is such: layer, concatenation, and so on."""
    layers = [atom for index, atom in enumerate(atoms) if index % 2 == 0]
    joins = [atom for index, atom in enumerate(atoms) if index % 2 == 1]
    if len(layers) < LEAST or len(joins) != len(layers) or not all(_joins_channels(atom) for atom in joins):
        return atoms
    reads: tuple[str, ...] = (arriving,)
    made: tuple[str, ...] = ()
    for layer, join in zip(layers, joins, strict=True):
        made += layer.gives
        if layer.reads != reads or join.reads != (arriving, *made) or deep(layer.step) != deep(layers[0].step):
            return atoms
        if layer.step.args != layers[0].step.args or layer.step.share or layer.step.paths:
            return atoms
        reads = join.gives
    if region.outputs != joins[-1].gives:
        return atoms
    first = layers[0].step
    body = Body([first], first.into, first.into, (True,))
    step = Step(GATHER, {}, first.into, paths=[body], join=("concat", None), repeat=(len(layers),))
    return [Atom(step, (arriving,), joins[-1].gives)]


def _joins_channels(atom: Atom) -> bool:
    return atom.node is not None and isinstance(atom.node.op, Concat) and atom.node.op.axis is None
