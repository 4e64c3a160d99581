"""Every question that a page may ask, by name."""

from archdsl.studio import answer, gallery
from archdsl.studio.question import Question

QUESTIONS: dict[str, Question] = {
    "answer": Question(answer.answer),
    "choices": Question(answer.choices),
    "gallery": Question(gallery.gallery, seconds=60),
    "gallery.figures": Question(gallery.figures, seconds=60),
    "gallery.picture": Question(gallery.picture, seconds=60),
    "zoo.text": Question(gallery.text),
}


def _read(given, tell):
    from pathlib import Path

    from archdsl.spec.locate import zoo

    f = given["file"]
    p = zoo() / (f[4:] + ".yaml") if f.startswith("zoo:") else Path(given["here"]["roots"][0]) / f
    return {"text": p.read_text(), "digest": ""}


QUESTIONS["file.read"] = Question(_read)
