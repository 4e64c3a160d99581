"""How names, numbers and values are written in pictures and plots."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from archdsl.errors import visible

LONGEST = 80  # characters of a line; a longer one is cut


def clean(text: str) -> str:
    """Text as one line that every program can show: what has no picture as escapes, a long line cut."""
    shown = visible(text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def visible_data(value: Any) -> Any:
    """Data for a script that shows it, every text in it visible."""
    if isinstance(value, str):
        return visible(value, keep="\n")
    if isinstance(value, dict):
        return {visible_data(key): visible_data(item) for key, item in value.items()}
    return [visible_data(item) for item in value] if isinstance(value, (list, tuple)) else value


def bytes_text(count: int) -> str:
    """Bytes as people write them."""
    return f"{count / 2**20:.2f} MiB" if count >= 2**17 else f"{count / 2**10:.1f} KiB" if count >= 2**10 else f"{count} B"


def share_text(share: float) -> str:
    """A share as people write it."""
    if share > 0.9995:
        return "100%"
    return f"{share:.1%}" if share >= 0.0005 else "<0.1%"


STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
"""SI prefixes, so that labels agree with the ticks that plotly writes."""


def readable(value: float) -> str:
    """A cost in three digits: 3.41 M, 118 M, 998, 0.0213."""
    size = abs(value)
    for step, prefix in STEPS:
        # What rounds up to a thousand takes the next prefix: 999,600 is 1.00 M.
        if size >= step * (0.9995 if step > 1000 else 1):
            return f"{_three(value / step)} {prefix}"
    return str(int(value)) if value == int(value) else _three(value)


def signed(value: float) -> str:
    """A change of a cost: +3.41 M, −118 k, 0."""
    return readable(0) if value == 0 else f"{'+' if value > 0 else '−'}{readable(abs(value))}"


def change_share(value: float, start: float) -> str:
    """A change as a share of the start, as +6.1 %; empty where the start is nothing."""
    if not start:
        return ""
    share = value / start * 100
    if share == 0:
        return "0 %"
    digits = 0 if abs(share) >= 99.5 else 1 if abs(share) >= 0.95 else 2
    shown = f"{abs(share):,.{digits}f}"
    return f"{'+' if share > 0 else '−'}{shown if float(shown.replace(',', '')) else '<0.01'} %"


def _three(value: float) -> str:
    """Three significant digits without an exponent."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(float(f"{abs(value):.2e}")))
    return f"{value:,.{min(max(digits, 0), 12)}f}"


def plain(value: Any) -> Any:
    """A value of NumPy as Python's own, tuples as lists; everything else as it is."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def setting(value: Any) -> str:
    """A value of a setting as `--set` takes it: 0.75, [3, 5], true, block."""
    value = plain(value)
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        # A decimal where it is exact and short (19/20 is 0.95), a fraction otherwise.
        return f"{float(value):g}" if Fraction(f"{float(value):g}") == value else str(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list):
        return f"[{', '.join(map(setting, value))}]"
    return visible(str(value))


def tick(value: float) -> str:
    """A number without zeros at its end: 2 M, not 2.00 M."""
    number, _, prefix = readable(round(value, 12)).partition(" ")
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} {prefix}".strip().replace("-", "−")
