"""The answers that are most wrong: the images, what they are, and what the network says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archdsl.errors import InputError
from archdsl.train.record import Record, Worst
from archdsl.train.report.png import COLOURS, address, smaller
from archdsl.train.report.words import class_name, html, percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST = 160
"""Pixels of the larger side of an image on the page; larger ones are made smaller."""

COARSE = 64
"""Side up to which pixels are shown as squares."""


def worst(record: Record, images: Sequence[NDArray[np.uint8]]) -> str:
    """A card for each; without images, a table. Nothing where nothing was tested.

    Raises:
        InputError: more images than answers, or one that is no image.
    """
    answers = () if record.final is None else record.final.worst
    if len(images) > len(answers):
        raise InputError(f"worst images: one for each of the {len(answers)} worst answers is wanted, {len(images)} came")
    if record.final is None:
        return ""
    if not answers:
        told = "Every test image is right." if record.final.top1 == 1 else ""
        return f"<h2>Worst answers</h2>\n<p>{told}</p>" if told else ""
    intro = '<p class="note">Wrong answers to test images, the surest first.</p>'
    made = _table(record, answers) if not images else _cards(record, answers, images)
    return f"<h2>Worst answers</h2>\n{intro}\n{made}"


def _cards(record: Record, answers: Sequence[Worst], images: Sequence[NDArray[np.uint8]]) -> str:
    made = [_card(record, one, image) for one, image in zip(answers, images, strict=False)]
    return '<div class="worst">\n' + "\n".join(made) + "\n</div>"


def _card(record: Record, one: Worst, image: NDArray[np.uint8]) -> str:
    if str(image.dtype) != "uint8" or image.ndim != 3 or image.shape[0] not in COLOURS or not image.size:
        raise InputError(f"worst images: uint8 of (1 or 3, height, width) is wanted, {image.dtype} of {image.shape} came")
    label, said = (html(class_name(record, number)) for number in (one.label, one.said))
    kind = ' class="coarse"' if max(image.shape[1:]) <= COARSE else ""
    return (
        f'<figure><img{kind} alt="test image {one.index}" src="{address(smaller(image, LARGEST))}">'
        f"<figcaption>labelled <b>{label}</b>,<br>said <b>{said}</b>, {percent(one.probability)}</figcaption></figure>"
    )


def _table(record: Record, answers: Sequence[Worst]) -> str:
    rows = "\n".join(
        f'<tr><td class="number">{one.index}</td><td>{html(class_name(record, one.label))}</td>'
        f'<td>{html(class_name(record, one.said))}</td><td class="number">{percent(one.probability)}</td></tr>'
        for one in answers
    )
    head = '<tr><th class="number">test image</th><th>labelled</th><th>said</th><th class="number">probability</th></tr>'
    return f'<div class="scroll"><table><thead>{head}</thead>\n<tbody>\n{rows}\n</tbody></table></div>'
