"""Files to one spec: imports bring blocks in, `extends` starts from another spec."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archdsl.errors import ArchdslError, Mark, Source, SpecError, near_miss
from archdsl.spec.locate import candidates, find, locate, read, zoo
from archdsl.spec.model import Block, Body, File, Label, Override, Parameter, Reported, Spec, Value
from archdsl.spec.read_file import implied_type, read_file
from archdsl.spec.report import Report
from archdsl.spec.rows import edit_rows
from archdsl.spec.yaml import TextLimits


def load_file(target: str | Path, report: Report, limits: TextLimits | None = None) -> Spec:
    """The spec of a file or of a network of the zoo, merged but not yet checked.

    Raises:
        InputError: no such file.
        SpecError: mistakes that leave nothing to check; others are in the report.
    """
    limits = limits or TextLimits()
    path = find(str(target))
    return load_source(read(path, limits), report, limits)


def load_source(source: Source, report: Report, limits: TextLimits | None = None) -> Spec:
    """The spec of a text. Imports are looked for beside `source.path`, or in the zoo alone where it has none."""
    loader = _Loader(report, limits or TextLimits(), source.path.parent if source.path else None)
    file = read_file(source, report, loader.limits)
    report.stop()
    assert file is not None
    parts = loader.parts(file, (source.path,) if source.path else ())
    report.stop()
    return _spec(parts, file, report, loader)


@dataclass
class _Parts:
    """What a file comes to with its imports and base put in."""

    knobs: dict[str, Parameter] = field(default_factory=dict)
    borrowed: dict[str, Parameter] = field(default_factory=dict)  # knobs of imported files
    blocks: dict[str, Block] = field(default_factory=dict)
    defaults: dict[str, dict[str, Value]] = field(default_factory=dict)
    default_marks: dict[str, Mark] = field(default_factory=dict)
    init: dict[str, Any] = field(default_factory=dict)
    input: tuple[Value, ...] | None = None
    net: Body | None = None
    doc: str = ""
    paper: str = ""
    reported: tuple[Reported, ...] = ()
    files: dict[Path | None, Source] = field(default_factory=dict)
    extends: str | None = None


class _Loader:
    def __init__(self, report: Report, limits: TextLimits, root: Path | None):
        self.report = report
        self.limits = limits
        self.root = root
        self.imported: dict[Path, File | None] = {}

    def parts(self, file: File, chain: tuple[Path, ...]) -> _Parts:
        parts = self.base(file, chain) if file.extends else _Parts()
        parts.files[file.source.path] = file.source
        inherited = set(parts.blocks)
        for label in file.imports:
            self.bring(label, file, parts, inherited, (*chain,))
        self.overlay(file, parts, inherited)
        return parts

    def base(self, file: File, chain: tuple[Path, ...]) -> _Parts:
        label = file.extends
        assert label is not None
        path = self.path(label, file, "the base")
        if path is None:
            return _Parts()
        if path in chain:
            names = " -> ".join(p.stem for p in (*chain[chain.index(path) :], path))
            self.report.error(f"specs extend each other in a circle: {names}", label.mark)
            return _Parts()
        base = self.file(path, label)
        if base is None:
            return _Parts()
        parts = self.parts(base, (*chain, path))
        parts.extends = label.text
        parts.reported = ()
        return parts

    def path(self, label: Label, file: File, what: str) -> Path | None:
        beside = file.source.path.parent if file.source.path else None
        root = self.root
        if beside is not None and (root is None or not beside.is_relative_to(root)):
            root = zoo()
        try:
            path = locate(label.text, beside, root)
        except ValueError as error:
            self.report.error(f"{what} '{label.text}' is not allowed: {error}", label.mark)
            return None
        if path is None:
            near = near_miss(label.text, candidates(root))
            hint = near or "imports are looked for beside the spec, then in the zoo"
            self.report.error(f"{what} '{label.text}' was not found", label.mark, hint)
        return path

    def file(self, path: Path, label: Label) -> File | None:
        if path not in self.imported:
            try:
                self.imported[path] = read_file(read(path, self.limits), self.report, self.limits)
            except SpecError as error:
                for diagnostic in error.diagnostics:
                    self.report.add(diagnostic)
                self.imported[path] = None
            except ArchdslError as error:
                self.report.error(str(error), label.mark)
                self.imported[path] = None
        return self.imported[path]

    def bring(self, label: Label, file: File, parts: _Parts, inherited: set[str], chain: tuple[Path, ...]) -> None:
        path = self.path(label, file, "the import")
        if path is None or path in parts.files:
            return
        other = self.file(path, label)
        if other is None:
            return
        parts.files[path] = other.source
        for inner in other.imports:
            self.bring(inner, other, parts, inherited, chain)
        for name, block in other.blocks.items():
            self.add_block(name, block, parts, inherited, label.mark)
        for name, knob in other.knobs.items():
            if isinstance(knob, Override):
                knob = Parameter(name=name, mark=knob.mark, type="any", default=knob.default)
            parts.borrowed.setdefault(name, knob)

    def add_block(self, name: str, block: Block, parts: _Parts, inherited: set[str], mark: Mark) -> None:
        old = parts.blocks.get(name)
        if old is not None and old is not block and name not in inherited:
            self.report.error(f"the block '{name}' is defined twice", block.mark, "", ("also defined here", old.mark))
            return
        parts.blocks[name] = block

    def overlay(self, file: File, parts: _Parts, inherited: set[str]) -> None:
        for name, block in file.blocks.items():
            self.add_block(name, block, parts, inherited, block.mark)
        for name, knob in file.knobs.items():
            self.knob(name, knob, parts, file)
        for op, args in file.defaults.items():
            parts.defaults[op] = {**parts.defaults.get(op, {}), **args}
        parts.default_marks.update(file.default_marks)
        parts.init = {**parts.init, **(file.init or {})}
        parts.input = file.input or parts.input
        parts.net = file.net or parts.net
        parts.doc = file.doc or parts.doc
        parts.paper = file.paper or parts.paper
        parts.reported = file.reported
        if file.rows:
            parts.net = edit_rows(parts.net or (), file.rows, self.report)

    def knob(self, name: str, knob: Parameter | Override, parts: _Parts, file: File) -> None:
        old = parts.knobs.get(name) or parts.borrowed.get(name)
        if isinstance(knob, Parameter) and old is None:
            if knob.default is None:
                self.report.error(f"the knob '{name}' needs a default", knob.mark)
            parts.knobs[name] = knob
        elif isinstance(knob, Parameter) and old is not None:
            given = {key: value for key in ("default", "range", "choices", "doc", "reading") if (value := getattr(knob, key))}
            parts.knobs[name] = dataclasses.replace(old, **given)
        elif old is not None:
            parts.knobs[name] = dataclasses.replace(old, default=knob.default)
        elif file.extends:
            self.report.unknown("knob", name, [*parts.knobs, *parts.borrowed], knob.mark)
        else:
            parts.knobs[name] = Parameter(name=name, mark=knob.mark, type=implied_type(knob.default), default=knob.default)


def _spec(parts: _Parts, file: File, report: Report, loader: _Loader) -> Spec:
    if parts.net is None:
        path = file.source.path
        hint = "a file of blocks is brought in by `import`" if file.blocks else "give 'net' a list of steps, or 'extends' a base"
        start = Mark(file.source, 0, 0, 1)
        report.error("the spec has no 'net'", start, hint)
        name = path.stem if path else file.source.name
    else:
        name = file.name or (file.source.path.stem if file.source.path else "network")
        if parts.input is None:
            report.error("the spec has no 'input'", Mark(file.source, 0, 0, 1), "for example: input: [3, 224, 224]")
    from archdsl.spec.check import check

    spec = Spec(
        name=name,
        doc=parts.doc,
        paper=parts.paper,
        source=file.source,
        input=parts.input or (),
        knobs=parts.knobs,
        blocks=parts.blocks,
        defaults=parts.defaults,
        init=parts.init,
        net=parts.net or (),
        reported=parts.reported,
        files=tuple(parts.files.values()),
        extends=parts.extends,
    )
    return check(spec, parts.borrowed, parts.default_marks, report)
