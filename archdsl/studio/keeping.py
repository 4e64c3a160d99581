"""Settings of a draft written into its text, as far as the text can say them; the network stays the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archdsl.errors import ArchdslError, InputError, SpecError
from archdsl.exact.shown import written
from archdsl.ir.canonical import canonical_hash
from archdsl.net import Net
from archdsl.spec.editing.arguments import keep_argument
from archdsl.spec.editing.keep import keep_settings, value_text
from archdsl.spec.editing.places import EditError
from archdsl.spec.row_groups import is_cells, relative, rows_of, spread
from archdsl.spec.settings import parse_settings
from archdsl.studio.drafts import Draft, draft_of, opened
from archdsl.studio.question import Given, Tell

Settings = Mapping[str, str]


def keep(given: Given, tell: Tell) -> dict[str, Any]:
    """The text with settings of the draft written into it: those of `only`, or all of them.

    Where the draft can be built, what becomes of it is the same network, or the setting is not written.

    Returns:
        `text`; `settings`, those that are left; `refused`, those that were wanted and are left, each with its `name` and `why`.

    Raises:
        InputError: `only` is no list of names of settings.
        SpecError: the text is not YAML.
    """
    draft = draft_of(given)
    settings = draft.named_settings
    names = _wanted(given.get("only"), settings)
    work = _Work(draft)
    try:
        text = draft.text
        for name in names:
            text = work.written(text, name, settings[name])
        left = {name: value for name, value in settings.items() if name not in names}
        if work.same(text, left):
            return {"text": text, "settings": left, "refused": []}
    except EditError:
        pass
    return _one_by_one(work, names, settings)


def _one_by_one(work: _Work, names: Iterable[str], settings: dict[str, str]) -> dict[str, Any]:
    """As many of the settings as can be written, each looked at by itself."""
    text, left, refused = work.draft.text, dict(settings), []
    for name in names:
        rest = {other: value for other, value in left.items() if other != name}
        try:
            made = work.written(text, name, settings[name])
            if not work.same(made, rest):
                raise EditError(_elsewhere(name))
        except EditError as error:
            refused.append({"name": name, "why": str(error)})
            continue
        text, left = made, rest
    return {"text": text, "settings": left, "refused": refused}


def _elsewhere(name: str) -> str:
    if name.startswith("blocks."):
        block = name.split(".")[1]
        return f"{name}: other files call the block '{block}' too, or a knob stands for it; this text cannot say it for those"
    return f"{name}: the text with this value would not be the same network"


class _Work:
    """A draft whose settings are written.

    Attributes:
        draft: as it was asked for.
        net: without its settings; None where it cannot be built.
        hash: of the network with its settings; "" where it cannot be built.
    """

    def __init__(self, draft: Draft):
        self.draft = draft
        self.net = _net(draft._replace(settings=()))
        self.hash = _hash(draft)

    def written(self, text: str, name: str, value: str) -> str:
        """The text with one setting in it.

        Raises:
            EditError: it has no place in the text.
            SpecError: the text is not YAML.
        """
        try:
            if name.startswith("blocks."):
                return self._argument(text, name, value)
            if is_cells(name) and self.net is not None:
                return keep_settings(text, self._cells(name, value))
            return keep_settings(text, {name: value})
        except EditError:
            whole = self._whole(name)
            if whole is None:
                raise
            return keep_settings(text, whole)

    def same(self, text: str, left: Settings) -> bool:
        """Whether a text with these settings is the network of the draft; nobody can say where that cannot be built."""
        settings = tuple(f"{name}={left[name]}" for name in sorted(left))
        return not self.hash or _hash(self.draft._replace(text=text, settings=settings)) == self.hash

    def _argument(self, text: str, name: str, value: str) -> str:
        """An argument of a block; of calls in the rows of a table that the text extends, as cells of those."""
        parts = name.split(".")
        block = self.net.spec.blocks.get(parts[1]) if self.net is not None else None
        if len(parts) != 3:
            raise EditError(f"{name}: an argument is blocks.BLOCK.ARGUMENT")
        try:
            return keep_argument(text, parts[1], parts[2], value_text(value), list(block.args) if block is not None else [])
        except EditError:
            rows = rows_of(self.net.spec.net) if self.net is not None else {}
            calls = [number for number, row in rows.items() if row.call.target == parts[1] and parts[2] in row.table.columns]
            if not calls:
                raise
            return keep_settings(text, {f"rows.{number}.{parts[2]}": value for number in calls})

    def _cells(self, name: str, value: str) -> dict[str, str]:
        """A setting of several rows as one for each cell."""
        assert self.net is not None
        try:
            which, raw = relative(name, parse_settings([f"{name}={value}"])[name])
            found = list(spread(self.net.spec.net, which, raw))
        except ArchdslError as error:
            raise EditError(str(error)) from None
        way = which != name
        return {f"rows.{row}.{column}": written(held) if way else value for row, column, held in found}

    def _whole(self, name: str) -> dict[str, str] | None:
        """An element of a list that the text does not have as the whole list; None where it is something else."""
        owner, _, number = name.partition(".")
        if not number.isdigit() or not self.hash:
            return None
        return {owner: written(opened(self.draft).knobs[owner])}


def _net(draft: Draft) -> Net | None:
    try:
        return opened(draft)
    except (SpecError, InputError):
        return None


def _hash(draft: Draft) -> str:
    try:
        return canonical_hash(opened(draft).graph())
    except (SpecError, InputError):
        return ""


def _wanted(only: Any, settings: Settings) -> list[str]:
    if only is None:
        return list(settings)
    if not isinstance(only, list) or not all(isinstance(name, str) and name in settings for name in only):
        raise InputError("'only' names settings of the draft")
    return [name for name in settings if name in only]
