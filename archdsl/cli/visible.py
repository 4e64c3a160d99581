"""The console that tables are printed on."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from archdsl.errors import visible


class Visible(Console):
    """A console that shows what is in a text: nothing that a spec holds reaches the terminal as a command (`archdsl.errors.visible`)."""

    def render_str(self, text: str, *args: Any, **options: Any) -> Text:
        return super().render_str(visible(text, keep="\n"), *args, **options)
