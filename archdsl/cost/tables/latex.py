"""A table of text as a LaTeX table with booktabs rules, as papers print them.

Every text is escaped. Shapes become formulas: 224²×3 is set as 224^2 x 3, and a check mark is the one of amssymb.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from archdsl.errors import visible

Row = Sequence[str]
LONG = 45  # rows that fit one page; a longer table is a longtable, which breaks

_SHAPE = re.compile(r"[0-9A-Za-z.…]*[²×][0-9A-Za-z.…²×]*")
_NUMBER = re.compile(r"-?[\d,.]+")
_MATH = {"²": "^2", "×": r"\times ", "…": r"\ldots "}
_TEXT = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "…": r"\ldots{}",
    "✓": r"$\checkmark$",
    "→": r"$\rightarrow$",
    "√": r"$\surd$",
    "½": r"\textonehalf{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}


def latex(title: str, head: Row, numbers: Collection[str], cells: Sequence[Row], total: Row) -> str:
    """The table, to be read in by `\\input`. Its first line names the packages that it needs.

    Text in scripts that pdfLaTeX does not know stays as it is; XeLaTeX and LuaLaTeX set it with a font that has it.
    """
    rows = [*map(_row, cells)]
    long = len(rows) > LONG
    columns = "".join("r" if name in numbers else "l" for name in head)
    top = [r"\toprule", _row(head), r"\midrule"]
    caption, label = rf"\caption{{{escaped(title)}}}", rf"\label{{tab:{_label(title)}}}"
    foot = [r"\midrule", _row(total), r"\bottomrule"] if total else [r"\bottomrule"]
    needs = f"% \\usepackage{{amssymb,booktabs{',longtable' if long else ''},textcomp}}"
    if long:
        body = [
            f"\\begin{{longtable}}{{{columns}}}",
            caption + label + r"\\",
            *top,
            r"\endhead",
            *rows,
            *foot,
            r"\end{longtable}",
        ]
        lines = ["{\\footnotesize\\setlength{\\tabcolsep}{4pt}", *body, "}"]
    else:
        body = [f"\\begin{{tabular}}{{{columns}}}", *top, *rows, *foot, r"\end{tabular}"]
        lines = [
            r"\begin{table}",
            r"\centering",
            caption,
            label,
            r"\footnotesize\setlength{\tabcolsep}{4pt}",
            *body,
            r"\end{table}",
        ]
    return "\n".join([needs, *lines, ""])


def escaped(text: str) -> str:
    """A text that LaTeX shows as it is written, shapes as formulas."""
    text = visible(text)
    parts, end = [], 0
    for found in _SHAPE.finditer(text):
        parts += [_text(text[end : found.start()]), _formula(found[0])]
        end = found.end()
    return "".join([*parts, _text(text[end:])])


def _text(text: str) -> str:
    text = "".join(_TEXT.get(c, " " if c.isspace() else c) for c in text)
    return text.replace("--", "-{}-").replace("--", "-{}-")  # LaTeX would make dashes of them


def _formula(text: str) -> str:
    inside = "".join(_MATH.get(c, c) for c in text).strip()
    return f"${inside}$"


def _row(cells: Row) -> str:
    return " & ".join("--" if c == "-" else c if _NUMBER.fullmatch(c) else escaped(c) for c in cells) + r" \\"


def _label(title: str) -> str:
    """What a label may hold everywhere: ASCII letters, digits and hyphens."""
    return re.sub(r"[^0-9a-z]+", "-", title.lower().partition(",")[0]).strip("-") or "network"
