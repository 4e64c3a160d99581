"""Keys with their values: taken out, moved, added, with the commas and lines that belong to them."""

from __future__ import annotations

from archdsl.errors import Mark
from archdsl.spec.suggest.edits import Edit
from archdsl.spec.suggest.tree import Part, Place, key_at, tree


def without(mark: Mark) -> list[Edit]:
    """The key that is marked taken out with its value."""
    found = key_at(tree(mark.source.text), (mark.line, mark.column))
    return [_cut(found[0], found[1], mark.source.lines)] if found is not None else []


def beside(mark: Mark) -> list[Edit]:
    """A key among the arguments of a step moved beside the operator of that step."""
    found = key_at(tree(mark.source.text), (mark.line, mark.column))
    if found is None:
        return []
    arguments, at = found
    step = arguments.holder
    key, value = arguments.items[at], arguments.items[at + 1]
    if step is None or step.kind != "map" or key.start[0] != value.end[0] or not arguments.flow:
        return []
    text = mark.source.lines[key.start[0]][key.start[1] : value.end[1]]
    cut = _cut(arguments, at, mark.source.lines)
    if step.flow:
        return [cut, _insert(arguments.end, f", {text}")]
    return [cut, _insert(arguments.end, f"\n{' ' * step.start[1]}{text}")]


def sibling(mark: Mark, text: str) -> list[Edit]:
    """A key and its value added to the map that has the key that is marked, after all others."""
    found = key_at(tree(mark.source.text), (mark.line, mark.column))
    if found is None:
        return []
    holder = found[0]
    last = holder.items[-1]
    if holder.flow:
        return [_insert(last.end, f", {text}")]
    line, column = last.end
    while line > last.start[0] and column == 0:  # text of several lines ends where the next line begins
        line, column = line - 1, len(mark.source.lines[line - 1])
    return [_insert((line, len(mark.source.lines[line])), f"\n{' ' * holder.start[1]}{text}")]


def _cut(holder: Part, at: int, lines: list[str]) -> Edit:
    """The key with this number among the items, its value, and the comma or line that goes with them."""
    key, value = holder.items[at], holder.items[at + 1]
    end = max(value.end, key.end)
    if holder.flow:
        if at + 2 < len(holder.items):
            return Edit(*key.start, *holder.items[at + 2].start, "")
        begin = max(holder.items[at - 1].end, holder.items[at - 2].end) if at else key.start
        return Edit(*begin, *_behind_colon(end, lines), "")
    after = holder.items[at + 2].start if at + 2 < len(holder.items) else None
    if lines[key.start[0]][: key.start[1]].strip():  # it stands behind the dash of a list
        return Edit(*key.start, *(after or (end[0], len(lines[end[0]]))), "")
    last = end[0] - 1 if end[1] == 0 and end[0] > key.start[0] else end[0]
    if last + 1 < len(lines):
        return Edit(key.start[0], 0, last + 1, 0, "")
    return (
        Edit(key.start[0] - 1, len(lines[key.start[0] - 1]), last, len(lines[last]), "")
        if key.start[0]
        else Edit(0, 0, last, len(lines[last]), "")
    )


def _behind_colon(end: Place, lines: list[str]) -> Place:
    """The end of a key whose value is missing is behind its colon."""
    rest = lines[end[0]][end[1] :]
    return (end[0], end[1] + 1) if rest[:1] == ":" else end


def _insert(place: Place, text: str) -> Edit:
    return Edit(*place, *place, text)
