"""Names of classes: those of the blocks; variants of one block are told apart by what they have and the others lack."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from archdsl.compilers.source.modules import COPIED
from archdsl.compilers.source.structure import SourceClass
from archdsl.compilers.torch.names import class_name

_NUMBER = re.compile(r"_[0-9]+\Z")
LONGEST = 40
"""Characters of a name that is still read at a glance; a longer one is numbered instead."""


def name_classes(classes: list[SourceClass], network: str) -> None:
    """Give every class its name, and every call of it. The last class is the network."""
    taken = {"Any", "Tensor", *(copied.__name__ for copied in COPIED)}
    *inner, root = classes
    names = {root.name: _free(network, taken)}
    variants = _Variants(inner)
    for made in inner:
        base = base_name(made.word)
        name = base + "".join(map(base_name, variants.words(made)))
        names[made.name] = _free(name if len(name) <= LONGEST else base, taken)
    for made in classes:
        made.name = names[made.name]
        made.entries[:] = [entry.calling(names) for entry in made.entries]


def base_name(word: str) -> str:
    """A class name for a block: dp_a becomes DpA."""
    joined = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", word) if part)
    return class_name(joined or "Block")


class _Variants:
    """What tells the classes of one block apart."""

    def __init__(self, classes: list[SourceClass]):
        self.classes = {made.name: made for made in classes}
        self.found: dict[str, tuple[str, ...]] = {}

    def words(self, made: SourceClass) -> tuple[str, ...]:
        """Words that no other class of the block goes by: as few as there are, and without the numbers of modules where they can be."""
        alike = [other for other in self.classes.values() if base_name(other.word) == base_name(made.word)]
        for say in (self.special, partial(self._also, alike, self._inner), partial(self._also, alike, self._all)):
            for form in (_without_numbers, tuple):
                words = {other: form(say(other)) for other in alike}
                if list(words.values()).count(words[made]) == 1:
                    return words[made]
        return self.special(made)

    def _also(self, alike: list[SourceClass], more: Callable[[SourceClass], list[str]], made: SourceClass) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.special(made), *_beyond(made, alike, more)]))

    def _all(self, made: SourceClass) -> list[str]:
        """What its modules are told apart by, functions, inputs, and whether something is taken from within."""
        functions = [entry.attribute for entry in made.entries if not entry.made]
        tapped = ["tapped"] if len(made.sources[-1]) > 1 else []
        return [*self._inner(made), *functions, *made.submodules[0].arguments, *tapped]

    def special(self, made: SourceClass) -> tuple[str, ...]:
        """What a class has and not every variant has: modules, otherwise what its own modules are told apart by."""
        if made.name not in self.found:
            alike = [other for other in self.classes.values() if base_name(other.word) == base_name(made.word)]
            self.found[made.name] = ()  # for a block within a block of its own name
            self.found[made.name] = _beyond(made, alike, self._modules) or _beyond(made, alike, self._inner)
        return self.found[made.name]

    def _modules(self, made: SourceClass) -> list[str]:
        return [f"{e.attribute}s" if e.first else e.attribute for e in made.entries if e.made]

    def _inner(self, made: SourceClass) -> list[str]:
        called = [self.classes[entry.called] for entry in made.entries if entry.called in self.classes]
        return [word for other in called for word in self.special(other)]


def _without_numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NUMBER.sub("", word) for word in words))


def _beyond(made: SourceClass, alike: list[SourceClass], words: Callable[[SourceClass], list[str]]) -> tuple[str, ...]:
    shared = set.intersection(*(set(words(other)) for other in alike))
    return tuple(dict.fromkeys(word for word in words(made) if word not in shared))


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}{number}", number + 1
    taken.add(free)
    return free
