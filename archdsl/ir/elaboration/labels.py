"""Labels while a spec is elaborated: which tensors `from` takes, and what `as` gives."""

from __future__ import annotations

from archdsl.errors import near_miss
from archdsl.ir.elaboration.lost import LOST
from archdsl.ir.elaboration.scope import Gathered, Scope, Tensors
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.values import evaluate, text_of, word_of
from archdsl.spec.labels import ANY, Label, fitting, near_pattern


def labelled(state: State, sources: tuple[Label, ...], scope: Scope) -> Tensors:
    """The tensors that labels stand for, one after the other."""
    found = [part for label in sources for part in _parts(state, label, scope)]
    if len(found) == 1 and found[0]:
        return found[0]
    tensors = [tensor for part in found for tensor in part]
    if not tensors:
        texts = " and ".join(f"'{label.text}'" for label in sources)
        raise state.fail(
            f"nothing has been gathered under {texts}", sources[0].mark, "write from: [in, …] where there may be nothing"
        )
    return Gathered(tensors) if any(type(part) is Gathered for part in found) else tuple(tensors)


def give(state: State, labels: tuple[Label, ...], scope: Scope, result: Tensors) -> None:
    """Give labels to what a step leaves: one to all of it, or several to one tensor each. A label that is given again stands for the
    newest, one that gathers for all."""
    if len(labels) > 1 and len(labels) != len(result) and LOST not in result:
        leave = "1 tensor leaves" if len(result) == 1 else f"{len(result)} tensors leave"
        state.fail(f"{len(labels)} labels, {leave} this step", labels[0].mark, "one label may stand for all of them")
    for index, label in enumerate(labels):
        given = result if len(labels) == 1 else (result[index] if index < len(result) else LOST,)
        text = text_of(state, label, scope.names)
        earlier = scope.labels.pop(text, ())  # taken out, so that labels stay in the order of their making
        scope.labels[text] = Gathered((*earlier, *given)) if label.gathers else given


def _parts(state: State, label: Label, scope: Scope) -> list[Tensors]:
    """The tensors of a label, or of each label in the list that it holds."""
    if label.alone is not None:
        value = evaluate(state, label.alone, scope.names)
        if isinstance(value, (list, tuple)):
            words = [word_of(state, item, label.alone) for item in value]
            return [Gathered(_tensors(state, label, word, scope)) for word in words]
    return [_tensors(state, label, text_of(state, label, scope.names), scope)]


def _tensors(state: State, label: Label, text: str, scope: Scope) -> Tensors:
    """The tensors of one label, or of all that a pattern fits."""
    if text in scope.labels:
        return scope.labels[text]
    if ANY in text and (fits := fitting(text, scope.labels)):
        return Gathered([tensor for word in fits for tensor in scope.labels[word]])
    if text in state.links.gathering(state.spec):
        return Gathered()  # it gathers, and has nothing so far
    if state.failed:
        raise Stop  # the step that gives it may stand in one that was not run
    if ANY in text:
        hint = near_pattern(text, scope.labels) or "a label is given by `as` on an earlier step"
        raise state.fail(f"no label in reach fits '{text}'", label.mark, hint)
    hint = near_miss(text, scope.labels) if label.parts else "the step that gives it was not taken"
    raise state.fail(f"no label '{text}' is in reach", label.mark, hint)
