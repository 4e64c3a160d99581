"""Files that are made of a draft: source, models, pictures, tables, each by the call that the command line makes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from archdsl.artifacts import json_text
from archdsl.compilers.forms import FORMS as MODELS
from archdsl.errors import InputError, unknown
from archdsl.net import Net
from archdsl.studio.answer import Counting, read_counting
from archdsl.studio.drafts import draft_of, opened
from archdsl.studio.exchange import discard, new_place, plain_name
from archdsl.studio.question import Given, Tell


class Form(NamedTuple):
    """What can be made.

    Attributes:
        words: for a menu.
        ending: of the file.
        make: writes it, and gives what there is to say about it.
        group: of the menu.
    """

    words: str
    ending: str
    make: Callable[[Net, Path, Counting], list[str]]
    group: str


def forms(given: Given, tell: Tell) -> list[dict[str, str]]:
    """What can be made, for a menu: `form`, `words`, `ending` and `group` of each."""
    return [{"form": name, "words": one.words, "ending": one.ending, "group": one.group} for name, one in FORMS.items()]


def make(given: Given, tell: Tell) -> dict[str, Any]:
    """Make a file of the `draft` in a `form`, counted as `counting` says.

    Returns:
        the `token` that it is handed out for once, its `name` and `bytes`, and `notes`: how an export compares with the network.

    Raises:
        InputError: there is no such form, or the network cannot be written in it.
        SpecError: the draft has mistakes.
        BackendError: a library is missing, or the form cannot express an operator.
    """
    name = given.get("form")
    if not isinstance(name, str) or name not in FORMS:
        raise InputError("; ".join(filter(None, unknown("form", str(name), FORMS))))
    form, counting = FORMS[name], read_counting(given.get("counting"))
    tell.progress(0.05, "reading the design")
    draft = draft_of(given)
    net = counting.of(opened(draft))
    tell.progress(0.2, f"making {form.words}")
    place = new_place(Path(given["here"]["made"]))
    file = place / f"{plain_name(Path(draft.name).stem)}{form.ending}"
    try:
        notes = form.make(net, file, counting)
        file = _alone(place, file)
    except BaseException:
        discard(file)
        raise
    tell.progress(1.0, "done")
    return {"token": place.name, "name": file.name, "bytes": file.stat().st_size, "notes": notes}


def _model(to: str) -> Callable[[Net, Path, Counting], list[str]]:
    def make(net: Net, file: Path, counting: Counting) -> list[str]:
        notes = net.export(file, to=to).notes()
        return [note for note in notes if not note.startswith("written ")]

    return make


def _picture(net: Net, file: Path, counting: Counting) -> list[str]:
    from archdsl.viz import View, diagram

    diagram(net.graph(), View(legend=True), net=net).save(file)
    return []


def _graph(net: Net, file: Path, counting: Counting) -> list[str]:
    from archdsl.ir.serialize import dump

    file.write_text(json.dumps(dump(net.graph()), indent=1), encoding="utf-8")
    return []


def _cost(net: Net, file: Path, counting: Counting) -> list[str]:
    from archdsl.cost.tables.document import document

    file.write_text(json_text(document(net.name, net.spec, net.cost()), 1), encoding="utf-8")
    return []


def _bill(form: str) -> Callable[[Net, Path, Counting], list[str]]:
    """The bill, layer by layer, in the convention and on the device that the page counts with."""

    def make(net: Net, file: Path, counting: Counting) -> list[str]:
        from archdsl.cost.comparing.blame import blame
        from archdsl.cost.comparing.totals import convention_of, device_of
        from archdsl.cost.tables.entries import EntryTable

        convention = convention_of(net, counting.convention)
        device = device_of(net, counting.device) if counting.device else None
        entries = blame(net.cost(), net.spec.source, "layer", convention, device)
        sheet = EntryTable(net.cost(), "layer", convention, device, people=False).sheet(net.name, entries, net.spec.source)
        file.write_text(getattr(sheet, form)(), encoding="utf-8")
        return []

    return make


def _table(form: str) -> Callable[[Net, Path, Counting], list[str]]:
    def make(net: Net, file: Path, counting: Counting) -> list[str]:
        file.write_text(getattr(net.printed_table(), form)(), encoding="utf-8")
        return []

    return make


def _alone(place: Path, file: Path) -> Path:
    """The file; where others were written beside it, such as weights, an archive of all."""
    made = sorted(place.iterdir())
    if len(made) == 1:
        return made[0]
    archive = place / f"{file.stem}.zip"
    with zipfile.ZipFile(archive, "x", zipfile.ZIP_STORED) as packed:
        for path in made:
            packed.write(path, path.name)
    for path in made:
        path.unlink()
    return archive


FORMS: dict[str, Form] = {
    "python": Form("Python source with weights", MODELS["python"].suffix, _model("python"), "Model"),
    "onnx": Form("ONNX", MODELS["onnx"].suffix, _model("onnx"), "Model"),
    "pt2": Form("torch.export program", MODELS["pt2"].suffix, _model("pt2"), "Model"),
    "svg": Form("figure, SVG", ".svg", _picture, "Picture"),
    "png": Form("figure, PNG", ".png", _picture, "Picture"),
    "pdf": Form("figure, PDF", ".pdf", _picture, "Picture"),
    "page": Form("page that folds and unfolds, HTML", ".html", _picture, "Picture"),
    "csv": Form("bill by layer, CSV", ".csv", _bill("csv"), "Table"),
    "markdown": Form("bill by layer, Markdown", ".md", _bill("markdown"), "Table"),
    "latex": Form("table of the paper, LaTeX", ".tex", _table("latex"), "Table"),
    "graph": Form("graph, JSON", ".graph.json", _graph, "Data"),
    "cost": Form("bill with all costs, JSON", ".cost.json", _cost, "Data"),
}
"""What can be made, in the order of the menu."""
