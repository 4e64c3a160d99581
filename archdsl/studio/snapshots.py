"""Snapshots of designs: each a readable file below the first folder, so that they outlive the server."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archdsl.artifacts import json_text, write
from archdsl.cost.comparing.totals import in_words, total
from archdsl.errors import InputError, SpecError, clip
from archdsl.exact.shown import jsonable
from archdsl.spec.yaml import TextLimits
from archdsl.studio.drafts import Draft, draft_of, opened
from archdsl.studio.files import content
from archdsl.studio.question import Given, Tell

FOLDER = (".archdsl", "snapshots")
TOTALS = ("params", "macs", "weights", "peak")
MOST = 500
"""Snapshots that a folder holds."""
LONGEST = 2000
"""Letters of a note."""

_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


def listed(given: Given, tell: Tell) -> dict[str, Any]:
    """The snapshots, newest first, without their texts.

    Returns:
        `snapshots`, each with `name`, `time` (ISO 8601), `note`, `title` and `file` of the design, `settings` and `totals`; `broken`,
        what could not be read, each with `name` and `why`.
    """
    found, broken = [], []
    for path in sorted(_files(given), reverse=True):
        try:
            data = _read(path)
        except InputError as error:
            broken.append({"name": path.stem, "why": str(error)})
            continue
        about = {key: data["draft"][key] for key in ("file", "settings")}
        found.append({"name": path.stem, **{key: data[key] for key in ("time", "note", "title", "totals")}, **about})
    return {"snapshots": found, "broken": broken}


def add(given: Given, tell: Tell) -> dict[str, Any]:
    """Keep the `draft` with a `note`; what it costs stands beside it. A draft with mistakes is kept too, without costs.

    Returns:
        its `name`.

    Raises:
        InputError: a note that is too long, too many snapshots, or the folder cannot be written.
    """
    draft, note = draft_of(given), _note(given)
    size = len(draft.text.encode("utf-8", "replace"))
    if size > TextLimits().bytes:
        raise InputError(f"the text has {size:,} bytes, a spec has at most {TextLimits().bytes:,}")
    if sum(1 for _ in _files(given)) >= MOST:
        raise InputError(f"there are {MOST} snapshots, which is as many as are kept; delete some")
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    title, totals = _costs(draft)
    kept = {
        "archdsl-snapshot": 1,
        "time": now.isoformat(timespec="seconds"),
        "note": note,
        "title": title,
        "totals": totals,
        "draft": {
            "file": _texts(given["draft"], "file"),
            "settings": draft.named_settings,
            "text": draft.text,
        },
    }
    _write(_place(given, name), kept)
    return {"name": name}


def load(given: Given, tell: Tell) -> dict[str, Any]:
    """The draft of the snapshot `name`: `text`, `file` and `settings`, with its `note`.

    Raises:
        InputError: there is none, or it is broken.
    """
    data = _read(_there(given))
    return {**data["draft"], "note": data["note"]}


def note(given: Given, tell: Tell) -> dict[str, Any]:
    """Give the snapshot `name` another `note`.

    Raises:
        InputError: there is none, it is broken, or cannot be written.
    """
    path = _there(given)
    _write(path, _read(path) | {"note": _note(given)})
    return {"name": path.stem}


def delete(given: Given, tell: Tell) -> dict[str, Any]:
    """Take away the snapshot `name`, also a broken one.

    Raises:
        InputError: there is none, or it cannot be taken away.
    """
    path = _there(given)
    try:
        path.unlink()
    except OSError as error:
        raise InputError(f"the snapshot cannot be deleted: {error.strerror}") from None
    return {"name": path.stem}


def _costs(draft: Draft) -> tuple[str, dict[str, Any]]:
    """What the network of a draft is called and costs; nothing where there is none."""
    try:
        net = opened(draft)
        values = {name: total(net, name) for name in TOTALS}
    except (SpecError, InputError):
        return "", {}
    return net.name, {name: {"value": jsonable(value), "words": in_words(name, value)} for name, value in values.items()}


def _folder(given: Given) -> Path:
    """Where snapshots are. Raises InputError where a link leads out of the folder."""
    root = Path(given["here"]["roots"][0])
    folder = root.joinpath(*FOLDER)
    if not folder.resolve().is_relative_to(root.resolve()):
        raise InputError(f"{'/'.join(FOLDER)} is a link that leads out of the folder; no snapshots are kept there")
    return folder


def _files(given: Given) -> Iterator[Path]:
    for path in _folder(given).glob("*.json"):
        if _NAME.fullmatch(path.stem):
            yield path


def _place(given: Given, name: Any) -> Path:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError("a snapshot is asked for by its name")
    return _folder(given) / f"{name}.json"


def _there(given: Given) -> Path:
    path = _place(given, given.get("name"))
    if not path.is_file():
        raise InputError("there is no such snapshot any more")
    return path


def _note(given: Given) -> str:
    found = given.get("note", "")
    if not isinstance(found, str) or len(found) > LONGEST:
        raise InputError(f"a note is a text of at most {LONGEST:,} letters")
    return found.strip()


def _write(path: Path, data: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"snapshots are kept in {path.parent}, which cannot be made: {error.strerror}") from None
    write(path, json_text(data, 1).encode("utf-8", "replace"))


def _read(path: Path) -> dict[str, Any]:
    """A snapshot as it is in its file. Raises InputError where the file holds something else."""
    try:
        data = json.loads(content(path) or b"")
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is no JSON: {clip(str(error))}") from None
    if not isinstance(data, dict) or data.get("archdsl-snapshot") != 1 or not isinstance(data.get("draft"), dict):
        raise InputError(f"{path.name} is no snapshot")
    draft, settings, totals = data["draft"], data["draft"].get("settings"), data.get("totals")
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise InputError(f"{path.name}: settings are texts by name")
    if not isinstance(totals, dict) or not all(isinstance(value, dict) for value in totals.values()):
        raise InputError(f"{path.name}: totals are numbers with words, by name")
    told = {name: _texts(data, name) for name in ("time", "note", "title")}
    return data | told | {"draft": {"file": _texts(draft, "file"), "text": _texts(draft, "text"), "settings": settings}}


def _texts(data: dict[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise InputError(f"'{name}' of a design is a text")
    return value
