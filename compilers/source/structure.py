"""What a class is before it is text: the steps of its forward pass, where each takes its tensors from, its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from archdsl.compilers.source.parameters import Formula, Parameter
from archdsl.compilers.source.parts import Made, Ref, Slot, Text
from archdsl.compilers.source.tree import Submodule


class Tie(NamedTuple):
    """A module that uses the weights of an earlier one, by their places.

    Attributes:
        parameters, buffers: names of the tensors; none of either where the module itself is the earlier one.
    """

    path: str
    earlier: str
    parameters: tuple[str, ...] = ()
    buffers: tuple[str, ...] = ()


FLATTEN: Text = (Ref(0), ".flatten(1)")
"""The one function that is a module of torch.nn too, so that a chain of modules may hold it."""


@dataclass(frozen=True)
class Entry:
    """One step of a forward pass: a module that is made and called, or a function.

    Attributes:
        attribute: name of the module, or of the function's result.
        reads, gives: names of the graph's nodes whose tensors come in and go out.
        made: how the module is made; None for a function.
        text: the function, in terms of what it reads.
        first, last: of a run of modules `attribute_N`, the first N and the N after the last.
        again: name of the module that an earlier entry makes, where the function is a call of it.
        times: how often it is called one after the other.
        after: what stands behind the call of a module that gives several tensors: `[0]`.
    """

    attribute: str
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    made: Made | None = None
    text: Text = ()
    first: Slot | None = None
    last: Slot | None = None
    again: str = ""
    times: Slot | None = None
    after: str = ""

    @property
    def called(self) -> str:
        """Name of the class that is called, where one of the file is."""
        return str(self.made.function[0]) if self.made and isinstance(self.made.function[0], str) else ""

    def calling(self, names: Mapping[str, str]) -> Entry:
        """The same with the classes of the file by their final names."""
        if self.made is None or self.called not in names:
            return self
        return replace(self, made=self.made._replace(function=(names[self.called],)))

    def slots(self) -> list[Slot]:
        run = [slot for slot in (self.first, self.last, self.times) if slot is not None]
        return [*run, *(self.made.slots() if self.made else [piece for piece in self.text if isinstance(piece, Slot)])]


Source = tuple[int, int]
"""Where a tensor comes from: an entry, or -1 for what the module is called with; and which of its tensors."""


@dataclass(eq=False)
class SourceClass:
    """A class to be written.

    Attributes:
        submodules: its instances.
        entries: of the first instance.
        sources: for each entry what it reads, and at the end what the class returns.
        formulas: for each entry what stands for its slots.
        parameters: of the constructor.
        ties: modules that use the weights of others.
    """

    name: str
    submodules: list[Submodule]
    entries: list[Entry]
    sources: list[tuple[Source, ...]]
    formulas: list[list[Formula]] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    ties: tuple[Tie, ...] = ()

    @property
    def word(self) -> str:
        return self.submodules[0].word

    @property
    def is_chain(self) -> bool:
        """Whether it runs modules one after the other and does nothing else."""
        first = self.submodules[0]
        if first.returns != "tensor" or len(first.inputs) > 1:  # an input may be read by nothing
            return False
        straight = all(sources == ((index - 1, 0),) for index, sources in enumerate(self.sources))
        modules = [(entry.made is not None and not entry.after) or entry.text == FLATTEN for entry in self.entries]
        return straight and all(modules) and all(entry.times is None for entry in self.entries)
