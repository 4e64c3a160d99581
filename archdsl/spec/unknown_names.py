"""What is said of a name that is not known: what it means elsewhere first, what it looks like only then.

A name of another tool gets our word for it; one that the language has nothing for gets that said, and no look-alike of another
meaning; a block that ships in a file gets the import that brings it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from archdsl.errors import Fix, Hint, Source, choices, clip, instead, near_miss
from archdsl.spec.locate import SUFFIX, zoo
from archdsl.spec.synonyms import absent, is_fed, meant_argument, meant_key, meant_operator, operator_names
from archdsl.spec.yaml import Mapping, compose

_SHORT = 3  # letters up to which a look-alike is chance


def unknown_operator(kind: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Message and hint for an operator or block that is not among the known ones."""
    return f"unknown {kind} '{clip(word)}'", operator_hint(word, list(known), "block" in kind)


def operator_hint(word: str, known: list[str], blocks: bool = True) -> str:
    """Our word for it, the import that brings it, that there is none, or the near miss.

    Args:
        blocks: whether a block may stand there.
    """
    meant = meant_operator(word, known)
    shipped = shipped_blocks().get(word) if blocks else None
    imported = f"the block '{word}' comes with import: [{shipped}]" if shipped else ""
    bring = Fix("import", brings=shipped or "")
    if meant is not None:
        hint = instead(word, meant)
        return Hint(f"{hint} {imported[0].upper()}{imported[1:]}", *hint.fixes, bring) if imported else hint
    if imported:
        return Hint(imported, bring)
    if (what := absent(word)) is not None:
        return f"the language has no {what}"
    return _look_alike(word, known, shipped_blocks() if blocks else {}) or f"known: {choices(known)}"


def _look_alike(word: str, known: list[str], shipped: dict[str, str]) -> str:
    """The near miss among known names, those elsewhere, and the blocks that ship."""
    elsewhere = operator_names(known) if len(word) > _SHORT else {}
    near = near_miss(word, [*known, *elsewhere, *shipped])
    if not isinstance(near, Hint):
        return ""
    found = near.fixes[0].text
    if found in known:
        return near
    if found in elsewhere:
        return instead(word, elsewhere[found])
    return instead(word, found, shipped[found]) + f" It comes with import: [{shipped[found]}]"


@cache
def shipped_blocks() -> dict[str, str]:
    """By the name of each block that ships, the import that brings it."""
    found: dict[str, str] = {}
    for path in sorted(zoo().glob(f"blocks/*{SUFFIX}")):
        root = compose(Source(path.stem, path.read_text(encoding="utf-8")))
        blocks = root.get("blocks") if isinstance(root, Mapping) else None
        for name in blocks.keys() if isinstance(blocks, Mapping) else ():
            found.setdefault(name, f"blocks/{path.stem}")
    return found


def unknown_argument(kind: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Message and hint for an argument that is not among the known ones."""
    names = list(known)
    return f"unknown {kind} '{clip(word)}'", argument_hint(word, names)


def argument_hint(word: str, known: list[str]) -> str:
    """Our word for it, why it is not needed, or the near miss."""
    if (meant := meant_argument(word, known)) is not None:
        return instead(word, meant)
    if is_fed(word):
        return Hint("leave it out: what arrives at a step is known", Fix("leave out"))
    if meant_argument(word, ["nl"]) is not None:
        return "an activation is a step of its own, such as `- relu`"
    return near_miss(word, known) or (f"known: {choices(known)}" if known else "it takes none")


def column_hint(word: str, known: list[str]) -> str:
    """What a column is called here, or the near miss."""
    meant = meant_argument(word, known)
    return instead(word, meant) if meant else near_miss(word, known) or f"known: {choices(known)}"


def is_meant(word: str, key: str) -> bool:
    """Whether a word is what other tools call a key, or is close to it."""
    return bool(meant_key(word, [key]) or near_miss(word, [key]))


def unknown_key(kind: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Message and hint for a key that is not among the known ones."""
    names = list(known)
    meant = meant_key(word, names)
    hint = instead(word, meant) if meant else near_miss(word, names) or f"known: {choices(names)}"
    return f"unknown {kind} '{clip(word)}'", hint
