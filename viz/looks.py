"""How things look: one table for kinds of boxes and one for tones, in colours that stay apart for colour-blind readers and in grey.

A tone says more than a kind: a step of a scale of heat, or what became of a box. Heat is ColorBrewer's YlOrBr of seven classes without
the fifth: lightness falls from step to step, and words can be read on each. Every tone also has a mark in the text of its boxes, so that
none is told by colour alone.
"""

from __future__ import annotations

SIZE = 10  # points, of all text
WIDTH = 0.078  # inches that a character may take: the widest of the fonts that a browser may choose in place of Helvetica
ADVANCE = WIDTH * 72  # the same in points

INK, FRAME, PAPER = "#1f2328", "#6e7781", "#ffffff"
FILLS = ("#f6f8fa", "#eceff3")  # of frames, by turns as they nest
FAINT = "#59636e"  # ink of what is not the subject; dark enough to be read

KINDS: dict[str, dict[str, str]] = {
    "input": {"style": "rounded,filled"},
    "output": {"style": "rounded,filled"},
    "operator": {"fillcolor": "#dbeafe"},
    "plain": {},
    "block": {"fillcolor": "#c7d7ea"},
    "split": {"fillcolor": "#f1f3f5", "ordering": "out"},
    "join": {"fillcolor": "#f1f3f5"},
    "sign": {"shape": "circle", "margin": "0", "width": "0.25", "height": "0.25", "fixedsize": "true"},
    "opaque": {"style": "filled,dashed", "fillcolor": PAPER},
    "fork": {"shape": "point", "width": "0.05", "height": "0.05", "fillcolor": INK, "ordering": "out"},
}
"""Attributes of the boxes of each kind, where they differ from plain ones."""

HEAT = ("heat0", "heat1", "heat2", "heat3", "heat4", "heat5")
"""Tones of a scale, from little to much."""

TONES: dict[str, dict[str, str]] = {
    **{
        tone: {"fillcolor": fill, "fontcolor": ink}
        for tone, fill, ink in zip(
            HEAT,
            ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#cc4c02", "#8c2d04"),
            (INK, INK, INK, INK, PAPER, PAPER),
            strict=True,
        )
    },
    "pale": {"fillcolor": PAPER, "fontcolor": FAINT, "color": FRAME},
    "alive": {"fillcolor": "#fec44f"},
    "running": {"fillcolor": "#8c2d04", "fontcolor": PAPER},
    "added": {"fillcolor": "#9ecae1", "peripheries": "2"},
    "removed": {"fillcolor": "#fdae6b", "style": "filled,dashed"},
    "changed": {"fillcolor": "#fff3bf"},
}
"""Attributes of the boxes of each tone, over those of their kind."""

ALIVE = "#b45309"
LINES: dict[str, dict[str, str]] = {
    "pale": {"color": "#8c959f", "fontcolor": FAINT},
    "alive": {"color": ALIVE, "fontcolor": ALIVE},
    "added": {"color": "#2171b5", "fontcolor": "#2171b5"},
    "removed": {"color": "#a63603", "fontcolor": "#a63603", "style": "dashed"},
}
"""Attributes of the lines of each tone."""
