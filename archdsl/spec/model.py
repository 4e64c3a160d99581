"""What a spec is once it has been read: frozen values, steps, blocks and knobs, each with its place in the text.

text --yaml--> nodes --read_*--> File --load--> Spec --check--> Spec --ir.elaborate--> Graph
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archdsl.errors import Mark, Source
from archdsl.exact import is_number
from archdsl.spec.choice import Choice
from archdsl.spec.declared import Free, Override, Parameter, Reported, RowEdit
from archdsl.spec.labels import Label
from archdsl.spec.values import Closure, Constant, Formula, Inline, ListOf, Title, Value, Wraps

__all__ = [
    "PLAIN",
    "Arrival",
    "Block",
    "Body",
    "Call",
    "Choice",
    "Closure",
    "Constant",
    "File",
    "Formula",
    "Free",
    "Inline",
    "Label",
    "ListOf",
    "Modifiers",
    "Outputs",
    "Override",
    "Parallel",
    "Parameter",
    "Path",
    "Reported",
    "RowEdit",
    "Spec",
    "Stage",
    "Step",
    "Table",
    "Title",
    "Value",
]

# -- steps ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Modifiers:
    """What any step may carry beside its operator.

    `labels`: one stands for all that leaves the step, several for one tensor each.
    """

    name: Label | None = None
    when: Value | None = None
    repeat: Value | None = None
    loop: tuple[tuple[str, Value], ...] = ()
    labels: tuple[Label, ...] = ()
    sources: tuple[Label, ...] = ()
    share: Label | None = None


PLAIN = Modifiers()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Call:
    """One operator, block, or block argument (`$learn`). The target of a step that could not be read is empty."""

    mark: Mark
    target: str
    args: dict[str, Value] = field(default_factory=dict)
    arg_marks: dict[str, Mark] = field(default_factory=dict)
    positional: Value | None = None
    mods: Modifiers = PLAIN
    row: int | None = None
    scale: dict[str, Formula] = field(default_factory=dict)

    def scales(self, name: str, value: Value) -> bool:
        """Whether the scale of its column applies to an argument: to printed numbers and to nothing else."""
        return name in self.scale and isinstance(value, Constant) and is_number(value.value)

    @property
    def reference(self) -> str | None:
        """Name of the argument or knob that holds the block, where the target is one."""
        return self.target[1:] if self.target.startswith("$") else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Parallel:
    """A split or fork with its paths and the join that closes it.

    `shares` of a split: one value for each path, a number or the word `rest`; None splits evenly. A fork has no shares.
    `loop` and one path make one path for each round.
    """

    mark: Mark
    kind: str
    shares: tuple[Value, ...] | None
    paths: tuple[Path, ...]
    join: Call
    loop: tuple[tuple[str, Value], ...] = ()
    mods: Modifiers = PLAIN


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Path:
    """One path of a split or fork. `name` None: it goes by its number. Where `when` is false, it is not there."""

    mark: Mark
    name: str | None
    body: Body
    when: Value | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stage:
    """Steps under a name. `end` runs after the body, which gives "after the last block of each stage" a place."""

    mark: Mark
    name: Label
    body: Body
    end: Body = ()
    mods: Modifiers = PLAIN

    @property
    def steps(self) -> Body:
        """All of its steps, in the order in which they run."""
        return (*self.body, *self.end)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Table:
    """Rows under columns. `rows` are calls, or stages whose bodies are calls.

    `scale` holds a formula of `$value` for a column. It applies to cells that are plain numbers; a formula in a cell already says
    what it means and is left as it is, so `$classes` stands unscaled in a column of channels.
    """

    mark: Mark
    columns: tuple[str, ...]
    column_marks: tuple[Mark, ...]
    rows: tuple[Call | Stage, ...]
    scale: dict[str, Formula]
    mods: Modifiers = PLAIN

    def calls(self) -> Iterator[Call]:
        """The rows as printed, stages opened."""
        for row in self.rows:
            if isinstance(row, Stage):
                yield from (step for step in row.body if isinstance(step, Call))
            else:
                yield row


Step = Call | Parallel | Stage | Table | Choice
Body = tuple[Step, ...]

# -- knobs, blocks, files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """A block.

    Attributes:
        broken: its definition could not be read, so nothing is known of its arguments.
        wraps: the block that it wraps.
        inputs: labels of the tensors that it is called with; none where it takes whatever arrives.
        outputs: labels of the tensors that it gives; none where those after its last step are.
    """

    name: str
    mark: Mark
    doc: str
    args: dict[str, Parameter]
    body: Body
    broken: bool = False
    title: Title | None = None
    wraps: Wraps | None = None
    inputs: tuple[Label, ...] = ()
    outputs: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arrival:
    """A tensor that a network is called with.

    Attributes:
        shape: its dimensions, without the batch.
        kind: the word of its kind (`map`, `ids`); "" where its number of axes tells.
        labelled: whether `from` can take it by its name; where a spec gives one shape and no name, it cannot.
    """

    mark: Mark
    name: str
    shape: tuple[Value, ...]
    kind: str = ""
    labelled: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outputs:
    """What a network returns: labels of its net by the names of the outputs, as a `tensor`, a `tuple` or a `dict`."""

    mark: Mark
    labels: tuple[tuple[str, Label], ...]
    returns: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class File:
    """One file as it was read, before imports and the base spec are put in. None marks a part that the file does not have.

    `default_marks` holds where an operator (`conv`), its argument (`conv.bias`) or a rule of initialisation (`init.conv`) is named.
    """

    source: Source
    name: str | None
    doc: str | None
    paper: str | None
    imports: tuple[Label, ...]
    extends: Label | None
    input: tuple[Arrival, ...] | None
    knobs: dict[str, Parameter | Override]
    blocks: dict[str, Block]
    defaults: dict[str, dict[str, Value]]
    default_marks: dict[str, Mark]
    init: dict[str, Any] | None
    net: Body | None
    outputs: Outputs | None
    rows: dict[int, RowEdit]
    reported: tuple[Reported, ...]
    titles: dict[str, Title]
    space: tuple[Free, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spec:
    """A whole network: a file with its imports and its base put in.

    `knobs` holds those of the network and those of imported files that its blocks read, `forced` arguments by block that are the
    same in every call, `titles` printed names, those of blocks among them, `dropped` knobs that only the net of the base read,
    `borrowed` the other knobs of imported files, for blocks that only a setting names, `space` what is free in it.
    """

    name: str
    doc: str
    paper: str
    source: Source
    input: tuple[Arrival, ...]
    knobs: dict[str, Parameter]
    blocks: dict[str, Block]
    defaults: dict[str, dict[str, Value]]
    init: dict[str, Any]
    net: Body
    outputs: Outputs | None
    reported: tuple[Reported, ...]
    files: tuple[Source, ...]
    extends: str | None = None
    titles: dict[str, Title] = field(default_factory=dict)
    forced: dict[str, dict[str, Constant]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    borrowed: dict[str, Parameter] = field(default_factory=dict)
    space: tuple[Free, ...] = ()
