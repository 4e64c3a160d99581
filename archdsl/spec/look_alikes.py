"""Characters that look like those of a spec and are others, and ways of other languages to write a name: what to write instead.

Editors and web pages put them in unseen; the mistake that follows speaks of something else.
"""

from __future__ import annotations

import re

from archdsl.errors import Fix, Hint, Mark

_CHARACTERS: dict[str, tuple[str, str]] = {
    "\u00a0": ("a no-break space", "a plain space"),
    "\u2002": ("an en space", "a plain space"),
    "\u2003": ("an em space", "a plain space"),
    "\u2007": ("a figure space", "a plain space"),
    "\u2009": ("a thin space", "a plain space"),
    "\u202f": ("a narrow no-break space", "a plain space"),
    "\u3000": ("an ideographic space", "a plain space"),
    "\u200b": ("a zero-width space", ""),
    "\u200c": ("a zero-width non-joiner", ""),
    "\u200d": ("a zero-width joiner", ""),
    "\ufeff": ("a byte order mark", ""),
    "\u00ad": ("a soft hyphen", ""),
    "\u2010": ("a typographic hyphen", "-"),
    "\u2011": ("a no-break hyphen", "-"),
    "\u2012": ("a figure dash", "-"),
    "\u2013": ("an en dash", "-"),
    "\u2014": ("an em dash", "-"),
    "\u2212": ("a minus sign", "-"),
    "\u2018": ("a curly quote", "'"),
    "\u2019": ("a curly quote", "'"),
    "\u201c": ("a curly quote", '"'),
    "\u201d": ("a curly quote", '"'),
    "\u201e": ("a low quote", '"'),
    "\u00ab": ("an angle quote", '"'),
    "\u00bb": ("an angle quote", '"'),
    "\u00d7": ("a multiplication sign", "*"),
    "\u00b7": ("a middle dot", "*"),
    "\u2044": ("a fraction slash", "/"),
    "\u2215": ("a division slash", "/"),
    "\u2264": ("a less-or-equal sign", "<="),
    "\u2265": ("a greater-or-equal sign", ">="),
    "\u2260": ("an unequal sign", "!="),
    "\uff0c": ("a full-width comma", ","),
    "\uff1a": ("a full-width colon", ":"),
    "\uff0d": ("a full-width hyphen", "-"),
    "\uff08": ("a full-width parenthesis", "("),
    "\uff09": ("a full-width parenthesis", ")"),
    "\uff04": ("a full-width dollar sign", "$"),
}
_ANY = re.compile(f"[{''.join(_CHARACTERS)}]")
_BRACES = re.compile(r"\$\{\s*([A-Za-z_]\w*)\s*\}|\{\s*\$([A-Za-z_]\w*)\s*\}|\{\{\s*\$?([A-Za-z_]\w*)\s*\}\}", re.ASCII)


def look_alike(mark: Mark) -> str:
    """What to write in place of a character, or of a name in braces, in the marked part of a line; '' where neither is there."""
    found = _BRACES.match(mark.line_text, mark.column)
    return _of_braces(found) if found else in_text(mark.text)


def in_text(text: str) -> str:
    """The same for the first of a whole text."""
    if text.isascii():
        found = _BRACES.search(text)
        return _of_braces(found) if found and not found[2] else ""
    odd = _ANY.search(text)
    if odd is None:
        return ""
    what, instead = _CHARACTERS[odd[0]]
    hint = f"{what} (U+{ord(odd[0]):04X}) stands here: " + (f"write {instead}" if instead else "take it out")
    return Hint(hint, Fix("write", odd[0], " " if instead == "a plain space" else instead))


def alike(character: str) -> list[str]:
    """A look-alike and those that are the same to a reader, such as the other curly quote of a pair; none for other characters."""
    return [other for other, found in _CHARACTERS.items() if found == _CHARACTERS.get(character)]


def _of_braces(found: re.Match[str]) -> str:
    name = found[1] or found[2] or found[3]
    return Hint(f"a name is written ${name}, without braces", Fix("write", found[0], f"${name}"))
