"""What a network or a block is: its source, knobs or arguments, and the figures that its source prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.figures import words
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import dims, thousands
from archdsl.exact.shown import jsonable
from archdsl.ir.graph import Node
from archdsl.spec.library import files_of_blocks
from archdsl.spec.model import Block, Parameter, Reported
from archdsl.spec.parameters_in_words import bounds_text, value_text

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed


@dataclass(frozen=True, repr=False)
class About(Result):
    """A network or a block.

    Attributes:
        kind: network or block.
        facts: what is said of it in a word or a line, by what it is.
        parameters: knobs of a network, arguments of a block.
        knobs: those that the blocks of a file read, for a block.
        reported: figures that the source of a network prints.
    """

    kind: str
    name: str
    facts: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    knobs: tuple[Parameter, ...] = ()
    reported: tuple[Reported, ...] = ()

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        facts = Sheet(self.name, ("", self.kind), tuple(self.facts.items()), frozenset())
        what = "Knobs" if self.kind == "network" else "Arguments"
        listed = [_parameters(what, self.parameters), _parameters("Knobs that blocks of the file read", self.knobs)]
        figures = tuple((f.metric, f.text, f.convention, f.source) for f in self.reported)
        printed = Sheet(
            "Figures that the source prints", ("figure", "printed", "counted as", "where"), figures, frozenset(["printed"])
        )
        return [facts, *(sheet for sheet in (*listed, printed) if sheet.rows)]

    def notes(self) -> list[str]:
        return (
            ["open: the source does not say it; `archdsl reconcile` searches it"]
            if any(p.reading for p in self.parameters)
            else []
        )

    def as_dict(self) -> dict[str, Any]:
        reported = [{"figure": words(f), "printed": f.text, "source": f.source} for f in self.reported]
        return {
            "kind": self.kind,
            "name": self.name,
            **self.facts,
            "knobs" if self.kind == "network" else "arguments": self._records(),
            **({"reported": reported} if self.kind == "network" else {"knobs": [_record(knob) for knob in self.knobs]}),
        }

    def _records(self) -> list[dict[str, Any]]:
        return [_record(parameter) for parameter in self.parameters]


def about(net: Costed) -> About:
    """What a network is."""
    spec, bill = net.spec, net.cost()
    facts = {
        "source": spec.paper,
        "file": spec.source.name,
        "extends": spec.extends or "",
        "input": ", ".join(_given(node) for node in bill.graph.inputs),
        "params": thousands(bill.params),
        "macs": thousands(bill.macs),
        "doc": " ".join(spec.doc.split()),
    }
    return About("network", spec.name, _said(facts), tuple(spec.knobs.values()), (), spec.reported)


def _given(node: Node) -> str:
    """The shape of an input, after its name where the spec gives one."""
    return dims(node.shape) if node.name == "input" else f"{node.name} {dims(node.shape)}"


def about_block(name: str) -> About | None:
    """What a block of the zoo is; None where no file has one of this name."""
    for file, content in files_of_blocks().items():
        block = content.blocks.get(name)
        if block is not None:
            doc = " ".join(block.doc.split())
            knobs = tuple(knob for knob in content.knobs.values() if isinstance(knob, Parameter))
            facts = _said({"import": file, "call": _call(block), "doc": doc})
            return About("block", name, facts, tuple(block.args.values()), knobs)
    return None


def _parameters(title: str, parameters: Sequence[Parameter]) -> Sheet:
    rows = tuple((p.name, value_text(p.default), bounds_text(p), "✓" if p.reading else "", p.doc) for p in parameters)
    names = [name for name in ("name", "default", "may be", "open", "") if name != "open" or any(p.reading for p in parameters)]
    return Sheet(title, ("name", "default", "may be", "open", ""), rows, frozenset()).only(names)


def _call(block: Block) -> str:
    """How a block is written in a net."""
    needed = [f"{name}: …" for name, p in block.args.items() if p.default is None]
    return f"- {block.name}: {{{', '.join(needed)}}}" if needed else f"- {block.name}"


def _said(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in facts.items() if text}


def _record(parameter: Parameter) -> dict[str, Any]:
    low, high = parameter.range or (None, None)
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": value_text(parameter.default) if parameter.default is not None else None,
        "range": None if low is None else [jsonable(low), jsonable(high)],
        "choices": None if parameter.choices is None else jsonable(parameter.choices),
        "doc": parameter.doc,
        "reading": parameter.reading,
    }
