"""What the ending of a file says about its form: a name and an option that contradict each other are a mistake, not a file of that name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from archdsl.compilers.forms import FORMS

OTHERS = {
    **dict.fromkeys((".yaml", ".yml"), "a spec"),
    **dict.fromkeys((".svg", ".pdf", ".png", ".dot", ".mmd"), "a picture"),
    **dict.fromkeys((".safetensors", ".st", ".pt", ".pth"), "weights"),
    **dict.fromkeys((".csv", ".md", ".html", ".htm", ".tex", ".parquet"), "a table"),
    ".json": "JSON",
}
"""What files of these endings hold, beside those of an export."""


def check_agreement(output: Path, form: str, own: Iterable[str]) -> None:
    """Whether a name may be that of a file in a form that was asked for by its word; a name without a known ending may.

    Args:
        own: endings of the form.

    Raises:
        UsageError: the ending is that of another form.
    """
    suffix, own = output.suffix.lower(), list(own)
    held = OTHERS | {ending: word for word, (ending, _) in FORMS.items()}
    if suffix in own or suffix not in held:
        return
    raise click.UsageError(
        f"-o {output} ends as {held[suffix]} does, and {form} is asked for; end the name in {' or '.join(own)}"
    )
