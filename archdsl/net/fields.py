"""Knobs as widgets of a notebook: a slider, a menu, a switch or a field, with the message of what is wrong under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from html import escape
from typing import Any

from archdsl.errors import ArchdslError, InputError, Source, SpecError
from archdsl.spec.knobs import Written
from archdsl.spec.settings import read_value

POSITIONS = 1000
"""Positions of a slider from which on a pointer cannot tell them apart, and a field is better."""
LABEL, WIDTH = "8em", "22em"
"""Widths of the name of a knob, and of all of it."""
ERROR = "color: var(--jp-error-color1, #b3261e); white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.4"


class Field:
    """A knob: its widget, and the message under it.

    Attributes:
        name: of the knob.
        input: the widget that holds the value.
        widget: that with its message.
    """

    def __init__(self, control: Mapping[str, Any], changed: Callable[[str], None]):
        """A field.

        Args:
            control: the knob as `archdsl.net.controls` has it.
            changed: is called with the name when the person has changed the value.
        """
        import ipywidgets

        self.name: str = control["name"]
        self._kind, self._digits = _kind(control)
        self._silent = False
        self.input = _input(ipywidgets, self._kind, control, self._held(control["value"]))
        self._message = ipywidgets.HTML(layout={"display": "none", "width": WIDTH})
        self.widget = ipywidgets.VBox([self.input, self._message])
        self.input.observe(lambda _: None if self._silent else changed(self.name), "value")

    @property
    def text(self) -> str:
        """The value as a spec writes it."""
        value = self.input.value
        if self._kind == "slider":
            return f"{value:.{self._digits}f}"
        return str(value).lower() if self._kind == "switch" else str(value)

    def value(self) -> Any:
        """The value as the language has it, exact.

        Raises:
            InputError, SpecError: the field holds no value.
        """
        if not self.text.strip():
            raise InputError("a value is missing")
        value = read_value(Source(self.name, self.text), "a number, a word or a list is wanted")
        return Written(value) if isinstance(value, list) else value

    def show(self, text: str) -> None:
        """Put a value into the widget, as a spec writes it, without telling that it has changed."""
        self._silent = True
        try:
            self.input.value = self._held(text)
        finally:
            self._silent = False

    def say(self, message: str) -> None:
        """Show what is wrong with the value; nothing where it is right."""
        self._message.value = (
            f'<div role="alert" style="{ERROR}; padding-left: calc({LABEL} + 8px)">{escape(message)}</div>' if message else ""
        )
        self._message.layout.display = "" if message else "none"

    def _held(self, text: str) -> Any:
        """A value as the widget holds it."""
        if self._kind == "slider":
            return float(Fraction(text)) if self._digits else int(Fraction(text))
        return text == "true" if self._kind == "switch" else text


def _kind(control: Mapping[str, Any]) -> tuple[str, int]:
    """What a knob is shown as, and the digits after the point of its values, of a slider."""
    if control["kind"] != "slider":
        return control["kind"], 0
    positions = (control["high"] - control["low"]) / control["step"]
    return ("slider", control["digits"]) if positions <= POSITIONS else ("text", 0)


def _input(widgets: Any, kind: str, control: Mapping[str, Any], value: Any) -> Any:
    """The widget that holds the value of a knob."""
    told = ". ".join(filter(None, (control["doc"].rstrip("."), f"{control['may']}; {control['default']} if not set")))
    common = {
        "value": value,
        "description": control["name"],
        "tooltip": told,
        "style": {"description_width": LABEL},
        "layout": {"width": WIDTH, "margin": "1px 0"},
    }
    if kind == "switch":
        return widgets.Checkbox(**common)
    if kind == "menu":
        return widgets.Dropdown(options=control["choices"], **common)
    if kind == "text":
        return widgets.Text(continuous_update=False, placeholder=control["may"], **common)
    digits = control["digits"]
    number, slider = (float, widgets.FloatSlider) if digits else (int, widgets.IntSlider)
    bounds = {word: number(control[key]) for word, key in (("min", "low"), ("max", "high"), ("step", "step"))}
    return slider(**bounds, **common, readout_format=f".{digits}f" if digits else "d")


def message_of(error: ArchdslError) -> str:
    """What is wrong and how to mend it, without its place: the text of a field is one line."""
    if isinstance(error, SpecError):
        return "\n".join(found.message + (f"; {found.hint}" if found.hint else "") for found in error.diagnostics)
    return str(error)
