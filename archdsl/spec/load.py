"""Files to one spec: imports bring blocks and knobs in, `extends` starts from another spec.

Each file is read once, so files may import each other; a block that comes from one file by two ways is one block.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from archdsl.errors import ArchdslError, Fix, Hint, Mark, Source, SpecError, clip, near_miss, unknown
from archdsl.spec.check import check
from archdsl.spec.locate import candidates, find, locate, read, zoo
from archdsl.spec.model import Arrival, Block, Body, File, Free, Label, Outputs, Override, Parameter, Reported, Spec, Title, Value
from archdsl.spec.read_file import read_file
from archdsl.spec.read_parameters import implied_type
from archdsl.spec.report import Report
from archdsl.spec.rows import edit_rows
from archdsl.spec.space import check_space
from archdsl.spec.titles import check_titles
from archdsl.spec.wraps import resolve, take_place, wraps_namesake
from archdsl.spec.yaml import TextLimits

MAX_FILES = 100
SHIPPED = 200  # files of the zoo that are kept, once read


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
    loader = _Loader(report, limits or TextLimits(), source.path.parent.resolve() if source.path else None)
    file = read_file(source, report, loader.limits)
    if file is None:
        raise SpecError(report.errors)
    parts = loader.parts(file, (source.path.resolve(),) if source.path else ())
    return _spec(parts, file, report, loader.incomplete)


@dataclass
class _Parts:
    """What a file comes to with its imports and base put in.

    Attributes:
        borrowed: knobs of imported files.
        clashes: for a knob that two imported files declare, where the second stands.
        replaced: knobs of a base whose net is replaced, each with the place of its new default, where it gets one.
    """

    knobs: dict[str, Parameter] = field(default_factory=dict)
    borrowed: dict[str, Parameter] = field(default_factory=dict)
    clashes: dict[str, Mark] = field(default_factory=dict)
    replaced: dict[str, Mark | None] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    defaults: dict[str, dict[str, Value]] = field(default_factory=dict)
    default_marks: dict[str, Mark] = field(default_factory=dict)
    init: dict[str, Any] = field(default_factory=dict)
    input: tuple[Arrival, ...] | None = None
    net: Body | None = None
    outputs: Outputs | None = None
    doc: str = ""
    paper: str = ""
    reported: tuple[Reported, ...] = ()
    files: dict[Path | None, Source] = field(default_factory=dict)
    extends: str | None = None
    titles: dict[str, Title] = field(default_factory=dict)
    space: tuple[Free, ...] = ()


class _Loader:
    def __init__(self, report: Report, limits: TextLimits, root: Path | None):
        self.report = report
        self.limits = limits
        self.root = root
        self.imported: dict[Path, File | None] = {}
        self.located: dict[tuple[str, Path | None], Path] = {}  # imports that were found, by text and folder of their file
        self.incomplete = False  # a file could not be found or read, so that names may be its own

    def parts(self, file: File, chain: tuple[Path, ...]) -> _Parts:
        parts = self.base(file, chain) if file.extends else _Parts()
        parts.files[file.source.path.resolve() if file.source.path else None] = file.source
        inherited = set(parts.blocks)
        for label in file.imports:
            if not self.report.full:
                self.bring(label, file, parts, inherited)
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
            self.incomplete = True
            return _Parts()
        base = self.file(path, label)
        if base is None:
            return _Parts()
        parts = self.parts(base, (*chain, path))
        parts.extends = label.text
        parts.reported = ()
        return parts

    def path(self, label: Label, file: File, what: str) -> Path | None:
        """The file that a label means, links followed."""
        beside = file.source.path.parent.resolve() if file.source.path else None
        known = self.located.get((label.text, beside))
        if known is not None:
            return known
        root = self.root
        if beside is not None and (root is None or not beside.is_relative_to(root)):
            root = zoo()
        try:
            path = locate(label.text, beside, root)
        except ValueError as error:
            self.report.error(f"{what} '{clip(label.text)}' is not allowed: {error}", label.mark)
            self.incomplete = True
            return None
        if path is None:
            near = "" if self.report.full else near_miss(label.text, candidates(root))
            hint = near or "imports are looked for beside the spec, then in the zoo"
            self.report.error(f"{what} '{clip(label.text)}' was not found", label.mark, hint)
            self.incomplete = True
        else:
            self.located[label.text, beside] = path
        return path

    def file(self, path: Path, label: Label) -> File | None:
        """The file of an import, read once."""
        if len(self.imported) >= MAX_FILES and path not in self.imported:
            self.report.error(f"more than {MAX_FILES} files", label.mark)
            self.imported[path] = None
        if path not in self.imported:
            try:
                known = _shipped(path, Path.cwd()) if path.parent in _shelves() and self.limits == TextLimits() else None
                self.imported[path] = known or read_file(read(path, self.limits), self.report, self.limits)
            except SpecError as error:
                for diagnostic in error.diagnostics:
                    self.report.add(diagnostic)
                self.imported[path] = None
            except ArchdslError as error:
                self.report.error(str(error), label.mark)
                self.imported[path] = None
        self.incomplete = self.incomplete or self.imported[path] is None
        return self.imported[path]

    def bring(self, label: Label, file: File, parts: _Parts, inherited: set[str]) -> None:
        """Put the blocks and knobs of an import in, and those of its own imports before them."""
        path = self.path(label, file, "the import")
        if path is None or path in parts.files:
            return
        other = self.file(path, label)
        if other is None:
            return
        parts.files[path] = other.source
        for inner in other.imports:
            self.bring(inner, other, parts, inherited)
        for name, block in other.blocks.items():
            self.add_block(name, block, parts, inherited)
        for name, knob in other.knobs.items():
            if isinstance(knob, Override):
                knob = Parameter(name=name, mark=knob.mark, type="any", default=knob.default)
            if name in parts.borrowed and parts.borrowed[name].mark.source is not knob.mark.source:
                parts.clashes.setdefault(name, knob.mark)
            parts.borrowed.setdefault(name, knob)

    def add_block(self, name: str, block: Block, parts: _Parts, inherited: set[str]) -> None:
        old = parts.blocks.get(name)
        if old is not None and old is not block and wraps_namesake(block):
            take_place(parts.blocks, block, self.report)
            return
        if old is not None and old is not block and name not in inherited:
            self.report.error(f"the block '{name}' is defined twice", block.mark, "", ("also defined here", old.mark))
            return
        parts.blocks[name] = block

    def overlay(self, file: File, parts: _Parts, inherited: set[str]) -> None:
        for name, block in file.blocks.items():
            self.add_block(name, block, parts, inherited)
        if file.net is not None and parts.net is not None:
            parts.replaced = dict.fromkeys(parts.knobs)
        parts.replaced.update({name: knob.mark for name, knob in file.knobs.items() if name in parts.replaced})
        for name, knob in file.knobs.items():
            self.knob(name, knob, parts, file)
        for op, args in file.defaults.items():
            parts.defaults[op] = {**parts.defaults.get(op, {}), **args}
        parts.default_marks.update(file.default_marks)
        parts.init = {**parts.init, **(file.init or {})}
        parts.input = parts.input if file.input is None else file.input
        if file.net is not None:  # outputs are labels of a net, and go with it; so do rows that are free
            parts.net, parts.outputs, parts.space = file.net, None, ()
        parts.outputs = parts.outputs if file.outputs is None else file.outputs
        parts.doc = file.doc or parts.doc
        parts.paper = file.paper or parts.paper
        parts.reported = file.reported
        parts.titles = {**parts.titles, **file.titles}
        parts.space = file.space or parts.space
        if file.rows and not (parts.net is None and self.incomplete):
            parts.net = edit_rows(parts.net or (), file.rows, self.report)

    def knob(self, name: str, knob: Parameter | Override, parts: _Parts, file: File) -> None:
        """Declare a knob, or change the one that the base or an import declares."""
        old = parts.knobs.get(name) or parts.borrowed.get(name)
        if isinstance(knob, Override):
            if old is None and file.extends and not self.incomplete:
                message, near = unknown("knob", name, [*parts.knobs, *parts.borrowed])
                self.report.error(message, knob.mark, near + f"; a new knob is written {name}: {{default: …}}")
            new = old or Parameter(name=name, mark=knob.mark, type=implied_type(knob.default))
            parts.knobs[name] = dataclasses.replace(new, default=knob.default)
        elif old is None:
            if knob.default is None and not self.incomplete:
                self.report.error(f"the knob '{name}' needs a default", knob.mark)
            parts.knobs[name] = knob
        else:
            keys = ("default", "range", "choices", "doc", "step", "reading", "readings")
            given = {key: value for key in keys if (value := getattr(knob, key))}
            parts.knobs[name] = dataclasses.replace(old, **given)


@lru_cache(SHIPPED)
def _shipped(path: Path, here: Path) -> File | None:
    """A file of the zoo, read once for all who import it; None where something is to be said of it. Messages name it as it is seen from
    `here`."""
    report = Report()
    found = read_file(read(path, TextLimits()), report)
    return None if report.found else found


@lru_cache(1)
def _shelves() -> tuple[Path, ...]:
    """The folders of the zoo."""
    shelf = zoo().resolve()
    return shelf, shelf / "blocks"


def _spec(parts: _Parts, file: File, report: Report, incomplete: bool) -> Spec:
    start = Mark(file.source, 0, 0, 1)
    if incomplete:
        pass  # what is missing may stand in the file that was not found
    elif parts.net is None:
        hint = "a file of blocks is brought in by `import`" if file.blocks else "give 'net' a list of steps, or 'extends' a base"
        report.error("the spec has no 'net'", start, hint)
    elif parts.input is None:
        hint = Hint("for example: input: [3, 224, 224]", Fix("head", text="input: [3, 224, 224]"))
        report.error("the spec has no 'input'", start, hint)
    resolve(parts.blocks, report, incomplete)
    spec = Spec(
        name=file.name or (file.source.path.stem if file.source.path else "network"),
        doc=parts.doc,
        paper=parts.paper,
        source=file.source,
        input=parts.input or (),
        knobs=parts.knobs,
        blocks=parts.blocks,
        defaults=parts.defaults,
        init=parts.init,
        net=parts.net or (),
        outputs=parts.outputs,
        reported=parts.reported,
        files=tuple(parts.files.values()),
        extends=parts.extends,
        space=parts.space,
        titles={**{name: block.title for name, block in parts.blocks.items() if block.title is not None}, **parts.titles},
    )
    check_titles(spec, report)
    checked = check(spec, parts, report, incomplete)
    for name, mark in parts.clashes.items():
        if name in checked.knobs and name not in parts.knobs:
            other = ("and here", mark)
            hint = f"say which it is under 'knobs': {name}: …"
            report.error(f"two imported files declare the knob '{name}'", checked.knobs[name].mark, hint, other)
    if checked.space and not report.errors:
        check_space(checked, report)
    return checked
