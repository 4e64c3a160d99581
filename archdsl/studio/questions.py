"""Every question that a page may ask, by name."""

from archdsl.studio import answer, files, importing, making, snapshots
from archdsl.studio.question import Question

QUESTIONS: dict[str, Question] = {
    "answer": Question(answer.answer),
    "choices": Question(answer.choices),
    "file.list": Question(files.listed),
    "file.read": Question(files.read),
    "file.save": Question(files.save),
    "import": Question(importing.import_model, seconds=600, heavy=True),
    "make": Question(making.make, seconds=600, heavy=True),
    "make.forms": Question(making.forms),
    "snapshot.add": Question(snapshots.add),
    "snapshot.delete": Question(snapshots.delete),
    "snapshot.list": Question(snapshots.listed),
    "snapshot.load": Question(snapshots.load),
    "snapshot.note": Question(snapshots.note),
}
