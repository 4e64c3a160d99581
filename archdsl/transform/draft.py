"""A network in the making: the spec as it stands, and the overlay that says how it differs from where it began.

After each transformation the overlay is written, read and put together again, so the next one sees a checked spec, whatever the
one before it did.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from archdsl.design import Design, find_mistakes
from archdsl.errors import InputError, Source, SpecError
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.spec.load import load_source
from archdsl.spec.model import Block, Body, Call, Formula, Label, Parameter, RowEdit, Spec, Value
from archdsl.spec.report import Report
from archdsl.spec.rows import edit_rows
from archdsl.spec.walk import parts
from archdsl.transform import plain
from archdsl.transform.make import NOWHERE
from archdsl.transform.overlay import Overlay
from archdsl.transform.reach import reachable
from archdsl.transform.rewrite import rewritten

OVERLAY = "the transformed spec"


class Draft:
    """What transformations work on.

    Attributes:
        base: the network as it came.
        overlay: how the result differs.
        notes: what was done and what could not be, in sentences.
        folder: where the result will lie; what it extends is found from there.
    """

    def __init__(self, base: Design, overlay: Overlay, folder: Path | None):
        self.base = base
        self.overlay = overlay
        self.folder = folder
        self.notes: list[str] = []
        self.design = base
        if not overlay.is_empty:
            self.refresh()

    @property
    def spec(self) -> Spec:
        return self.design.spec

    @property
    def graph(self) -> Graph:
        return self.design.graph()

    @property
    def knobs(self) -> dict[str, Any]:
        """The value of every knob, those of imported files among them."""
        return self.design.knobs

    def blocks(self) -> list[Block]:
        """The blocks that the network is made of, callers before what they call."""
        return reachable(self.spec, self.knobs)

    def put(self, block: Block) -> None:
        """Define a block, in the place of the one of its name where there is one."""
        self.overlay.blocks[block.name] = _read_by_something(block, self.spec)
        if block.wraps is not None and block.wraps.name in self.spec.blocks:
            self.overlay.inner[block.name] = self.spec.blocks[block.wraps.name]

    def need(self, block: str, library: str, knobs: tuple[str, ...] = ()) -> str:
        """Have a block of a file of the zoo, and some of its knobs; gives the name to call it by.

        The file is imported, unless it would put blocks of its own in the place of those of the network: then the block and the
        knobs that it reads are written beside the others.

        Raises:
            InputError: the network has a knob of that name which means something else.
        """
        shipped = library_of(library)
        own = self.spec.blocks
        for knob in knobs:
            if (
                knob in self.spec.knobs
                and not _alike(self.spec.knobs[knob], shipped.borrowed.get(knob))
                and knob not in self.overlay.knobs
            ):
                raise InputError(f"the network has a knob '{knob}' of its own, which the new blocks would read; rename it first")
        path = shipped.blocks[block].mark.source.path
        if any(source.path == path for source in self.spec.files):
            return block
        if all(name not in own or _from_one_file(own[name], made) for name, made in shipped.blocks.items()):
            self.overlay.bring(library)
            return block
        names = {each.name: _free(each.name, own) for each in reachable(shipped, {}, [block])}
        for inner, name in names.items():
            self.overlay.help(_named(shipped.blocks[inner], name, names))
        read = {part for inner in names for part in _read_in(shipped.blocks[inner])}
        for knob in (*knobs, *sorted(read & set(shipped.borrowed) - set(knobs))):
            if knob not in self.spec.knobs:
                self.overlay.knobs.setdefault(knob, declared(shipped.borrowed[knob]))
        return names[block]

    def set_cells(self, row: int, cells: dict[str, Value]) -> None:
        """Give a row new cells."""
        if self.overlay.net is None:
            old = self.overlay.rows.get(row, {})
            self.overlay.rows[row] = {**{name: cells[name] for name in cells if name == "op"}, **old, **cells}
            return
        edit = RowEdit(mark=NOWHERE, cells=cells, cell_marks=dict.fromkeys(cells, NOWHERE))
        self.overlay.net = edit_rows(self.overlay.net, {row: edit}, Report())

    def put_net(self, net: Body) -> None:
        """Replace the steps of the network. What it returns is said anew, as labels of a net go with it."""
        self.overlay.net = net
        self.overlay.rows = {}
        outputs = self.spec.outputs
        if outputs is None:
            return
        labels = {name: label.text for name, label in outputs.labels}
        self.overlay.outputs = labels if outputs.returns == "dict" else list(labels.values())

    def read(self, overlay: Overlay) -> Design:
        """The network of an overlay. Raises SpecError where it cannot be put together."""
        name = f"{overlay.name or OVERLAY}"
        path = self.folder / "transformed.yaml" if self.folder is not None else None
        report = Report()
        limits = self.base.limits
        spec = load_source(Source(name, overlay.text(), path), report, (limits or Limits()).text)
        find_mistakes(spec, {}, limits, report)
        made = type(self.base)(spec, {}, limits, tuple(report.warnings))
        made.graph()
        return made

    def refresh(self) -> None:
        """Put the network together from the overlay."""
        self.design = self.read(self.overlay)

    def copy(self) -> Overlay:
        """The overlay, to be changed on trial."""
        old = self.overlay
        rows = {row: dict(cells) for row, cells in old.rows.items()}
        return dataclasses.replace(
            old,
            imports=list(old.imports),
            knobs=dict(old.knobs),
            defaults={op: dict(args) for op, args in old.defaults.items()},
            blocks=dict(old.blocks),
            helpers=dict(old.helpers),
            inner=dict(old.inner),
            rows=rows,
        )

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Changes that stay where the network can be put together after them, and go where it cannot."""
        before, design = self.copy(), self.design
        trial = Trial()
        yield trial
        try:
            self.refresh()
            trial.failed = trial.check(self.graph)
        except (SpecError, InputError) as error:
            trial.failed = reason(error)
        if trial.failed:
            self.overlay, self.design = before, design


def _free(name: str, own: Mapping[str, Block]) -> str:
    """A name that no block of the network has."""
    return name if name not in own else f"new_{name}"


def _named(block: Block, name: str, names: Mapping[str, str]) -> Block:
    """A block under its new name, that calls others by theirs."""

    def change(call: Call) -> Body | None:
        return (dataclasses.replace(call, target=names[call.target]),) if call.target in names else None

    return dataclasses.replace(block, name=name, body=rewritten(block.body, change))


def _read_in(block: Block) -> Iterator[str]:
    """The names that a block reads, in its body and in the defaults of its arguments."""
    for part in parts([block.body, *(parameter.default for parameter in block.args.values())]):
        if isinstance(part, Formula):
            yield from part.expression.names


def _read_by_something(block: Block, spec: Spec) -> Block:
    """A block without arguments that its body does not read and no call gives."""
    inside = list(parts([block.body, *(parameter.default for parameter in block.args.values())]))
    read = {name for part in inside if isinstance(part, Formula) for name in part.expression.names}
    read |= {name for part in inside if isinstance(part, Label) for name in part.names}
    read |= {part.reference for part in inside if isinstance(part, Call) and part.reference is not None}
    idle = set(block.args) - read
    if not idle or block.wraps is not None or block.name not in spec.blocks:
        return block
    calls = [part for part in parts([spec.net, *(other.body for other in spec.blocks.values())]) if isinstance(part, Call)]
    idle -= {name for call in calls if call.target == block.name or call.reference for name in call.args}
    return dataclasses.replace(block, args={name: item for name, item in block.args.items() if name not in idle})


@cache
def library_of(name: str) -> Spec:
    """A file of blocks of the zoo, with its knobs under `borrowed`."""
    return Design.loads(f"archdsl: 1\nimport: [{name}]\ninput: [1, 1, 1]\nnet: [relu]\n").base


def _from_one_file(one: Block, other: Block) -> bool:
    return one.mark.source.path is not None and one.mark.source.path == other.mark.source.path


def _alike(one: Parameter, other: Parameter | None) -> bool:
    """Whether a knob is that of the file, perhaps with another default."""
    return other is not None and one.doc == other.doc and one.type == other.type


def declared(knob: Parameter) -> dict[str, Any]:
    """The declaration of a knob."""
    made = plain.argument(knob)
    found: dict[str, Any] = dict(made) if isinstance(made, dict) else {"default": made}
    if knob.step is not None:
        found["step"] = plain.constant(knob.step)
    return found


@dataclasses.dataclass
class Trial:
    """How a trial went: why it failed, or nothing. `check` says what is wrong with the graph, if anything."""

    failed: str = ""
    check: Callable[[Graph], str] = lambda graph: ""


def reason(error: Exception) -> str:
    """What an error says, without the place in a text that nobody wrote."""
    if isinstance(error, SpecError) and error.diagnostics:
        return error.diagnostics[0].message
    return str(error).splitlines()[0]
