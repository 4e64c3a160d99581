"""Every question that a page may ask, by name."""

from archdsl.studio import answer, axes, comparing, solving, whatif
from archdsl.studio.question import Question

QUESTIONS: dict[str, Question] = {
    "answer": Question(answer.answer),
    "choices": Question(answer.choices),
    "whatif.axes": Question(axes.axes),
    "whatif.curve": Question(whatif.curve),
    "whatif.contour": Question(whatif.contour),
    "whatif.front": Question(whatif.front, 600, heavy=True),
    "whatif.tornado": Question(solving.tornado, 120, heavy=True),
    "whatif.solve": Question(solving.solve, 600, heavy=True),
    "compare.known": Question(comparing.known),
    "compare.table": Question(comparing.table, 60),
    "compare.rows": Question(comparing.rows, 120, heavy=True),
    "compare.scatter": Question(comparing.scatter, 60),
}


def _read(given, tell):
    from pathlib import Path

    from archdsl.spec.locate import zoo

    f = given["file"]
    p = zoo() / (f[4:] + ".yaml") if f.startswith("zoo:") else Path(given["here"]["roots"][0]) / f
    return {"text": p.read_text(), "digest": ""}


QUESTIONS["file.read"] = Question(_read)
