"""Structure while a spec is elaborated: splits, forks and their joins, stages, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from archdsl.exact import floor
from archdsl.exact.shown import describe
from archdsl.ir.blocks import Blocks
from archdsl.ir.evaluation import Stop
from archdsl.ir.graph import Node
from archdsl.ir.scope import Scope, Tensors, channels
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.errors import refuse
from archdsl.ops.rearrange import Slice
from archdsl.spec.expression import Names
from archdsl.spec.model import Call, Parallel, Path, Stage, Step, Table, Value


class Structure(Blocks):
    """Runs what has paths or groups steps. Sequences and loops are run by the class that is built on this one."""

    def sequence(self, steps: Iterable[Step], scope: Scope, current: Tensors, many: set[str], alone: bool) -> Tensors:
        raise NotImplementedError

    def loop(self, loop: tuple[tuple[str, Value], ...], names: Names) -> Iterator[Names]:
        raise NotImplementedError

    def stage(self, step: Stage, scope: Scope, current: Tensors) -> Tensors:
        """The steps of a stage and those of its end, under its name."""
        name = self.text(step.name, scope.names)
        segment = self.namer.segment(scope.prefix, name, step.mods.repeat is not None)
        inner = scope.inner(segment, "stage", name, step.mark)
        steps = (*step.body, *step.end)
        return self.sequence(steps, inner, current, self.namer.repeated(steps), False)

    def table(self, step: Table, scope: Scope, current: Tensors, many: set[str]) -> Tensors:
        """Rows in order. Stages among them do not enter names: rows are counted over the table, as a reader counts them."""
        for row in step.rows:
            if isinstance(row, Stage):
                inner = scope.inner(None, "stage", self.text(row.name, scope.names), row.mark)
                current = self.sequence((*row.body, *row.end), inner, current, many, False)
            else:
                current = self.sequence((row,), scope, current, many, False)
        return current

    def parallel(self, step: Parallel, scope: Scope, current: Tensors) -> Tensors:
        """All paths of a split or fork, and their join."""
        source = self.single(current, step)
        if step.mods.name is not None:
            name = self.text(step.mods.name, scope.names)
            segment = self.namer.segment(scope.prefix, name, step.mods.repeat is not None or bool(step.mods.loop))
            scope = scope.inner(segment, "block", name, step.mark)
        scope.names["in"] = channels(current)
        paths = list(self.paths(step, scope))
        if not paths:
            raise self.fail(f"a {step.kind} without paths", step.mark)
        cuts = self.cuts(step, len(paths), source, scope.names) if step.kind == "split" else None
        ends: list[Node] = []
        failed: Stop | None = None
        callers = len(self.callers)
        for index, (path, part, names) in enumerate(paths):
            word = part or path.name or str(index + 1)
            inner = scope.inner(part, "path", word, path.mark).having(names)
            try:
                begin = source if cuts is None else self.cut(step, cuts[index], word, scope, source)
                ends.append(self.single(self.body(path.body, inner, (begin,)), path))
            except Stop as stop:  # the other paths may have mistakes of their own
                failed = stop
                del self.callers[callers:]
        if failed is not None:
            raise failed
        return self.join(step.join, scope, tuple(ends))

    def single(self, current: Tensors, step: Parallel | Path) -> Node:
        if len(current) != 1:
            raise self.fail(f"{len(current)} tensors arrive where one is wanted", step.mark, "join them: concat, add or mul")
        return current[0]

    def paths(self, step: Parallel, scope: Scope) -> Iterator[tuple[Path, str | None, Names]]:
        """Each path with the segment that it adds to names (None where it adds none) and the values in reach."""
        if not step.loop:
            filled = sum(1 for path in step.paths if path.body)
            for index, path in enumerate(step.paths):
                word = path.name or (f"path_{index + 1}" if filled > 1 else None)
                yield path, word, dict(scope.names)
            return
        rounds = list(self.loop(step.loop, scope.names))
        variable = step.loop[0][0]
        chosen = [names[variable] for names in rounds]
        plain = all(isinstance(v, (int, str)) for v in chosen) and len(set(chosen)) == len(chosen)
        for index, names in enumerate(rounds):
            yield step.paths[0], f"{variable}{chosen[index]}" if plain else f"{variable}_{index + 1}", names

    def cuts(self, step: Parallel, count: int, source: Node, names: Names) -> list[tuple[Any, Any]]:
        """First channel, and channel after the last, of every path: shares rounded down, the last takes what is left."""
        total = channels((source,))
        if step.shares is None:
            shares: list[Any] = [Fraction(1, count)] * count
        else:
            shares = [self.evaluate(share, names) for share in step.shares]
            if len(shares) != count:
                raise self.fail(f"{len(shares)} shares for {count} paths", step.mark)
        found, start = [], 0
        for index in range(count):
            stop = total if index == count - 1 else start + floor(total * self.share(shares[index], step))
            if (ok := start < stop) is not True:
                self.empty_path(ok, step, index, total)
            found.append((start, stop))
            start = stop
        return found

    def share(self, share: Any, step: Parallel) -> Any:
        if isinstance(share, (str, bool, list, type(None))):
            raise self.fail(f"a share must be a number between 0 and 1, {describe(share)} came", step.mark)
        return share

    def empty_path(self, ok: Any, step: Parallel, index: int, total: Any) -> None:
        path = step.paths[min(index, len(step.paths) - 1)]
        try:
            refuse(ok, f"the split of {total} channels leaves path {index + 1} no channel")
        except ShapeError as error:
            raise self.fail(error.message, step.mark, error.hint, ("the path", path.mark)) from None

    def cut(self, step: Parallel, cut: tuple[Any, Any], word: str, scope: Scope, source: Node) -> Node:
        """The channels of one path."""
        name = self.namer.claim(scope.prefix, f"split_{word.removeprefix('path_')}", False)
        return self.add(Slice(start=cut[0], stop=cut[1]), name, Call(mark=step.mark, target="slice"), scope, (source,))

    def join(self, call: Call, scope: Scope, ends: Tensors) -> Tensors:
        if len(ends) == 1:
            return ends
        link = self.links.calls.get(id(call)) or self.links.link(call, self.spec)
        name = self.namer.claim(scope.prefix, call.target, False)
        return (self.operator(OPERATORS[call.target], link, None, scope, ends, name),)
