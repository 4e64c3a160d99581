"""Text as one line that every program can show."""

from __future__ import annotations

import unicodedata

LONGEST = 80  # characters of a line; a longer one is cut


def clean(text: str) -> str:
    """Text as one line that every program can show.

    Control characters and halves of surrogate pairs are replaced, a long line is cut.
    """
    shown = text if text.isascii() and text.isprintable() else "".join(map(_visible, text))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _visible(character: str) -> str:
    return "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character
