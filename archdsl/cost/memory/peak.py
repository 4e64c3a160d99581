"""Memory of a network: weights, buffers, and the activations of a forward pass for one image.

Activations are counted by liveness over the order in which the compiled module runs: a tensor is there from the call that makes
it until the last call that reads it or shares its memory has returned. The image is there from beginning to end, because the
caller holds it; so is the output once it is made. An operator's inputs, its output and what it needs for a moment are there at
the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from archdsl.cost.amounts import plain
from archdsl.cost.memory.storage import Plan, plan
from archdsl.errors import InputError, unknown
from archdsl.exact import has_axes, maximum, product
from archdsl.exact.partly import Partly, at_least_if
from archdsl.ir.graph import Graph
from archdsl.ops.facts import INDEX_BYTES
from archdsl.ops.operator import Dim, Operator, Shape

ITEM_BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
"""Bytes of a value. int8 takes every value as one byte, and leaves out scales and zero points."""

INTEGER_BYTES = 4
"""Bytes of a value of the buffers that hold integers, whatever the dtype of the network."""


def item_bytes(dtype: str) -> int:
    """Bytes of a value. Raises InputError for a dtype that is not known."""
    if dtype not in ITEM_BYTES:
        message, hint = unknown("dtype", dtype, ITEM_BYTES)
        raise InputError(f"{message}; {hint}")
    return ITEM_BYTES[dtype]


class Moment(NamedTuple):
    """What is in memory during one call.

    Attributes:
        node: whose operator runs.
        bytes: of all tensors, those that the operator needs for a moment among them.
        scratch: bytes that only this operator needs, until it returns.
        number: of the call, from 0.
        plan: what the whole forward pass does with memory.
    """

    node: str
    bytes: Dim
    scratch: Dim
    number: int
    plan: Plan

    @property
    def alive(self) -> tuple[tuple[str, Dim], ...]:
        """Names of the nodes whose tensors are there, with their bytes, in the order in which they were made.

        Worked out when it is asked for: lists for all moments would take the square of the network.
        """
        last = last_reads(self.plan)
        made = [step.makes for step in self.plan.steps[: self.number + 1] if step.makes is not None]
        there = [self.plan.storages[s] for s in (*range(self.plan.inputs), *made) if last[s] >= self.number]
        return tuple([(storage.name, storage.bytes) for storage in there])


class Memory:
    """Memory of a graph for batch 1. On a grid of networks bytes are arrays."""

    def __init__(self, graph: Graph, dtype: str = "float32"):
        self.graph = graph
        self.dtype = dtype
        self.itemsize = item_bytes(dtype)

    @cached_property
    def plan(self) -> Plan:
        """What the forward pass does with memory."""
        return plan(self.graph, self.itemsize)

    @cached_property
    def weights_bytes(self) -> Any:
        """Bytes of all learned values."""
        return plain(self._sum(lambda op, inputs: op.params(*inputs) * self.itemsize))

    @cached_property
    def buffers_bytes(self) -> Any:
        """Bytes of all that is kept and not learned: running statistics with their counters of batches, masks and other tables."""
        return plain(self._kept + self._sum(lambda op, inputs: constant_bytes(op, inputs, self.itemsize)))

    @property
    def state_bytes(self) -> Any:
        """Bytes of weights and statistics: what a file of its weights holds."""
        return plain(self.weights_bytes + self._kept)

    @cached_property
    def _kept(self) -> Dim:
        return self._sum(lambda op, inputs: kept_bytes(op, inputs, self.itemsize))

    def _sum(self, of: Callable[[Operator, tuple[Shape, ...]], Dim]) -> Dim:
        """What all operators need together that have weights of their own; networks repeat themselves, so most are looked up."""
        known: dict[Any, Dim] = {}
        total: Dim = 0
        partly = False
        for node in self.graph:
            inputs = self.graph.input_shapes(node)
            if inputs and not node.shared:
                amount = _looked_up(of, node.op, inputs, known)
                partly = partly or isinstance(amount, Partly)
                total = total + amount
        return at_least_if(partly, total)

    @cached_property
    def peak_activation_bytes(self) -> Any:
        """The most bytes of activations that are there at once in a forward pass of one image, without gradients."""
        return at_least_if(self.graph.opaque, plain(peak_bytes(self.plan)))

    @cached_property
    def timeline(self) -> list[Moment]:
        """What is in memory during every call of the forward pass, in order."""
        return list(_moments(self.plan))

    @property
    def peak(self) -> Moment:
        """The first moment at which the most is in memory.

        Raises:
            InputError: a grid of networks, whose variants peak at different places.
        """
        if has_axes(self.peak_activation_bytes):
            raise InputError("a grid of networks has no one moment of most memory; choose one network")
        most = max(self.timeline, key=lambda moment: moment.bytes)
        return most._replace(bytes=at_least_if(self.graph.opaque, most.bytes))


def memory(graph: Graph, dtype: str = "float32") -> Memory:
    """The memory of a graph whose weights and activations have this dtype. Raises InputError for a dtype that is not known."""
    return Memory(graph, dtype)


def buffer_bytes(op: Operator, inputs: tuple[Shape, ...], itemsize: int) -> Dim:
    """Bytes of the buffers of an operator, counters left out. `itemsize` is the number of bytes of a value of the network."""
    return _bytes(op, op.buffers(*inputs), itemsize)


def constant_bytes(op: Operator, inputs: tuple[Shape, ...], itemsize: int) -> Dim:
    """Bytes of what an operator keeps beside its buffers and follows from sizes alone; no file of weights holds it."""
    return _bytes(op, op.constants(*inputs), itemsize)


def _bytes(op: Operator, tensors: dict[str, Shape], itemsize: int) -> Dim:
    return sum(product(shape) * (INTEGER_BYTES if name in op.integers else itemsize) for name, shape in tensors.items())


def kept_bytes(op: Operator, inputs: tuple[Shape, ...], itemsize: int) -> Dim:
    """Bytes of all that an operator learns not and a file of weights holds: buffers and counters."""
    if op.opaque:
        return Partly()
    return buffer_bytes(op, inputs, itemsize) + op.counters * INDEX_BYTES


def _looked_up(
    of: Callable[[Operator, tuple[Shape, ...]], Dim], op: Operator, inputs: tuple[Shape, ...], known: dict[Any, Dim]
) -> Dim:
    try:
        key = (id(op), inputs)
        if key not in known:
            known[key] = of(op, inputs)
        return known[key]
    except TypeError:  # a grid has no hash
        return of(op, inputs)


def last_reads(found: Plan) -> list[int]:
    """For every storage the number of the last step that needs it: the last that reads it, or makes it where none does.

    Inputs and outputs are needed until after the last step.
    """
    last = [0] * len(found.storages)
    for number, step in enumerate(found.steps):
        last[step.holds] = number
        for storage in step.reads:
            last[storage] = number
    for storage in (*range(found.inputs), *found.results):
        last[storage] = len(found.steps)
    return last


def _freed(found: Plan) -> list[list[int]]:
    """For every step the storages that are needed no more after it."""
    freed: list[list[int]] = [[] for _ in range(len(found.steps) + 1)]
    for storage, number in enumerate(last_reads(found)):
        freed[number].append(storage)
    return freed


def peak_bytes(found: Plan) -> Dim:
    """The most bytes that are there at once."""
    freed = _freed(found)
    alive: Dim = found.given
    peak: Dim = alive
    for number, step in enumerate(found.steps):
        if step.makes is not None:
            alive = alive + found.storages[step.makes].bytes
            peak = maximum(peak, alive + step.scratch)
        for storage in freed[number]:
            alive = alive - found.storages[storage].bytes
    return peak


def _moments(found: Plan) -> Iterator[Moment]:
    freed = _freed(found)
    alive: Dim = found.given
    for number, step in enumerate(found.steps):
        if step.makes is not None:
            alive = alive + found.storages[step.makes].bytes
        yield Moment(step.node, alive + step.scratch, step.scratch, number, found)
        for storage in freed[number]:
            alive = alive - found.storages[storage].bytes
