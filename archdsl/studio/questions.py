"""Every question that a page may ask, by name."""

from archdsl.studio import answer, axes, comparing, files, gallery, importing, making, snapshots, solving, whatif, words
from archdsl.studio.question import Question

QUESTIONS: dict[str, Question] = {
    "answer": Question(answer.answer),
    "choices": Question(answer.choices),
    "complete": Question(words.complete),
    "gallery": Question(gallery.gallery, seconds=60),
    "gallery.figures": Question(gallery.figures, seconds=60),
    "gallery.picture": Question(gallery.picture, seconds=60),
    "zoo.text": Question(gallery.text),
    "file.list": Question(files.listed),
    "file.read": Question(files.read),
    "file.save": Question(files.save),
    "hover": Question(words.hover),
    "import": Question(importing.import_model, seconds=600, heavy=True),
    "make": Question(making.make, seconds=600, heavy=True),
    "make.forms": Question(making.forms),
    "snapshot.add": Question(snapshots.add),
    "snapshot.delete": Question(snapshots.delete),
    "snapshot.list": Question(snapshots.listed),
    "snapshot.load": Question(snapshots.load),
    "snapshot.note": Question(snapshots.note),
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
