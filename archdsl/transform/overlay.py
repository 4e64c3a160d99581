"""What differs from another spec: knobs, defaults of operators, blocks, rows, the net. Every transformation adds to one of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archdsl.spec import yaml_text
from archdsl.spec.model import Block, Body, Call, Value
from archdsl.spec.walk import parts
from archdsl.transform import plain


@dataclass
class Overlay:
    """A spec that extends another and says what differs.

    Attributes:
        extends: the spec that it starts from, as `extends` names it.
        knobs: new defaults, or declarations of new knobs, as plain data.
        defaults: arguments of operators for the whole network.
        blocks: definitions that stand beside those of the base, or replace them by name.
        helpers: definitions that are written only where another calls them.
        rows: new cells of tables, by number of the row and column.
        net: the steps that replace those of the base; None where these stay.
        inner: for a block that wraps another, what it wraps.
    """

    extends: str
    name: str = ""
    doc: str = ""
    imports: list[str] = field(default_factory=list)
    knobs: dict[str, yaml_text.Plain] = field(default_factory=dict)
    defaults: dict[str, dict[str, yaml_text.Plain]] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    helpers: dict[str, Block] = field(default_factory=dict)
    inner: dict[str, Block] = field(default_factory=dict)
    rows: dict[int, dict[str, Value]] = field(default_factory=dict)
    net: Body | None = None
    outputs: yaml_text.Plain = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.knobs or self.defaults or self.blocks or self.rows or self.net)

    def bring(self, library: str) -> None:
        """Import a file of blocks."""
        if library not in self.imports:
            self.imports.append(library)

    def set_knob(self, name: str, value: yaml_text.Plain) -> None:
        """Give a knob a default; what is declared of it here stays."""
        old = self.knobs.get(name)
        self.knobs[name] = {**old, "default": value} if isinstance(old, dict) else value

    def help(self, block: Block) -> None:
        """Have a block for others to call."""
        self.helpers[block.name] = block

    def defined(self) -> dict[str, Block]:
        """The blocks that are written, those before that call helpers."""
        called: set[str] = set()
        waiting: list[Any] = [list(self.blocks.values()), self.net]
        while waiting:
            new = {part.target for part in parts(waiting.pop()) if isinstance(part, Call)} - called
            called |= new
            waiting += [self.helpers[name] for name in sorted(new & set(self.helpers))]
        return {**self.blocks, **{name: block for name, block in self.helpers.items() if name in called}}

    def text(self) -> str:
        """The spec as a person would write it."""
        made: dict[str, Any] = {"archdsl": "1"}
        made |= {"name": plain.word(self.name)} if self.name else {}
        made |= {"doc": plain.word(self.doc)} if self.doc else {}
        made["extends"] = plain.word(self.extends)
        made |= {"import": list(self.imports)} if self.imports else {}
        sections: list[list[str]] = [list(yaml_text.lines(made))]
        if self.knobs:
            sections.append(list(yaml_text.lines({"knobs": self.knobs})))
        if self.defaults:
            sections.append(list(yaml_text.lines({"defaults": self.defaults})))
        if self.rows:
            sections.append(["rows:", *self._rows()])
        if self.defined():
            sections.append(["blocks:", *self._blocks()])
        if self.net is not None:
            sections.append(["net:", *yaml_text.below(plain.body(self.net), 2)])
            if self.outputs is not None:
                sections[-1] += yaml_text.lines({"outputs": self.outputs})
        return "\n\n".join("\n".join(part) for part in sections) + "\n"

    def _rows(self) -> list[str]:
        made = {
            str(row): {column: plain.value(cell) for column, cell in cells.items()} for row, cells in sorted(self.rows.items())
        }
        return list(yaml_text.lines(made, 2))

    def _blocks(self) -> list[str]:
        found: list[str] = []
        for name, block in self.defined().items():
            found += ["", f"  {name}:"] if found else [f"  {name}:"]
            found += yaml_text.lines(plain.block(block, self.inner.get(name)), 4)
        return found
