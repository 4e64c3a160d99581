"""The generated parts of docs/language.md: operators, functions, rules for weights, built-in blocks and limits, as Markdown.

`python -m archdsl.documentation.reference docs/language.md` writes them anew between the marks of the page.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archdsl.cost.words import argument
from archdsl.errors import ArchdslError, InputError
from archdsl.ir.limits import Limits
from archdsl.ops import OPERATORS, Operator
from archdsl.spec.expression import MAX_DEPTH, MAX_LENGTH
from archdsl.spec.functions import FUNCTIONS, Function
from archdsl.spec.initialisation import DEFAULTS, FANS, WORDS, allowed
from archdsl.spec.library import files_of_blocks
from archdsl.spec.model import Block, File
from archdsl.spec.parameters_in_words import bounds_text, value_text
from archdsl.spec.yaml import TextLimits

_SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def sections() -> dict[str, str]:
    """The generated Markdown by the name in its mark."""
    return {"operators": operators(), "functions": functions(), "init": init(), "blocks": blocks(), "limits": limits()}


def renew(page: str) -> str:
    """The page with everything between its marks written anew.

    Raises:
        InputError: a mark names no section, or a section has no mark.
    """
    made = sections()
    found = [match[2] for match in _SECTION.finditer(page)]
    if sorted(found) != sorted(made):
        raise InputError(f"the page has the marks {', '.join(found) or 'none'}; there must be one each of {', '.join(made)}")
    return _SECTION.sub(lambda match: f"{match[1]}\n{made[match[2]]}\n{match[3]}", page)


# -- sections ------------------------------------------------------------------------------------------------------------------


def operators() -> str:
    """One table for each module of operators: the operator's line, below it one line for each argument."""
    modules: dict[str, list[type[Operator]]] = {}
    for op in OPERATORS.values():
        modules.setdefault(op.__module__, []).append(op)
    parts = []
    for module, ops in modules.items():
        head = re.split(r"\.(?= [A-Z]|$)", _first_line(sys.modules[module]))[0]
        rows = [row for op in ops for row in _operator(op)]
        parts.append(f"**{head}**\n\n" + _table(("operator", "argument", "takes", "default", ""), rows))
    return "\n".join(parts)


def functions() -> str:
    rows = [(f"`{name}`", _count(function), function.doc) for name, function in FUNCTIONS.items()]
    return _table(("function", "arguments", "value"), rows)


def init() -> str:
    """The kinds of layer with their rules, then the words of which rules are made."""
    kinds = [(f"`{kind}`", f"`{rule}`") for kind, rule in DEFAULTS.items()]
    rows = []
    for name, word in WORDS.items():
        takes = " or ".join(f"`{fan}`" for fan in FANS) if word.parameter == "fan" else word.parameter
        default = "" if not word.parameter else "must be given" if word.default is None else f"`{argument(word.default)}`"
        layers = ", ".join(f"`{kind}`" for kind in DEFAULTS if name in allowed(kind))
        rows.append((f"`{name}`", takes, default, layers, word.doc))
    return (
        _table(("layer", "rule where none is given"), kinds) + "\n" + _table(("rule", "takes", "default", "for", "weights"), rows)
    )


def blocks() -> str:
    """For each file of the zoo's `blocks/`: its blocks with their arguments, and its knobs."""
    parts = [f"**`{name}`**: {file.doc or ''}\n\n" + _library(file) for name, file in files_of_blocks().items()]
    return "\n".join(parts)


def limits() -> str:
    text, graph = TextLimits(), Limits()
    rows = [
        ("size of a file", f"{text.bytes:,} bytes", "`--limits bytes=N`"),
        ("nesting of the YAML", f"{text.depth} levels", ""),
        ("values in a file, every alias counted in full", f"{text.nodes:,}", "`--limits values=N`"),
        ("length of an expression", f"{MAX_LENGTH:,} characters", ""),
        ("nesting of an expression", f"{MAX_DEPTH} levels", ""),
        ("operators in a network", f"{graph.nodes:,}", "`--limits nodes=N`"),
        ("steps taken to put it together", f"{graph.steps:,}", "`--limits steps=N`"),
        ("blocks that call each other", f"{graph.depth} levels", ""),
    ]
    return _table(("what", "limit", "option"), rows)


# -- their parts ---------------------------------------------------------------------------------------------------------------


def _operator(op: type[Operator]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [(f"`{op.word}`", "", "", "", _first_line(op))]
    for name, field in op.fields.items():
        required = field.default is dataclasses.MISSING
        default = "must be given" if required else f"`{argument(field.default)}`"
        rows.append(("", f"`{name}`", op.kinds[name].name, default, field.metadata["doc"]))
    return rows


def _library(file: File) -> str:
    rows = [(f"`{name}`", _arguments(block), block.doc) for name, block in file.blocks.items()]
    text = _table(("block", "arguments", ""), rows)
    knobs = [
        (f"`{name}`", f"`{value_text(knob.default)}`", bounds_text(knob), getattr(knob, "doc", ""))
        for name, knob in file.knobs.items()
    ]
    return text + ("\n" + _table(("knob", "default", "may be", ""), knobs) if knobs else "")


def _arguments(block: Block) -> str:
    return ", ".join(f"`{name}: {value_text(p.default) if p.default is not None else p.type}`" for name, p in block.args.items())


def _count(function: Function) -> str:
    if function.most is None:
        return f"{function.least} or more"
    return str(function.least) if function.most == function.least else f"{function.least} or {function.most}"


def _first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").split("\n")[0]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(path: str) -> None:
    """Write the generated parts of a page anew."""
    page = Path(path)
    page.write_text(renew(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m archdsl.documentation.reference docs/language.md")
    try:
        main(sys.argv[1])
    except ArchdslError as error:
        sys.exit(str(error))
