"""What the figures of a page have in common: axes, text, and colours by name.

A figure is what plotly takes, {"data": traces, "layout": layout}. A colour may be `var(--ink)`: the page's style sheet knows it, and
with it light and dark. Text that comes from a spec goes through `text`, because plotly reads tags in it.
"""

from __future__ import annotations

from html import escape
from typing import Any

Figure = dict[str, Any]


def text(words: str) -> str:
    """Words that plotly shows as they are written: no tags, no formulas between dollars."""
    return escape(words, quote=False).replace("$", "&#36;")


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title; `more` are plotly's own settings of it."""
    look = {"gridcolor": "var(--grid)", "linecolor": "var(--rule)", "zerolinecolor": "var(--rule)", "automargin": True}
    return {"title": {"text": text(title), "standoff": 12}, "zeroline": False, **look, **more}


def layout(**more: Any) -> dict[str, Any]:
    """What every layout says; the page sets the width."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 14, "color": "var(--ink)"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "var(--rule)", "activecolor": "var(--ink)"},
        "margin": {"l": 72, "r": 16, "t": 24, "b": 64},
        **more,
    }
