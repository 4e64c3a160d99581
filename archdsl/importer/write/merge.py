"""Bodies that differ in a few steps as one: steps that only some of the places have, a shortcut that only some of them have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from archdsl.importer.write.steps import ABSENT, ACTIVATION, FORK, Body, Column, Step, absent, vacant

Path = tuple[int, list[Step]]
"""How many steps are not everywhere, and the steps."""

Option = tuple[int, Step, Path | None]
"""What a step costs, the step, and the cheapest way on from there."""

FREE = frozenset([ACTIVATION, "dropout", "drop_path"])
"""What may be absent without being counted."""

MOST, SHARE = 3, 3
"""Steps of a body that may be absent somewhere, beyond those; or one in so many, where that is more."""


def merge(one: Body, other: Body) -> Body | None:
    """Both bodies as one; None where they are too different."""
    found = _merge(one, other, 0)
    return found[1] if found else None


def _merge(one: Body, other: Body, depth: int) -> tuple[int, Body] | None:
    if one.outputs != other.outputs or one.inputs != other.inputs or depth > 8:
        return None
    aligned = _Alignment(one, other, depth).best()
    if aligned is None or aligned[0] > max(MOST, min(_size(one), _size(other)) // SHARE):
        return None
    columns = {name: getattr(one, name) + getattr(other, name) for name in ("into", "out", "present")}
    return aligned[0], replace(one, steps=aligned[1], **columns)


def _size(body: Body) -> int:
    return sum(_cost(step) for step in body.steps)


class _Alignment:
    """The cheapest way of walking through two lists of steps at once."""

    def __init__(self, one: Body, other: Body, depth: int):
        self.one, self.other, self.depth = one, other, depth
        self.known: dict[tuple[int, int], Path | None] = {}

    def best(self) -> Path | None:
        a, b = self.one.steps, self.other.steps
        for i in range(len(a), -1, -1):
            for j in range(len(b), -1, -1):
                self.known[i, j] = self._from(i, j)
        found = self.known[0, 0]
        matched = found is not None and any(all(step.present) or _shared(step, len(self.one.into)) for step in found[1])
        return found if matched or not (a and b) else None

    def _from(self, i: int, j: int) -> Path | None:
        a, b = self.one.steps, self.other.steps
        if i == len(a) and j == len(b):
            return 0, []
        options = [*self._wrapped(i, j), *self._matched(i, j)]
        costs = [(cost + rest[0], [step, *rest[1]]) for cost, step, rest in options if rest is not None]
        return min(costs, key=lambda option: (option[0], len(option[1])), default=None)  # of equal ones the shortest

    def _wrapped(self, i: int, j: int) -> Iterator[Option]:
        """Ways on, where steps of one stand beside a shortcut of the other."""
        a, b = self.one.steps, self.other.steps
        if i < len(a) and _is_shortcut(a[i]):
            for end in range(j + 1, len(b) + 1):
                if found := _wrap(a[i], self.other, j, end, self.depth):
                    yield found[0] + 1, found[1], self.known[i + 1, end]
        if j < len(b) and _is_shortcut(b[j]):
            for end in range(i + 1, len(a) + 1):
                if found := _wrap(b[j], self.one, i, end, self.depth, swap=True):
                    yield found[0] + 1, found[1], self.known[end, j + 1]

    def _matched(self, i: int, j: int) -> Iterator[Option]:
        """Ways on, where the next steps of both are one, or one has a step that the other has not."""
        a, b = self.one.steps, self.other.steps
        if i < len(a) and j < len(b) and (pair := self._pair(a[i], b[j])):
            yield *pair, self.known[i + 1, j + 1]
        if i < len(a) and not a[i].labelled:
            none = vacant(a[i], len(self.other.into), _into(self.other, j))
            yield _cost(a[i]), _after(a[i], none), self.known[i + 1, j]
        if j < len(b) and not b[j].labelled:
            none = vacant(b[j], len(self.one.into), _into(self.one, i))
            yield _cost(b[j]), _after(none, b[j]), self.known[i, j + 1]

    def _pair(self, a: Step, b: Step) -> tuple[int, Step] | None:
        if a.form() != b.form():
            return None
        paths: list[Body] = []
        cost = _unlike(a, b)
        for left, right in zip(a.paths, b.paths, strict=True):
            found = _merge(left, right, self.depth + 1)
            if found is None:
                return None
            cost += found[0]
            paths.append(found[1])
        return cost, _after(a, b, paths)


def _cost(step: Step) -> int:
    """Steps that are absent where this one is."""
    if step.word in FREE:
        return 0
    return max(1, sum(_cost(inner) for path in step.paths for inner in path.steps))


def nature(step: Step) -> tuple[frozenset[bool], ...]:
    """What tells convolutions apart, whatever their numbers: whether they are grouped, whether they see more than one place."""
    return tuple(
        [frozenset(value == 1 for value in step.args.get(name, ()) if value is not ABSENT) for name in ("groups", "kernel")]
    )


def _unlike(a: Step, b: Step) -> int:
    """What it costs to take two steps for one: more than to leave both out, where one is grouped and the other is not."""
    (one, near), (other, far) = nature(a), nature(b)
    return (0 if one & other or not one else 3) + (0 if near & far or not near else 1)


def _shared(step: Step, first: int) -> bool:
    return any(step.present[:first]) and any(step.present[first:])


def _after(a: Step, b: Step, paths: list[Body] | None = None) -> Step:
    """The columns of both, one after the other."""
    return replace(
        a,
        args={name: column + b.args[name] for name, column in a.args.items()},
        into=a.into + b.into,
        present=a.present + b.present,
        repeat=a.repeat + b.repeat,
        paths=[_joined(left, right) for left, right in zip(a.paths, b.paths, strict=True)] if paths is None else paths,
        name=a.name or b.name,
    )


def _joined(left: Body, right: Body) -> Body:
    steps = [_after(one, other) for one, other in zip(left.steps, right.steps, strict=True)]
    return replace(left, steps=steps, into=left.into + right.into, out=left.out + right.out, present=left.present + right.present)


def _into(body: Body, place: int) -> Column:
    """Channels that arrive before a step of a body, or at its end."""
    return body.steps[place].into if place < len(body.steps) else body.out


def _is_shortcut(step: Step) -> bool:
    """Whether a step adds what arrives to something, for which steps without the addition may stand."""
    empty = [not path.steps for path in step.paths]
    return (
        step.word == FORK and step.join[0] in ("add", "mul") and empty.count(True) == 1 and len(empty) == 2 and not step.labelled
    )


def _wrap(step: Step, body: Body, start: int, end: int, depth: int, swap: bool = False) -> tuple[int, Step] | None:
    """A step that adds a shortcut, with steps of another body as the path beside a shortcut that is not there."""
    count = len(body.into)
    inner = body.steps[start:end]
    if any(other.labelled for other in inner):
        return None
    into = _into(body, start)
    beside = Body(inner, into, _into(body, end), (True,) * count)
    paths: list[Body] = []
    cost = 0
    for path in step.paths:
        if path.steps:
            order = (beside, path) if swap else (path, beside)
            found = _merge(*order, depth + 1)
            if found is None:
                return None
            cost += found[0]
            paths.append(found[1])
        else:
            none = absent(path, count, into)
            paths.append(_joined(none, path) if swap else _joined(path, none))
    join = partial(_plus, swap)
    return cost, replace(
        step,
        args={name: join(column, (None,) * count) for name, column in step.args.items()},
        into=join(step.into, into),
        present=join(step.present, (True,) * count),
        repeat=join(step.repeat, (1,) * count),
        paths=paths,
    )


def _plus(swap: bool, own: Column, more: Column) -> Column:
    return more + own if swap else own + more
