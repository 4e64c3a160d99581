"""Layers under other names, matched by the structure of the names and by shapes, whatever their order in the file.

A file may hold its layers in the order of their definition, sorted by name, or in any other. What it always holds is the module tree
that their names spell, and that says most about the order of calls:

- the layers of one module are called one after the other;
- siblings whose names differ in a number alone (`conv1` and `conv2`, `features.2` and `features.10`) are called in the order of
  their numbers.

So the layers of the network, in the order in which they are called, are cut into runs, one for each child of the file's root, then for
each of its children, so that every layer meets one of its own shapes. A run should not cut across a block of the network: it lies
within it, holds it, or lies apart. Where two children fit at one place, a shortcut is told from what it goes by (`downsample`,
`shortcut`, `skip`, …), and one that has a word of our layer's name where the other has not is taken (`a` for `learned.a.conv`,
`gamma_xca` for `xca.scale`). Where no order fits, the lists of the whole network may be called apart: two may be walked along side by
side. What is still open then is settled by the order of the file, if that is the order of calls from the first layer to the last (as
where layers are defined in that order) and not that of the alphabet; otherwise nothing is matched.
"""

from __future__ import annotations

import random
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

SHORTCUTS = frozenset(["downsample", "shortcut", "skip", "skipbn", "proj", "projection", "identity", "residual", "bypass"])
"""Words for the path that goes by the layers of a residual block."""

MOST = 5000
"""Orders of the modules in one that are followed at once."""

Taken = tuple[int, ...]
"""How many modules of each family have been called."""

_NUMBER = re.compile(r"(.*?)(\d+)\Z")


class Wanted(NamedTuple):
    """A layer that takes a counterpart. `signature`: names and shapes of its tensors."""

    name: str
    signature: Hashable


class Unclear(Exception):
    """Two layers of the file fit one of the network, and nothing tells which is meant."""

    def __init__(self, wanted: str, first: str, second: str):
        super().__init__(f"'{first}' and '{second}' both fit '{wanted}'")
        self.wanted, self.first, self.second = wanted, first, second


class Unmatched(Exception):
    """The layers of the file cannot be brought into the order of calls."""


class _Branch:
    """One module of the file: a layer, or modules inside."""

    def __init__(self, name: str):
        self.name = name
        self.inner: dict[str, _Branch] = {}
        self.layer: Wanted | None = None
        self.size = 0
        self.total = 0

    def dissolve_lists(self) -> None:
        """Bring the modules of a network's own lists to the place of the list: a list is never called itself.

        Numbered layers are no such list but a sequence, which is called as a whole.
        """
        if len(self.inner) == 1:  # a prefix
            next(iter(self.inner.values())).dissolve_lists()
            return
        found: dict[str, _Branch] = {}
        for word, branch in self.inner.items():
            if len(branch.inner) > 1 and all(
                name.partition(".")[0].isdigit() and "" not in inner.inner for name, inner in branch.inner.items()
            ):
                found |= {f"{word}.{name}": inner for name, inner in branch.inner.items()}
            else:
                found[word] = branch
        self.inner = found

    @cached_property
    def families(self) -> list[list[_Branch]]:
        """Modules inside that are called in a known order, each list in that order."""
        found: dict[str, list[tuple[int, _Branch]]] = {}
        for word, branch in self.inner.items():
            numbered = _NUMBER.match(word)
            stem, number = (numbered[1], int(numbered[2])) if numbered else (word, 0)
            found.setdefault(stem, []).append((number, branch))
        return [[branch for _, branch in sorted(family, key=lambda pair: pair[0])] for family in found.values()]


def match(wanted: Sequence[Wanted], found: Iterable[Wanted], *, guess: bool = False) -> dict[str, str]:
    """The name in the file for each layer of the network.

    Args:
        wanted: layers of the network in the order of their calls.
        found: layers of the file in any order.
        guess: whether the first of several is taken where nothing tells which is meant.

    Raises:
        Unclear: two fit one place.
        Unmatched: no order of calls that the names allow fits.
    """
    theirs = list(found)
    if not wanted and not theirs:
        return {}
    names = [layer.name for layer in theirs]
    in_order = names != sorted(names) and [layer.signature for layer in wanted] == [layer.signature for layer in theirs]
    try:
        return _Matcher(wanted, theirs, guess, across=False).match()
    except (Unclear, Unmatched) as error:
        if in_order:
            return {layer.name: other.name for layer, other in zip(wanted, theirs, strict=True)}
        if isinstance(error, Unclear):
            raise
    try:
        return _Matcher(wanted, theirs, guess, across=True).match()
    except Unmatched:
        return _Matcher(wanted, theirs, guess, across=False, lists=True).match()


class _Matcher:
    """A search for the order of calls.

    Args:
        across: whether a run may cut across a block of the network.
        lists: whether modules of a list may be called apart from each other.
    """

    def __init__(self, wanted: Sequence[Wanted], found: Iterable[Wanted], guess: bool, across: bool, lists: bool = False):
        self.wanted, self.guess = wanted, guess
        self.ends = [len(wanted)] * (len(wanted) + 1)  # where a run that begins here must end at the latest
        self.begins = [0] * (len(wanted) + 1)  # where a run that ends here must begin at the earliest
        for begin, end in () if across else _blocks(wanted):
            for place in range(begin + 1, end):
                self.ends[place] = min(self.ends[place], end)
                self.begins[place] = max(self.begins[place], begin)
        numbers: dict[Hashable, int] = {}
        draw = random.Random(0)
        for layer in wanted:
            numbers.setdefault(layer.signature, draw.getrandbits(62))
        # Sums of these numbers tell at once whether a run of layers holds the same signatures as a module, in whatever order.
        self.sums = [0, *accumulate(numbers[layer.signature] for layer in wanted)]
        self.root = _Branch("")
        for layer in found:
            self._insert(layer, numbers.get(layer.signature, draw.getrandbits(62)))
        if lists:
            self.root.dissolve_lists()
        self.orders = cache(self._orders)

    def match(self) -> dict[str, str]:
        if self.root.size != len(self.wanted) or not self._fits(self.root, 0):
            raise Unmatched
        return dict(self._pairs(self.root, 0))

    def _insert(self, layer: Wanted, number: int) -> None:
        branch = self.root
        words = [*layer.name.split("."), ""]  # a module may have tensors of its own beside those of modules inside
        for depth in range(len(words) + 1):
            if depth:
                branch = branch.inner.setdefault(words[depth - 1], _Branch(".".join(words[:depth]).rstrip(".")))
            branch.size += 1
            branch.total += number
        branch.layer = layer

    def _fits(self, branch: _Branch, start: int) -> bool:
        """Whether a module can be the run of layers from this one on."""
        end = start + branch.size
        if end > self.ends[start] or start < self.begins[end] or self.sums[end] - self.sums[start] != branch.total:
            return False
        return branch.layer is not None or bool(self.orders(branch, start))

    def _orders(self, branch: _Branch, start: int) -> dict[Taken, list[int]]:
        """In which orders the modules inside can be called, for the run of layers from this one on.

        Returns:
            For each number of modules that may have been called of every family, the families that can come next so that all
            others can follow; nothing where no order fits.

        Raises:
            Unmatched: too many orders would have to be tried.
        """
        families = branch.families
        levels: list[dict[Taken, int]] = [{(0,) * len(families): start}]
        steps: dict[Taken, list[int]] = {}
        for _ in branch.inner:
            after: dict[Taken, int] = {}
            for taken, at in levels[-1].items():
                steps[taken] = []
                for number, family in enumerate(families):
                    count = taken[number]
                    if count < len(family) and self._fits(family[count], at):
                        steps[taken].append(number)
                        after[_one_more(taken, number)] = at + family[count].size
            if len(after) > MOST:
                raise Unmatched
            levels.append(after)
        good = set(levels[-1])
        for level in reversed(levels[:-1]):
            for taken in level:
                steps[taken] = [number for number in steps[taken] if _one_more(taken, number) in good]
            good = {taken for taken in level if steps[taken]}
        return steps if good else {}

    def _pairs(self, branch: _Branch, start: int) -> Iterator[tuple[str, str]]:
        if branch.layer is not None:
            yield self.wanted[start].name, branch.layer.name
            return
        families, orders = branch.families, self.orders(branch, start)
        at, taken = start, (0,) * len(families)
        for _ in branch.inner:
            number, chosen = self._chosen([(number, families[number][taken[number]]) for number in orders[taken]], at)
            yield from self._pairs(chosen, at)
            at, taken = at + chosen.size, _one_more(taken, number)

    def _chosen(self, options: list[tuple[int, _Branch]], at: int) -> tuple[int, _Branch]:
        """The one that is meant among modules that fit at one place."""
        if len(options) > 1:
            by = _goes_by(self.wanted[at].name)
            options = [option for option in options if _goes_by(option[1].name.rpartition(".")[2]) == by] or options
            words = {*re.split(r"[._]", self.wanted[at].name)}
            theirs = [{*option[1].name.rpartition(".")[2].split("_")} for option in options]
            shared = set[str].intersection(*theirs)
            namesakes = [option for option, own in zip(options, theirs, strict=True) if (own - shared) & words]
            options = namesakes if len(namesakes) == 1 else options
        if len(options) > 1 and not self.guess:
            ours = self.wanted[at]
            both = [
                next(layer.name for layer in _layers(branch) if layer.signature == ours.signature) for _, branch in options[:2]
            ]
            raise Unclear(ours.name, *both)
        return options[0]


def _blocks(wanted: Sequence[Wanted]) -> list[tuple[int, int]]:
    """First layer of every block of the network, and the one after its last; of those whose layers are called together."""
    places: dict[str, list[int]] = {}
    for place, layer in enumerate(wanted):
        words = layer.name.split(".")
        for depth in range(1, len(words)):
            places.setdefault(".".join(words[:depth]), []).append(place)
    return [(found[0], found[-1] + 1) for found in places.values() if found[-1] - found[0] + 1 == len(found)]


def _one_more(taken: Taken, number: int) -> Taken:
    return (*taken[:number], taken[number] + 1, *taken[number + 1 :])


def _layers(branch: _Branch) -> Iterator[Wanted]:
    if branch.layer is not None:
        yield branch.layer
    for inner in branch.inner.values():
        yield from _layers(inner)


def _goes_by(name: str) -> bool:
    """Whether a name says that it is a shortcut."""
    return any(re.sub(r"\d+\Z", "", word) in SHORTCUTS for word in re.split(r"[._]", name))
