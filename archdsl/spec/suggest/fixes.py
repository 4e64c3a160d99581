"""What mends a mistake: the changes of the text that its hint speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable

from archdsl.errors import Diagnostic, Fix, Hint, Mark, Source, SpecError
from archdsl.spec.look_alikes import alike
from archdsl.spec.suggest.edits import Change, Edit, apply
from archdsl.spec.suggest.imports import add_head, add_import
from archdsl.spec.suggest.pairs import beside, sibling, without
from archdsl.spec.suggest.tree import list_at, tree
from archdsl.spec.yaml import compose

MOST = 4
"""Changes that are offered for one mistake."""


def fixes(found: Diagnostic) -> list[Change]:
    """Changes of the text where the mistake stands, the likeliest first. None where its hint does not say what to write."""
    hint, mark = found.hint, found.mark
    if not isinstance(hint, Hint) or mark is None:
        return []
    made = [change for fix in hint.fixes if (change := _change(fix, fix.at or mark)) is not None]
    if found.message.startswith("not YAML"):
        made = [change for change in made if _helps(mark, change)]
    return list({change.edits: change for change in made}.values())[:MOST]


def _change(fix: Fix, mark: Mark) -> Change | None:
    title, edits = _KINDS[fix.kind](fix, mark)
    if fix.brings:
        brought = add_import(mark.source.text, fix.brings)
        title = f"{title} and import {fix.brings}" if title else f"Import {fix.brings}"
        edits = [*edits, *brought] if brought and (edits or fix.kind == "import") else []
    return Change(title, tuple(edits)) if edits else None


Made = tuple[str, list[Edit]]


def _write(fix: Fix, mark: Mark) -> Made:
    written = fix.text.strip() + ("…" if fix.text.endswith(", ") else "")
    title = f"Write {written}" if written else "Write spaces" if fix.text else f"Take {fix.word} out"
    if fix.at is not None or not fix.word:
        return title, [Edit(mark.line, mark.column, mark.line, mark.end, fix.text)]
    return title, [Edit(mark.line, start, mark.line, end, fix.text) for start, end in _places(fix.word, mark)]


def _places(word: str, mark: Mark) -> list[tuple[int, int]]:
    """Where a word stands in what is marked, or in the line where it stands there once; everywhere in it for a pair of quotes."""
    words = alike(word) or [word]
    edges = r"(?<!\w)" if word[:1].isalnum() else "", r"(?!\w)" if word[-1:].isalnum() else ""
    pattern = re.compile(f"{edges[0]}(?:{'|'.join(map(re.escape, words))}){edges[1]}")
    marked = [(m.start(), m.end()) for m in pattern.finditer(mark.line_text, mark.column, mark.end)]
    if marked and len(words) == 1:
        return marked
    found = [(m.start(), m.end()) for m in pattern.finditer(mark.line_text)]
    return found if len(found) == 1 or alike(word) else []


def _quote(fix: Fix, mark: Mark) -> Made:
    text = mark.text
    sign = '"' if '"' not in text and "\\" not in text else "'"
    if not text or sign in text:
        return "", []
    return f"Write {sign}{text}{sign}", [Edit(mark.line, mark.column, mark.line, mark.end, f"{sign}{text}{sign}")]


def _wrap(fix: Fix, mark: Mark) -> Made:
    text = mark.text
    quote = text[0] if text[:1] in ('"', "'") and text[-1:] == text[:1] else ""
    inner = text[len(quote) : len(text) - len(quote)]
    if "$" not in inner:
        return "", []
    new = f"{fix.text}({inner})"
    return f"Write {new}", [Edit(mark.line, mark.column, mark.line, mark.end, f"{quote}{new}{quote}")]


def _leave_out(fix: Fix, mark: Mark) -> Made:
    return f"Take {mark.text} out", without(mark)


def _beside(fix: Fix, mark: Mark) -> Made:
    return f"Move {mark.text} beside the step", beside(mark)


def _fill(fix: Fix, mark: Mark) -> Made:
    row = list_at(tree(mark.source.text), (mark.line, mark.column))
    if row is None or not row.items:
        return "", []
    place = row.items[-1].end
    return f"Add {fix.text}", [Edit(*place, *place, f", {fix.text}")]


def _add(fix: Fix, mark: Mark) -> Made:
    return f"Add {fix.text}", sibling(mark, fix.text)


def _head(fix: Fix, mark: Mark) -> Made:
    return f"Add {fix.text}", [add_head(mark.source.text, fix.text)]


def _import(fix: Fix, mark: Mark) -> Made:
    return "", []


_KINDS: dict[str, Callable[[Fix, Mark], Made]] = {
    "write": _write,
    "quote": _quote,
    "wrap": _wrap,
    "leave out": _leave_out,
    "beside": _beside,
    "fill": _fill,
    "add": _add,
    "head": _head,
    "import": _import,
}


def _helps(mark: Mark, change: Change) -> bool:
    """Whether a text can be read as YAML with the change, or at least further than before."""
    source = mark.source
    try:
        compose(Source(source.name, apply(source.text, change.edits), source.path))
    except SpecError as error:
        last = error.diagnostics[-1]
        return last.mark is not None and (last.mark.line, last.mark.column) > (mark.line, mark.column + 2)
    return True
