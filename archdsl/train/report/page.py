"""A run as one HTML file that asks the network for nothing and runs no script.

Its pictures are SVG, written here, and PNG within the file. plotly, which draws the plots of archdsl, would put 4.5 MB of JavaScript
into the report of every run, of which a study has dozens; these curves need none of it, can be printed, and the file is then small
enough to be kept beside the weights. The style sheet is that of the pages of plots, so that both look alike, in light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.artifacts import write
from archdsl.train.record import Evaluation, Record
from archdsl.train.report.confusion import confusion
from archdsl.train.report.curves import curves
from archdsl.train.report.facts import cost_words, facts
from archdsl.train.report.words import html, percent, times
from archdsl.train.report.worst import worst
from archdsl.viz.plots.page import head
from archdsl.viz.text import clean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
"""What the browser holds the page to: no script runs and no address is loaded."""

STAND_IN = re.compile(r"\bstand[-_]in\b", re.IGNORECASE)
"""How the sentence of a set says that it is not the one that the question is about."""

FEW = 5
"""Classes up to which one of the five likeliest is always right, so that top-5 says nothing."""


def write_report(path: Path, record: Record, worst_images: Sequence[NDArray[np.uint8]]) -> None:
    """Write the report of a run. The file appears whole or not at all.

    Args:
        record: of a run that may still go on; what it does not have yet is left out.
        worst_images: of `record.final.worst` in their order, each (channels, height, width); of the first ones where they are fewer.

    Raises:
        InputError: the file cannot be written, more images than answers, or one that is no image.
    """
    write(path, report(record, worst_images))


def report(record: Record, worst_images: Sequence[NDArray[np.uint8]]) -> str:
    """The same as text."""
    title = f"{clean(record.network)} on {clean(record.data)}"
    parts = [_head(record), curves(record), confusion(record), worst(record, worst_images), facts(record)]
    own = resources.files("archdsl.train.report").joinpath("report.css").read_text(encoding="utf-8")
    content = "\n".join(filter(None, parts))
    return f"""{head(title, POLICY, own)}<body>
<main>
{content}
</main>
</body>
</html>
"""


def _head(record: Record) -> str:
    stand_in = ' <span class="stand-in">stand-in</span>' if STAND_IN.search(record.data) else ""
    title = f"<h1>{html(record.network)} on {html(record.data)}{stand_in}</h1>"
    return f'{title}\n<p class="result">{_sentence(record)}</p>\n{_figures(record)}'


def _sentence(record: Record) -> str:
    """The result: network, data, epochs, top-1 and top-5."""
    done, planned = len(record.epochs), record.recipe.get("epochs")
    network, data = html(record.network), html(record.data)
    if record.final is not None:
        start = f"After {times(done, 'epoch')} on {data}" if done else f"On {data}"
        return f"{start}, {network} has {_right(record, record.final)}."
    if not done:
        return f"{network} has not been trained on {data} yet."
    left = f" of {planned}" if isinstance(planned, int) and planned > done else ""
    start = f"{network} has been trained on {data} for {f'{done:,}{left} epochs' if left else times(done, 'epoch')}"
    tested = next(((one.number, one.test) for one in reversed(record.epochs) if one.test is not None), None)
    if tested is None:
        return f"{start}; it was not tested."
    return f"{start}; after epoch {tested[0]} it had {_right(record, tested[1])}. There is no final test."


def _right(record: Record, test: Evaluation) -> str:
    first = f"<b>{percent(test.top1, test.images)}</b> of {times(test.images, 'test image')} right <span>(top-1)</span>"
    if len(record.classes) <= FEW:
        return first
    return f"{first}, and for {percent(test.top5, test.images)} the class is among the five likeliest <span>(top-5)</span>"


def _figures(record: Record) -> str:
    """The numbers that a reader looks for first."""
    final = record.final
    shown: list[tuple[str, str]] = []
    if final is not None:
        shown.append(("top-1", percent(final.top1, final.images)))
        if len(record.classes) > FEW:
            shown.append(("top-5", percent(final.top5, final.images)))
        shown.append(("test loss", f"{final.loss:.4g}"))
    named = {"params": "parameters", "macs": "MACs"}
    shown += [(word, cost_words(name, record.costs[name])) for name, word in named.items() if name in record.costs]
    seconds = sum(one.seconds for one in record.epochs)
    if seconds:
        shown.append(("training", _time(seconds)))
        shown.append(("images a second", f"{sum(one.images for one in record.epochs) / seconds:,.0f}"))
    boxes = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in shown)
    return f'<dl class="figures">{boxes}</dl>' if boxes else ""


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
