"""What a spec is once it has been read: frozen values, steps, blocks and knobs, each with its place in the text.

text --yaml--> nodes --read_*--> File --load--> Spec --check--> Spec --ir.elaborate--> Graph
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark, Source
from archdsl.exact import is_number
from archdsl.spec.values import Closure, Constant, Formula, Inline, ListOf, Title, Value, Wraps

__all__ = [
    "PLAIN",
    "Block",
    "Body",
    "Call",
    "Closure",
    "Constant",
    "File",
    "Formula",
    "Inline",
    "Label",
    "ListOf",
    "Modifiers",
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


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A name in `name`, `as`, `from` or `stage`. `$word` in it stands for a value in reach: `stage$i`."""

    mark: Mark
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Modifiers:
    """What any step may carry beside its operator."""

    name: Label | None = None
    when: Value | None = None
    repeat: Value | None = None
    loop: tuple[tuple[str, Value], ...] = ()
    label: Label | None = None
    sources: tuple[Label, ...] = ()


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
    """One path of a split or fork. `name` None: it goes by its number."""

    mark: Mark
    name: str | None
    body: Body


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


Step = Call | Parallel | Stage | Table
Body = tuple[Step, ...]

# -- knobs, blocks, files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Parameter:
    """A knob of a spec, or an argument of a block.

    Attributes:
        type: int, number, bool, word, list, block or any.
        default: None where it must be given.
        range: inclusive bounds; of each element, for a list.
        step: what one value is from the next, where what-if questions walk along the range.
        reading: whether the source left it open, so that `archdsl reconcile` may search it.
        readings: values to search; none where all that it may be are.
    """

    name: str
    mark: Mark
    type: str
    default: Value | None = None
    range: tuple[int | Fraction, int | Fraction] | None = None
    choices: tuple[Any, ...] | None = None
    doc: str = ""
    step: int | Fraction | None = None
    reading: bool = False
    readings: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """A block. `broken`: its definition could not be read, so nothing is known of its arguments. `wraps`: the block that it wraps."""

    name: str
    mark: Mark
    doc: str
    args: dict[str, Parameter]
    body: Body
    broken: bool = False
    title: Title | None = None
    wraps: Wraps | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reported:
    """A figure that the source prints.

    Attributes:
        metric: params, macs, flops, top1, top5, or latency.
        value: exact value of the printed text; for accuracies in percent, for latency in seconds.
        text: as printed (`3.41M`).
        step: value of one unit in the last printed place.
        convention: the counting convention of flops.
        source: where it is printed.
    """

    mark: Mark
    metric: str
    value: Fraction
    text: str
    step: Fraction
    convention: str = ""
    source: str = ""


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
    input: tuple[Value, ...] | None
    knobs: dict[str, Parameter | Override]
    blocks: dict[str, Block]
    defaults: dict[str, dict[str, Value]]
    default_marks: dict[str, Mark]
    init: dict[str, Any] | None
    net: Body | None
    rows: dict[int, RowEdit]
    reported: tuple[Reported, ...]
    titles: dict[str, Title]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Override:
    """`name: value` under `knobs` of a spec that extends another: a new default and nothing else."""

    name: str
    mark: Mark
    default: Value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RowEdit:
    """New cells of one table row; `cells` None takes the row out.

    Attributes:
        cells: values by column.
        cell_marks: where each column is named.
        mods: for a column that is a modifier (`repeat`), the field of `Modifiers` and its value.
    """

    mark: Mark
    cells: dict[str, Value] | None
    cell_marks: dict[str, Mark]
    mods: dict[str, tuple[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spec:
    """A whole network: a file with its imports and its base put in.

    `knobs` holds those of the network and those of imported files that its blocks read, `forced` arguments by block that are the
    same in every call, `titles` printed names, those of blocks among them, `dropped` knobs that only the net of the base read.
    """

    name: str
    doc: str
    paper: str
    source: Source
    input: tuple[Value, ...]
    knobs: dict[str, Parameter]
    blocks: dict[str, Block]
    defaults: dict[str, dict[str, Value]]
    init: dict[str, Any]
    net: Body
    reported: tuple[Reported, ...]
    files: tuple[Source, ...]
    extends: str | None = None
    titles: dict[str, Title] = field(default_factory=dict)
    forced: dict[str, dict[str, Constant]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
