"""Memory of a network: weights, buffers, and the activations of a forward pass for one image.

Activations are counted by liveness over the order in which the compiled module runs: a tensor is there from the call that makes
it until the last call that reads it or shares its memory has returned. The image is there from beginning to end, because the
caller holds it; so is the output once it is made. An operator's inputs, its output and what it needs for a moment are there at
the same time.

In int8 the tensors lie in one arena (`archdsl.cost.memory.arena`): the image goes too when nobody reads it any more, and what is written
over an input needs no memory beside it. That is a lower bound of what an allocator needs, which has to find places side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from archdsl.cost.amounts import plain
from archdsl.cost.dtypes import USUAL, item_bytes
from archdsl.cost.memory.storage import Plan, Step, plan
from archdsl.cost.memory.stored import Stored
from archdsl.errors import InputError
from archdsl.exact import has_axes, maximum
from archdsl.exact.partly import Partly, at_least_if
from archdsl.ir.graph import Graph, Node
from archdsl.ops.operator import Dim, Shape

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill


class Moment(NamedTuple):
    """What is in memory during one call.

    Attributes:
        node: whose operator runs.
        bytes: of all tensors, those that the operator needs for a moment among them.
        scratch: bytes that only this operator needs, until it returns.
        saved: bytes that its output has in common with a tensor that it is written over.
        number: of the call, from 0.
        plan: what the whole forward pass does with memory.
    """

    node: str
    bytes: Dim
    scratch: Dim
    number: int
    plan: Plan
    saved: Dim = 0

    @property
    def alive(self) -> tuple[tuple[str, Dim], ...]:
        """Names of the nodes whose tensors are there, with their bytes, in the order in which they were made. An output that is written
        over another tensor stands there with what it needs more than that, and not at all where that is nothing.

        Worked out when it is asked for: lists for all moments would take the square of the network.
        """
        last = last_reads(self.plan)
        made = [step.makes for step in self.plan.steps[: self.number + 1] if step.makes is not None]
        there = [self.plan.storages[s] for s in (*range(self.plan.inputs), *made) if last[s] >= self.number]
        found = [(storage.name, storage.bytes) for storage in there]
        if self.plan.steps[self.number].over is not None:  # what was made last
            name, size = found.pop()
            found += [(name, size - self.saved)] if size != self.saved else []
        return tuple(found)


class Memory:
    """Memory of a graph for batch 1. On a grid of networks bytes are arrays."""

    def __init__(self, graph: Graph, dtype: str = USUAL):
        self.graph = graph
        self.dtype = dtype
        self.itemsize = item_bytes(dtype)

    @cached_property
    def plan(self) -> Plan:
        """What the forward pass does with memory."""
        return plan(self.graph, self.dtype)

    @cached_property
    def stored(self) -> Stored:
        """What every operator keeps."""
        return Stored(self.graph, self.dtype)

    @cached_property
    def weights_bytes(self) -> Any:
        """Bytes of all learned values."""
        return plain(self._sum(self.stored.learned))

    @cached_property
    def buffers_bytes(self) -> Any:
        """Bytes of all that is kept and not learned: running statistics with their counters of batches, masks and other tables."""
        return plain(self._kept + self._sum(self.stored.constants))

    @property
    def state_bytes(self) -> Any:
        """Bytes of weights and statistics, in int8 of weights and scales: what a file of its weights holds."""
        return plain(self.weights_bytes + self._kept)

    @cached_property
    def _kept(self) -> Dim:
        return self._sum(self.stored.kept)

    def _sum(self, of: Callable[[Node, tuple[Shape, ...]], Dim]) -> Dim:
        """What all operators need together that have weights of their own; networks repeat themselves, so most are looked up."""
        known: dict[Any, Dim] = {}
        total: Dim = 0
        partly = False
        for node in self.graph:
            inputs = self.graph.input_shapes(node)
            if inputs and not node.shared:
                amount = self._looked_up(of, node, inputs, known)
                partly = partly or isinstance(amount, Partly)
                total = total + amount
        return at_least_if(partly, total)

    def _looked_up(
        self, of: Callable[[Node, tuple[Shape, ...]], Dim], node: Node, inputs: tuple[Shape, ...], known: dict[Any, Dim]
    ) -> Dim:
        try:
            key = (id(node.op), inputs, self.stored.context(node))
            if key not in known:
                known[key] = of(node, inputs)
            return known[key]
        except TypeError:  # a grid has no hash
            return of(node, inputs)

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


def memory(graph: Graph, dtype: str = USUAL) -> Memory:
    """The memory of a graph whose weights and activations have this dtype. Raises InputError for a dtype that is not known."""
    return Memory(graph, dtype)


def memory_of(bill: Bill) -> Memory:
    """The memory of the network of a bill, in its dtype, for one image; worked out once for all who ask."""
    if bill not in _KNOWN:
        _KNOWN[bill] = memory(bill.graph, bill.dtype)
    return _KNOWN[bill]


_KNOWN: WeakKeyDictionary[Bill, Memory] = WeakKeyDictionary()


def last_reads(found: Plan) -> list[int]:
    """For every storage the number of the last step that needs it: the last that reads it, or makes it where none does.

    Outputs are needed until after the last step, and inputs that the caller holds.
    """
    last = [0] * len(found.storages)
    for number, step in enumerate(found.steps):
        last[step.holds] = number
        for storage in step.reads:
            last[storage] = number
    for storage in found.held:
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
            peak = maximum(peak, alive + beside(step))
        for storage in freed[number]:
            alive = alive - found.storages[storage].bytes
    return peak


def beside(step: Step) -> Dim:
    """Bytes while a call runs beside those of all tensors that are there, each by itself."""
    return step.scratch if step.over is None else step.scratch - step.saved


def _moments(found: Plan) -> Iterator[Moment]:
    freed = _freed(found)
    alive: Dim = found.given
    for number, step in enumerate(found.steps):
        if step.makes is not None:
            alive = alive + found.storages[step.makes].bytes
        yield Moment(step.node, alive + beside(step), step.scratch, number, found, step.saved)
        for storage in freed[number]:
            alive = alive - found.storages[storage].bytes
