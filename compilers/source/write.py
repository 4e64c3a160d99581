"""Classes as text, laid out as `ruff format` lays it out."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence

from archdsl.compilers.source.layout import WIDTH, added, chained, laid_out
from archdsl.compilers.source.modules import COPIED
from archdsl.compilers.source.parameters import Formula, formula_text
from archdsl.compilers.source.parts import REQUIRED, Ref, Slot, Text
from archdsl.compilers.source.shared import lines
from archdsl.compilers.source.structure import Entry, Source, SourceClass
from archdsl.compilers.torch.names import RESERVED
from archdsl.errors import visible

LETTERS = ("x", "y", "z")
"""Tensors without a name of their own: what arrives, and what is on its way."""


def file_text(heading: str, whole: str, classes: list[SourceClass], docs: Mapping[str, str]) -> str:
    """The whole file: the heading as its docstring, imports, the layers that PyTorch lacks, and the classes."""
    copied = [inspect.getsource(layer).rstrip() for layer in COPIED if _is_used(layer.__name__, classes)]
    written = [*copied, *("\n".join(_class(c, _doc(c, whole, docs))).rstrip() for c in classes)]
    body = "\n\n\n".join(written)
    imports = ["import torch"] if "torch." in body.replace("import torch", "") else []
    imports.append("from torch import Tensor, nn" if "Tensor" in body else "from torch import nn")
    if "functional." in body:
        imports.append("from torch.nn import functional")
    typing = ["from typing import Any", ""] if "Any" in body else []
    return "\n".join([_quoted(heading), "", "from __future__ import annotations", "", *typing, *imports, "", "", body, ""])


def _quoted(heading: str) -> str:
    text = visible(heading.strip(), keep="\n").replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""' if "\n" in text or text.endswith('"') else f'"""{text}"""'


def _is_used(name: str, classes: list[SourceClass]) -> bool:
    return any(entry.made is not None and entry.made.function == (name,) for made in classes for entry in made.entries)


def _doc(made: SourceClass, whole: str, docs: Mapping[str, str]) -> str:
    submodule = made.submodules[0]
    if submodule.kind == "block":
        return docs.get(submodule.word) or f"The block {submodule.word}."
    return {
        "network": whole,
        "stage": "The blocks of a stage, one after the other.",
        "path": f"One of the paths of {submodule.around}." if submodule.around else "One of several paths.",
    }.get(submodule.kind, "Operators under one name.")


def _class(made: SourceClass, doc: str) -> Iterator[str]:
    chain = made.is_chain
    yield f"class {made.name}(nn.{'Sequential' if chain else 'Module'}):"
    yield from _docstring(doc)
    yield ""
    makes = [line for index in range(len(made.entries)) for line in _make(made, index, chain)]
    kept = [] if chain else [f"        self.{name} = {name}" for name in _kept(made)]
    if makes or kept:
        yield from laid_out("    def __init__(", ["self", *_signature(made)], ") -> None:", 4)
        yield "        super().__init__()"
        yield from kept
        yield from makes
        for head, given in [line for tie in made.ties for line in lines(tie)]:
            yield from laid_out(f"        {head}", given, ")", 8) if given else [f"        {head}"]
    if chain:
        return
    if makes or kept:
        yield ""
    yield from _forward(made)


def _docstring(text: str) -> Iterator[str]:
    text = visible(" ".join(text.split())).replace("\\", "\\\\").replace('"""', "'''")
    lines = textwrap.wrap(text, WIDTH - 12)
    if len(lines) == 1 and not text.endswith('"'):
        yield f'    """{text}"""'
        return
    yield f'    """{lines[0]}'
    yield from (f"    {line}" for line in lines[1:])
    yield '    """'


def _signature(made: SourceClass) -> list[str]:
    return [f"{p.name}: {p.annotation}" + ("" if p.default is REQUIRED else f" = {p.default}") for p in made.parameters]


def _kept(made: SourceClass) -> dict[str, str]:
    """Parameters that the forward pass reads, and where the module keeps them."""
    found: dict[str, str] = {}
    taken = {*RESERVED, *(entry.attribute for entry in made.entries)}
    for entry, formulas in zip(made.entries, made.formulas, strict=True):
        read = formulas if entry.made is None else formulas[: 2 if entry.first else 1 if entry.times else 0]
        for name in [piece.name for formula in read for piece in formula if not isinstance(piece, str)]:
            found[name] = f"self.{name}_" if name in taken else f"self.{name}"
    return found


def _make(made: SourceClass, index: int, chain: bool) -> Iterator[str]:
    """The lines of a constructor that make one entry."""
    entry, formulas = made.entries[index], made.formulas[index]
    if entry.made is None:
        if chain:
            yield f"        self.{entry.attribute} = nn.Flatten()"
        return
    depth, head, close = 8, f"self.{entry.attribute} = ", ")"
    if not entry.attribute.isidentifier():  # a number, as in nn.Sequential
        head, close = f'self.add_module("{entry.attribute}", ', "))"
    if entry.first is not None:
        yield from _lists(entry, formulas)
        yield f"        for i in range({formula_text(formulas[0])}, {formula_text(formulas[1])}):"
        depth, head, close = 12, f'self.add_module(f"{entry.attribute}_{{i}}", ', "))"
        formulas = [_named(slot, formula) for slot, formula in zip(entry.slots(), formulas, strict=True)][2:]
    elif entry.times is not None:
        formulas = formulas[1:]
    rest = iter(formulas)
    function = _filled(entry.made.function, rest)
    given = []
    for argument in entry.made.arguments:
        text = _filled(argument.text, rest)
        if argument.default is not REQUIRED and text == repr(argument.default):
            continue
        given.append(f"{argument.keyword}={text}" if argument.keyword else text)
    if close == "))":
        yield from added(depth, head, function, given)
    else:
        yield from laid_out(" " * depth + head + function + "(", given, close, depth)


def _lists(entry: Entry, formulas: list[Formula]) -> Iterator[str]:
    """Lists of numbers that a loop goes along, where they are no arguments."""
    for slot, formula in zip(entry.slots(), formulas, strict=True):
        if _named(slot, formula) != formula:
            yield from laid_out(f"        {slot.hint} = ", [formula_text(formula)], "", 8)


def _named(slot: Slot, formula: Formula) -> Formula:
    """A list by its name."""
    return (slot.hint,) if isinstance(slot.value, tuple) and isinstance(formula[0], str) else formula


def _filled(text: Text, formulas: Iterator[Formula], arriving: Sequence[str] = (), kept: Mapping[str, str] | None = None) -> str:
    """A text with the formulas in its slots and the names of tensors in their places."""
    parts: list[str] = []
    for piece in text:
        if isinstance(piece, Slot):
            parts.append(formula_text(next(formulas), kept))
        else:
            parts.append(arriving[piece.position] if isinstance(piece, Ref) else piece)
    return "".join(_ranges(parts))


def _ranges(parts: list[str]) -> Iterator[str]:
    """Texts with the bounds of slices put together. They stand on both sides of a piece that is a colon."""
    at = 0
    while at < len(parts):
        bounds = [parts[at]]
        while at + 2 < len(parts) and parts[at + 1] == ":":
            at += 2
            bounds.append(parts[at])
        at += 1
        yield _range(bounds) if len(bounds) > 1 else bounds[0]


def _range(bounds: list[str]) -> str:
    """The bounds of a slice, with spaces around the colon where one is worked out."""
    start, *others = bounds
    bounds = ["" if start == "0" else start, *others]
    if all(bound.replace("_", "").isalnum() for bound in bounds if bound):
        return ":".join(bounds)
    return " : ".join(bounds).strip().replace(":  :", "::")


def _forward(made: SourceClass) -> Iterator[str]:
    submodule = made.submodules[0]
    arriving = len(submodule.inputs)
    called = submodule.arguments or [LETTERS[n] if n < len(LETTERS) else f"x{n + 1}" for n in range(arriving)]
    names: dict[Source, str] = {(-1, n): called[n] for n in range(arriving)}
    last: dict[Source, int] = {}
    for index, sources in enumerate(made.sources):
        last.update((source, index) for source in sources)
    returned = made.sources[-1]
    kind = {"tensor": "Tensor", "dict": "dict[str, Tensor]"}.get(
        submodule.returns, f"tuple[{', '.join(['Tensor'] * len(returned))}]"
    )
    arguments = [f"{names[-1, n]}: Tensor" for n in range(arriving)]
    yield from laid_out("    def forward(", ["self", *arguments], f") -> {kind}:", 4)
    kept = _kept(made)
    steps: list[tuple[Entry, list[str], str]] = []
    for index, entry in enumerate(made.entries):
        given = [names[source] for source in made.sources[index]]
        live = {name for source, name in names.items() if last.get(source, -1) > index}
        for position in range(len(entry.gives)):
            name = _target(made, index, position, given, live)
            live.add(name)
            names[index, position] = name
        steps.append((entry, given, ", ".join(names[index, position] for position in range(len(entry.gives)))))
    result = ", ".join(names[source] for source in returned)
    ends = submodule.returns == "tensor" and returned == ((len(steps) - 1, 0),) and not _is_vague(made.entries[-1])
    typed = _typed(made, steps, result, names)
    for index, (entry, given, target) in enumerate(steps):
        if ends and index == len(steps) - 1:
            yield from _expression("return ", entry, made.formulas[index], given, kept)
        else:
            yield from _step(entry, made.formulas[index], given, target, kept, ": Tensor" if index == typed else "")
    if ends:
        return
    if submodule.returns == "dict":
        items = [f'"{name}": {names[source]}' for name, source in zip(submodule.named, returned, strict=True)]
        yield from laid_out("        return {", items, "}", 8)
    elif len(returned) == 1 and submodule.returns == "tuple":
        yield f"        return ({result},)"
    else:
        yield f"        return {result}"


def _is_vague(entry: Entry) -> bool:
    """Whether a type checker takes what an entry gives for anything: what a module gives, and sums and products of that."""
    return (
        entry.made is not None or bool(entry.again) or any(piece in (" + ", " - ", " * ", " / ", " @ ") for piece in entry.text)
    )


def _typed(made: SourceClass, steps: list[tuple[Entry, list[str], str]], result: str, names: Mapping[Source, str]) -> int:
    """The step that says of the result that it is a tensor; -1 where that is known."""
    (place, _), *others = made.sources[-1]
    if (
        others
        or made.submodules[0].returns != "tensor"
        or place < 0
        or not _is_vague(made.entries[place])
        or result in {names[s] for s in names if s[0] == -1}
    ):
        return -1
    return next((index for index, (_, _, target) in enumerate(steps) if target == result), -1)


def _target(made: SourceClass, index: int, position: int, given: list[str], live: set[str]) -> str:
    """What a tensor of an entry is called: a letter while it is on its way, the module's name where it waits for others."""
    entry = made.entries[index]
    if len(entry.gives) > 1:
        again = given[position] if entry.first is not None else ""
        return again if again and again not in live else _free(f"{entry.attribute}_{position + 1}", live)
    free = [name for name in given if name in LETTERS and name not in live]
    readers = [place for place, sources in enumerate(made.sources[:-1]) if (index, 0) in sources]
    if len(entry.gives) == 1 and (entry.first or entry.times) is not None and free:
        return free[0]
    waits = any(len(made.sources[place]) > 1 for place in readers) or len(readers) > 1
    if waits and entry.made is not None and (not free or free == ["x"]):
        return _free(entry.attribute, live)
    return next(iter([*free, *(letter for letter in LETTERS if letter not in live)]), "") or _free(entry.attribute, live)


def _free(name: str, live: Collection[str]) -> str:
    name = name if not name[0].isdigit() else f"path_{name}"
    while name in live or name in ("torch", "nn", "functional", "self", "i", *LETTERS):
        name += "_"
    return name


def _step(
    entry: Entry, formulas: list[Formula], given: list[str], target: str, kept: Mapping[str, str], annotation: str
) -> Iterator[str]:
    """The lines of a forward pass that run one entry."""
    if (entry.first or entry.times) is not None and target != ", ".join(given):
        yield f"        {target}{annotation} = {', '.join(given)}"
    if entry.times is not None:
        module = entry.again or entry.attribute
        called = f"self.{module}" if module.isidentifier() else f'self.get_submodule("{module}")'
        yield f"        for _ in range({formula_text(formulas[0], kept)}):"
        yield f"            {target} = {called}({target}){entry.after}"
    elif entry.first is not None:
        yield f"        for i in range({formula_text(formulas[0], kept)}, {formula_text(formulas[1], kept)}):"
        yield f'            {target} = self.get_submodule(f"{entry.attribute}_{{i}}")({target})'
    elif entry.made is not None:
        module = f"self.{entry.attribute}" if entry.attribute.isidentifier() else f'self.get_submodule("{entry.attribute}")'
        yield from laid_out(f"        {target}{annotation} = {module}(", given, f"){entry.after}", 8)
    elif _filled(entry.text, iter(formulas), given, kept) != target:
        yield from _expression(f"{target}{annotation} = ", entry, formulas, given, kept)


def _expression(head: str, entry: Entry, formulas: list[Formula], given: list[str], kept: Mapping[str, str]) -> Iterator[str]:
    """A line with the formula of an entry, or several where it is long."""
    text = _filled(entry.text, iter(formulas), given, kept)
    line = f"        {head}{text}"
    if len(line) > WIDTH and text.startswith("torch.cat("):
        yield from laid_out(f"        {head}torch.cat(", [text[len("torch.cat(") : -1]], ")", 8)
    else:
        yield from chained(f"        {head}", text)
