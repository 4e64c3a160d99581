"""Dropped models as specs, read as `archdsl import` reads them: files hold operators, and no code of theirs runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl.cost.tables.result import Result
from archdsl.studio.exchange import discard, taken
from archdsl.studio.question import Given, Tell


def import_model(given: Given, tell: Tell) -> dict[str, Any]:
    """The spec of the model that was `dropped`, a token; the file is taken away after that.

    Returns:
        `text` of the spec, `name` for its file, `exact`: whether outputs and parameters were compared and are equal, `compared`, rows of
        `what`, `original`, `spec` and `verdict`, and `notes` of what the spec does not say.

    Raises:
        InputError: there is no such file, or it cannot be read.
        BackendError: a library is missing, or the file holds what cannot be read.
    """
    file = taken(Path(given["here"]["made"]), given.get("dropped"))
    try:
        tell.progress(0.1, f"reading {file.name}")
        from archdsl.importer.imported import from_file
        from archdsl.net.importing import proven

        found = from_file(file, title=file.stem)
        tell.progress(0.5, "comparing the spec with the original")
        net = proven(found)
        return {
            "text": net.text,
            "name": f"{file.stem}.yaml",
            "exact": net.holds,
            "differs": net.differs,
            "compared": _records(net),
            "notes": net.notes(),
        }
    finally:
        discard(file)


def _records(net: Result) -> list[dict[str, Any]]:
    return list(net.as_dict()["proof"])
