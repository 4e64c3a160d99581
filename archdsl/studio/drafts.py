"""Designs as a page holds them: a text, the file that it stands for, and settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from archdsl.errors import InputError, unknown
from archdsl.net import Net, load, loads
from archdsl.spec.locate import zoo_names
from archdsl.spec.row_groups import split_setting
from archdsl.spec.settings import parse_settings
from archdsl.studio.question import Given

KEPT = 8
"""Checked specs that a process keeps, so that moving a knob does not read the text again."""


class Draft(NamedTuple):
    """A design that is being edited.

    Attributes:
        text: of the spec.
        name: of the file, for messages.
        path: of the file, beside which imports are looked for; "" for one that has none. The server has put it there, no page can.
        settings: `name=value` as on the command line, in the order of their names.
    """

    text: str
    name: str = "untitled.yaml"
    path: str = ""
    settings: tuple[str, ...] = ()

    @property
    def named_settings(self) -> dict[str, str]:
        """The settings by name; a name such as `rows[op=dp_a].exp` has an equals sign of its own."""
        return {name: value for name, _, value in map(split_setting, self.settings)}


def draft_of(given: Given) -> Draft:
    """The draft that a question is asked with, under `draft`.

    Raises:
        InputError: the question has none, or it is not what a draft is.
    """
    return read_draft(given.get("draft"))


def read_draft(data: Any) -> Draft:
    """A draft from plain data: `{"text", "name", "path", "settings": {name: text}}`.

    Raises:
        InputError: the data is something else.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("text"), str):
        raise InputError("a draft has a text")
    settings = data.get("settings") or {}
    if not isinstance(settings, Mapping) or not all(isinstance(value, str) for value in settings.values()):
        raise InputError("settings of a draft are texts by name")
    listed = tuple(f"{name}={settings[name]}" for name in sorted(settings))
    return Draft(data["text"], str(data.get("name") or Draft("").name), str(data.get("path") or ""), listed)


def opened(draft: Draft) -> Net:
    """The network of a draft.

    Raises:
        SpecError: mistakes in the text.
        InputError: a setting that does not fit.
    """
    net = _checked(draft.text, draft.name, draft.path)
    return net.set(**parse_settings(draft.settings)) if draft.settings else net


@lru_cache(KEPT)
def _checked(text: str, name: str, path: str) -> Net:
    return loads(text, name=name, path=Path(path) if path else None)


def named(data: Any) -> Net:
    """A network that a question names: a draft, or `{"zoo": name}` for one of the zoo.

    Raises:
        InputError, SpecError: there is no such network, or mistakes in its text.
    """
    if isinstance(data, Mapping) and "zoo" in data:
        return load(of_zoo(data))
    return opened(read_draft(data))


def of_zoo(given: Given) -> str:
    """The name of a network of the zoo that a question gives, under `zoo`. Raises InputError where there is none of that name."""
    name = given.get("zoo")
    if not isinstance(name, str):
        raise InputError("a network of the zoo is asked for by its name")
    if name not in zoo_names():
        message, hint = unknown("network", name, zoo_names())
        raise InputError("; ".join(filter(None, (f"{message} in the zoo", hint))))
    return name
