"""docs/python.md: the public interface in Python, from its signatures and docstrings.

    python -m archdsl.documentation.python docs/python.md

What is not on this page is not meant for users; a test compares the page with the program.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import archdsl
from archdsl.artifacts import write


class Answer(NamedTuple):
    """A class of what a question gives.

    Attributes:
        place: its module.
        given_by: how one comes by it.
    """

    place: str
    name: str
    given_by: str


RESULT = Answer("archdsl.cost.tables.result", "Result", "")
ANSWERS = (
    Answer("archdsl.net.costs", "Costs", "net.cost()"),
    Answer("archdsl.cost.tables.predicted", "Predicted", 'net.cost().latency("raspberry-pi-3b")'),
    Answer("archdsl.cost.tables.tree", "Tree", "net.cost().tree(2)"),
    Answer("archdsl.cost.tables.sheet", "Sheet", "net.table()"),
    Answer("archdsl.cost.tables.about", "About", "net.about()"),
    Answer("archdsl.net.notebook", "Studio", "net.studio()"),
    Answer("archdsl.explore.sweep", "Sweep", "net.sweep(width=[0.5, 1])"),
    Answer("archdsl.explore.variants", "Variants", 'net.sweep(width=[0.5, 1]).pareto("macs", "max:width")'),
    Answer("archdsl.explore.solve.solution", "Solution", 'net.solve("max:width", free="width")'),
    Answer("archdsl.explore.whatif", "WhatIf", "net.whatif(width=0.5)"),
    Answer("archdsl.cost.tables.difference", "Difference", 'net.diff("mobilenet_v3")'),
    Answer("archdsl.cost.tables.comparison", "Comparison", 'net.compare("mobilenet_v3")'),
    Answer("archdsl.transform.run", "Transformed", 'net.transform(partial="1/2")'),
    Answer("archdsl.transform.pruning.run", "Pruned", 'net.prune("macs=50%")'),
    Answer("archdsl.explore.reconcile.readings", "Reconciled", "net.reconcile()"),
    Answer("archdsl.explore.search.result", "Found", 'net.search("naswot", over="width")'),
    Answer("archdsl.train.learned", "Learned", "net.train()"),
    Answer("archdsl.measure.result", "Bench", "net.bench()"),
    Answer("archdsl.net.exporting", "Exported", 'net.export("net.onnx")'),
    Answer("archdsl.net.importing", "ImportedNet", "archdsl.from_module(model, example)"),
)
MADE_BY = ("load", "loads")
"""Methods of a network that a function of the package stands for."""
SHOWN = {
    "Costs": ("latency", "tree"),
    "Sweep": ("pareto", "top", "rows", "write", "plot"),
    "Studio": ("net", "reset"),
    "Variants": ("column",),
    "Sheet": ("only", "csv", "markdown", "latex", "html", "as_dict", "to_pandas"),
}
"""Methods of answers that are meant for users, beside those that all answers have."""

LINE = 100
"""Letters of a signature on one line."""

HEAD = """# Python

The same questions as in the shell, each a call of what the command calls. `import archdsl` takes no NumPy and no torch; what a question
needs is imported when it is asked.

```python
import archdsl

net = archdsl.load("dpnet", width=0.75)
print(net.cost())                                  # the bill, as a table
net.cost().macs                                    # exact, an int
net.cost().latency("raspberry-pi-3b").total        # seconds, predicted
net.whatif(kernels=[3, 7])
net.solve("max:width", free="width", most={"macs": "118M"})
net.sweep(width=[0.5, 0.75, 1]).pareto("macs", "max:width").as_dict()["rows"]
net.diff("mobilenet_v3").totals
```

Axes are a text (`"width,resolution"`), texts as on the command line (`["width=0.5:2:0.05"]`), or values by setting
(`{"kernels": [[3, 5], [3, 7]], "width": None}`; None for all that a knob may be). Bounds are numbers or texts (`118M`) by cost, for
latencies seconds. Where a network is asked for, its path or name will do.

A module takes and returns tensors, the batch first. Several inputs go in their order or by their names; several outputs are a tuple where
`outputs` of the spec is a list, and a dictionary where it is a mapping, as in this network of two inputs that share their first layer:

```python
import torch

pair = archdsl.loads('''
input: {left: [3, 8, 8], right: [3, 8, 8]}
net:
  - {conv: {out: 4, kernel: 3}, share: first, as: a}
  - {conv: {out: 4, kernel: 3}, share: first, from: right, as: b}
  - {add: {}, from: [a, b], as: both}
outputs: {both: both, left: a}
''')
images = {"left": torch.rand(2, 3, 8, 8), "right": torch.rand(2, 3, 8, 8)}
found = pair.module()(**images)                    # or (images["left"], images["right"])
found["both"].shape                                # torch.Size([2, 4, 8, 8])
```

Mistakes are `archdsl.SpecError` (in a spec, with line and column), `archdsl.InputError` (a value from outside) and `archdsl.BackendError`
(a library that is missing, or what a back end cannot do); all are `archdsl.ArchdslError`.

This page is written by `python -m archdsl.documentation.python docs/python.md`. What does not stand on it is not meant for users.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD, "## Functions\n"]
    parts += [_function(f"archdsl.{name}", getattr(archdsl, name)) for name in ("load", "loads", "from_module", "reproduce")]
    parts += [_class("archdsl.Limits", archdsl.Limits), "## A network\n", f"{_text(archdsl.Net)}\n"]
    parts += [_function(f"net.{name}", method) for name, method in methods(archdsl.Net)]
    parts += ["## Answers\n", _text(_kind(RESULT)) + "\n"]
    parts += [_function(f"answer.{name}", method) for name, method in methods(_kind(RESULT))]
    for answer in ANSWERS:
        parts.append(_class(answer.name, _kind(answer), f"`{answer.given_by}`\n\n"))
        parts += [_function(f".{name}", getattr(_kind(answer), name)) for name in SHOWN.get(answer.name, ())]
    return "\n".join(parts)


def methods(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class with a docstring, its bases' too, by name."""
    for name in sorted(dir(kind)):
        member = inspect.getattr_static(kind, name)
        if not name.startswith("_") and name not in MADE_BY and (callable(getattr(kind, name)) or hasattr(member, "__get__")):
            yield name, getattr(kind, name) if callable(getattr(kind, name)) else member


def _kind(answer: Answer) -> type[Any]:
    found = getattr(importlib.import_module(answer.place), answer.name)
    assert isinstance(found, type)
    return found


def _class(name: str, kind: type[Any], before: str = "") -> str:
    return f"### {name}\n\n{before}{_text(kind)}\n"


def _function(name: str, member: Any) -> str:
    call = f"{name}{signature(member)}" if callable(member) else name
    return f"#### `{name}`\n\n```python\n{call}\n```\n\n{_text(member)}\n"


def signature(member: Any) -> str:
    """How it is called, without `self`: one line where that is short, otherwise one for each argument."""
    found = inspect.signature(member)
    kept = [p for p in found.parameters.values() if p.name not in ("self", "cls")]
    returns = "" if found.return_annotation is inspect.Signature.empty else f" -> {found.return_annotation}"
    parts: list[str] = []
    for place, parameter in enumerate(kept):
        before = kept[place - 1].kind if place else parameter.POSITIONAL_OR_KEYWORD
        if parameter.kind is parameter.KEYWORD_ONLY and before is parameter.POSITIONAL_OR_KEYWORD:
            parts.append("*")
        parts.append(_parameter(parameter))
    line = f"({', '.join(parts)}){returns}"
    return line if len(line) <= LINE else "(\n" + "".join(f"    {part},\n" for part in parts) + f"){returns}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**" if parameter.kind is parameter.VAR_KEYWORD else ""
    text = f"{stars}{parameter.name}: {parameter.annotation}"
    if parameter.default is parameter.empty:
        return text
    default = parameter.default
    return text + " = " + (f'"{default}"' if isinstance(default, str) else repr(default))


def _text(documented: Any) -> str:
    """A docstring as Markdown: its sections of arguments, attributes and errors as lists."""
    lines: list[str] = []
    section = False
    for line in (inspect.getdoc(documented) or "").split("\n"):
        if re.fullmatch(r"(Args|Raises|Attributes|Returns):", line):
            section = True
            lines += [f"*{line[:-1]}*", ""]
        elif section and (entry := re.match(r"    (\w[\w, ]*): (.*)", line)):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif section and line.startswith("     "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip() if section else line)
    return "\n".join(lines).strip()


def main(path: str) -> None:
    """Write the page."""
    write(Path(path), page().encode())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m archdsl.documentation.python docs/python.md")
    main(sys.argv[1])
