"""`net.studio()`: the knobs of a network as widgets of a notebook, beside its picture and its bill, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from archdsl.cost.tables.comparison import USUAL
from archdsl.cost.tables.notebook import changes_card
from archdsl.errors import ArchdslError, InputError
from archdsl.exact.shown import written
from archdsl.extras import Missing, needed_by
from archdsl.ir.single import need_numbers
from archdsl.net.as_code import code
from archdsl.net.controls import controls
from archdsl.net.fields import ERROR, WIDTH, Field, message_of
from archdsl.spec.settings import check_setting
from archdsl.spec.values import names_read

if TYPE_CHECKING:
    from archdsl.net.network import Net
    from archdsl.viz import Picture
    from archdsl.viz.view import Depth

PAUSE = 0.02
"""Seconds from a change until the network is made anew: of the values that come meanwhile, the last one counts."""
HEIGHT = "44em"
"""Of the picture and of the knobs, which scroll."""
STALE = "What is shown is the last design that could be built."


class Studio:
    """The knobs of a network as widgets, beside its picture and its bill: both follow while a knob moves. Shows itself in a notebook.

    A value that does not fit is told where it stands, and the last good picture and bill stay, marked as such.

    Attributes:
        widget: all of it, as ipywidgets has it, for a layout of one's own.
        inputs: the widget of each knob by its name; setting its `value` is what a person does with it.
    """

    def __init__(self, net: Net, depth: Depth | None, heat: str | None, conventions: tuple[str, ...], devices: tuple[str, ...]):
        """Widgets for a network; see `Net.studio`."""
        with needed_by("a studio in a notebook", "notebook"):
            import ipywidgets
        need_numbers(net.graph(), "a studio shows")
        self._start = self._net = net
        self._depth, self._heat = depth, heat
        self._conventions, self._devices = conventions or USUAL, devices
        self._touched: set[str] = set()
        self._due = False
        self._svg = self._bill = ""
        self._fields = {control["name"]: Field(control, self._changed) for control in controls(net)}
        self.inputs: Mapping[str, Any] = {name: field.input for name, field in self._fields.items()}
        self._picture, self._costs, self._message = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self._code = ipywidgets.HTML()
        reset = ipywidgets.Button(description="Reset", tooltip="Every knob as it was at the start", layout={"width": "6em"})
        reset.on_click(lambda _: self.reset())
        scrolls = {"max_height": HEIGHT, "overflow": "auto", "flex": "0 0 auto"}
        knobs = ipywidgets.VBox(
            [field.widget for field in self._fields.values()], layout=scrolls | {"width": f"calc({WIDTH} + 2em)"}
        )
        picture = ipywidgets.Box([self._picture], layout=scrolls | {"flex": "1 1 16em", "min_width": "14em"})
        bill = ipywidgets.VBox([self._costs], layout=scrolls | {"flex": "1 1 31em", "min_width": "20em"})
        panes = ipywidgets.HBox([knobs, picture, bill], layout={"flex_flow": "row wrap", "align_items": "flex-start"})
        head = ipywidgets.HBox([reset, self._code], layout={"align_items": "center"})
        self.widget = ipywidgets.VBox([head, self._message, panes])
        self._make({})

    @property
    def net(self) -> Net:
        """The present network; while what the widgets hold cannot be built, the last one that could."""
        if self._due:
            self._follow()
        return self._net

    def reset(self) -> None:
        """Put every knob back to what it was at the start."""
        self._touched.clear()
        self._follow()

    def _changed(self, name: str) -> None:
        """A person has changed a knob."""
        self._touched.add(name)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._follow()  # there is nothing that could run later
            return
        if not self._due:
            self._due = True
            loop.call_later(PAUSE, lambda: self._follow() if self._due else None)

    def _follow(self) -> None:
        """Make the network anew from what the widgets hold."""
        self._due = False
        settings: dict[str, Any] = {}
        fine = True
        for name, field in self._fields.items():
            message = ""
            if name in self._touched:
                try:
                    settings[name] = self._value(field)
                except ArchdslError as error:
                    message, fine = message_of(error), False
            field.say(message)
        if not fine:
            self._keep("")
            return
        changed = {name: value for name, value in settings.items() if not self._is_as_it_was(name, value)}
        self._touched = {name for name in settings if name in changed}
        try:
            self._make(changed)
        except ArchdslError as error:
            self._keep(str(error))

    def _value(self, field: Field) -> Any:
        """What a field holds. Raises ArchdslError where it does not fit its knob."""
        value = field.value()
        try:
            check_setting(self._start.base, field.name, value)
        except InputError as error:
            raise InputError(str(error).removeprefix(f"{field.name}: ")) from None
        return value

    def _is_as_it_was(self, name: str, value: Any) -> bool:
        """Whether a knob has the value that it started with. One that follows others by a formula no longer does, once it is set."""
        knob = self._start.spec.knobs[name]
        return written(value) == written(self._start.knobs[name]) and not names_read(knob.default)

    def _make(self, settings: Mapping[str, Any]) -> None:
        """Show the network with other settings.

        Raises:
            ArchdslError: it cannot be built, counted or drawn; what was shown stays.
        """
        net = self._start.set(**settings) if settings else self._start
        bill = changes_card(self._start, net, self._conventions, self._devices)
        svg = _svg(net.diagram(depth=self._depth, heat=self._heat))
        self._net, self._bill, self._svg = net, bill, svg
        for name, field in self._fields.items():
            if name not in settings:
                field.show(written(net.knobs[name]))
        self._show()

    def _keep(self, message: str) -> None:
        """Leave what is shown, marked as stale, with a message where no field has one."""
        told = f'<pre role="alert" style="{ERROR}">{escape(message)}</pre>' if message else ""
        self._message.value = f'<p role="status" style="margin: 0">{STALE}</p>{told}'
        self._show(stale=True)

    def _show(self, stale: bool = False) -> None:
        if not stale:
            self._message.value = ""
        faded = "opacity: .6" if stale else ""
        self._picture.value = f'<div class="archdsl-picture" style="{faded}">{_STYLE}{self._svg}</div>'
        self._costs.value = f'<div style="{faded}">{self._bill}</div>'
        self._code.value = f"<code>{escape(code(self._net, self._start))}</code>"

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return {**self.widget._repr_mimebundle_(**asked), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<archdsl.Studio {code(self.net, self._start)}>"


_STYLE = "<style>.archdsl-picture svg { max-width: 100%; height: auto; }</style>"


def _svg(picture: Picture) -> str:
    """A picture, coarse where there is no layout engine."""
    try:
        return picture.svg
    except Missing:
        from archdsl.viz.straight import ALONE, straight

        return straight(picture.drawing, ALONE)
