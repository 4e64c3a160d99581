"""The versions of Zhao & Wang (2022) of a network with residual blocks: partial, dual-path, and both.

A block that has such a version in the zoo gets it by the knob that names it, or by name. In the body of any other the addition of what
is learned and of the shortcut is replaced.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError
from archdsl.exact.shown import written
from archdsl.ir.graph import Graph
from archdsl.ops.shapes import Map
from archdsl.spec.locate import is_shipped
from archdsl.spec.model import PLAIN, Block, Body, Call, Choice, Modifiers, Spec, Stage, Step, Table
from archdsl.spec.walk import parts
from archdsl.transform import make, plain
from archdsl.transform.draft import Draft, library_of
from archdsl.transform.forms import Form, RefusedError, shapes
from archdsl.transform.net_sites import OWN
from archdsl.transform.residual import Residual, is_activation, residuals
from archdsl.transform.roles import Roles
from archdsl.transform.scaling import place_of
from archdsl.transform.sites import change_blocks
from archdsl.transform.where import Where

LIBRARY = "blocks/partial"
AT_BLOCK = '$transition == "block"'
AT_STAGE = '$transition == "stage"'

Fuse = Callable[[str], Call]
"""The transition layer, under a condition."""


@dataclass(frozen=True)
class Version:
    """One of the versions.

    Attributes:
        word: what blocks of it are called by: `partial_basic`.
        title: what people call it.
        known: blocks of the zoo and their versions.
        replaces: the steps in the place of an addition.
        knobs: those of `blocks/partial` that these read.
    """

    word: str
    title: str
    known: Mapping[str, str]
    replaces: Callable[[Residual, Block, Roles, Fuse], Body]
    knobs: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """How a version is wanted: values of knobs, where, and whether a knob chooses between the old form and the new."""

    where: Where
    knob: bool = False
    settings: tuple[tuple[str, Any], ...] = ()


def apply(draft: Draft, version: Version, asked: Asked) -> None:
    """Give the network its version.

    Raises:
        InputError: nothing in it can be changed; says why, block by block.
    """
    before = draft.graph
    transition = draft.need("transition", LIBRARY, version.knobs)
    done = _by_knob(draft, version, asked)
    taken = {*version.known.values(), *done}

    def rewriter(block: Block) -> Block | None:
        return _rewritten(block, draft, version, asked, (taken, transition))

    changed, reasons = change_blocks(draft, Form(version.word, asked.knob), asked.where, rewriter)
    if not changed and not done:
        raise InputError(_refusal(draft.spec, version, asked.where, reasons))
    draft.notes += [f"{name}: {version.word} by the knob" for name in done]
    draft.notes += [f"{name}: {version.word}" for name in changed]
    draft.notes += [f"stays as it is: {why}" for why in reasons]
    _set(draft, asked)
    if dict(asked.settings).get("transition") == "stage":
        _at_stages(draft, transition, Form(version.word, asked.knob))
    if draft.graph is before:
        raise InputError("nothing changes")


def _refusal(spec: Spec, version: Version, where: Where, reasons: list[str]) -> str:
    if reasons:
        return f"no block has a {version.title} version:\n" + "\n".join(f"  {why}" for why in reasons)
    if where.blocks:
        listed = ", ".join(sorted(where.blocks))
        return f"{listed}: no shortcut is added to what is learned beside it, so there is nothing to replace"
    others = [
        f"{block.name} ({block.mark})" for block in spec.blocks.values() if not is_shipped(block.mark.source) and _adds(block)
    ]
    if others:
        return f"{spec.name}: additions in {', '.join(others)} are not those of a shortcut and of what is learned beside it alone"
    return f"{spec.name} has no residual block: no shortcut is added to what is learned beside it, so there is nothing to replace"


def _adds(block: Block) -> bool:
    return any(isinstance(part, Call) and part.target == "add" for part in parts(block.body))


def _by_knob(draft: Draft, version: Version, asked: Asked) -> list[str]:
    """Set the knobs that hold a block with a known version. Gives the names of the blocks that are replaced."""
    done: list[str] = []
    if asked.where.in_net:
        return done
    for name, held in dict(draft.knobs).items():
        new = version.known.get(held) if isinstance(held, str) else None
        if new is None or not asked.where.has(held) or name not in draft.spec.knobs or not _shipped(draft.spec, held):
            continue
        choices = draft.spec.knobs[name].choices
        if choices is not None and new not in choices:
            continue
        with draft.trial() as trial:
            draft.overlay.set_knob(name, plain.word(new))
        if not trial.failed:
            done.append(held)
    return done


def _rewritten(block: Block, draft: Draft, version: Version, asked: Asked, names: tuple[set[str], str]) -> Block | None:
    """A block with the new structure in the place of each addition of a shortcut."""
    taken, transition = names
    if block.name in taken:
        return None
    known = version.known.get(block.name) if is_shipped(block.mark.source) else None
    if known is not None and (there := _there(known, draft)) is not None and set(block.args) <= set(there.args):
        if asked.where.in_net:
            return there
        handed = {name: f"${name}" for name in block.args}
        return dataclasses.replace(block, body=(make.call(known, **handed),), doc=there.doc)
    found = residuals(block, draft.spec)
    if not found:
        return None
    is_map = _is_map(block, draft.graph)
    if is_map is None:
        return None
    fuses = [_transition(transition, is_map, str(at) if len(found) > 1 else "") for at in range(len(found))]
    body = _replaced(list(zip(found, fuses, strict=True)), block, (draft, version))
    doc = f"{block.doc} Here in its {version.title} version." if block.doc else ""
    return dataclasses.replace(block, body=body, doc=doc)


def _is_map(block: Block, graph: Graph) -> bool | None:
    """Whether a block gives maps; of steps of the net, whether the last of them with a shortcut does. None where it is never called."""
    if block.name != OWN:
        given = shapes(graph, block.name)
        return isinstance(given[0], Map) if given else None
    places = {place_of(part.mark) for part in parts(block.body) if isinstance(part, Call) and part.target == "add"}
    added = [node for node in graph if node.mark is not None and place_of(node.mark) in places]
    return isinstance(added[-1].shape, Map) if added else None


def _replaced(found: list[tuple[Residual, Fuse]], block: Block, what: tuple[Draft, Version]) -> Body:
    """The body with the new structure in the place of each addition, and the transition layer after those that split."""
    draft, version = what
    roles = Roles(draft.spec, draft.knobs)
    fuses = version.word != "dual"  # which fuses its paths before the addition
    body: list[Step] = list(block.body)
    for residual, fuse in reversed(found):
        if not residual.learned:
            raise RefusedError("nothing is learned beside its shortcut")
        made = version.replaces(residual, block, roles, fuse)
        after = residual.last + 1
        if residual.otherwise:
            inside = (*made, fuse(AT_BLOCK)) if fuses else made
            body[residual.first : after] = [_either(residual.when, inside, residual.learned)]
            continue
        if fuses:
            while after < len(body) and is_activation(body[after]):
                after += 1
            body.insert(after, fuse(f"{residual.when} and {AT_BLOCK}" if residual.when else AT_BLOCK))
        body[residual.first : residual.last + 1] = made
    return tuple(body)


def _shipped(spec: Spec, name: str) -> bool:
    """Whether a block is that of the zoo, and no other of its name."""
    return name in spec.blocks and is_shipped(spec.blocks[name].mark.source)


def _there(name: str, draft: Draft) -> Block | None:
    """A block that the network has, or has by the import of the library."""
    if name in draft.spec.blocks:
        return draft.spec.blocks[name]
    return library_of(LIBRARY).blocks.get(name) if LIBRARY in draft.overlay.imports else None


def _either(when: str, then: Body, otherwise: Body) -> Choice:
    return Choice(mark=make.NOWHERE, condition=make.formula(when), then=then, otherwise=otherwise, mods=PLAIN)


def _transition(name: str, is_map: bool, number: str) -> Fuse:
    """The transition layer; of tokens it is a linear layer, with a number where the block has several."""
    return lambda when: make.call(name, when) if is_map else make.call("linear", when, f"transition{number}", out="$in")


def condition(residual: Residual) -> Modifiers:
    """What the split or fork carries that takes the place of the addition."""
    if residual.mods is not None:
        return residual.mods
    when = make.formula(residual.when) if residual.when and not residual.otherwise else None
    return Modifiers(when=when) if when is not None else PLAIN


def _set(draft: Draft, asked: Asked) -> None:
    """Give the knobs of the blocks their values, where they differ from what they are."""
    for name, value in asked.settings:
        if name not in draft.knobs:
            continue
        if draft.knobs[name] != value and list_of(draft.knobs[name]) != list_of(value):
            draft.overlay.set_knob(name, plain.constant(value))
    with draft.trial() as trial:
        pass
    if trial.failed:
        listed = ", ".join(f"{name} {written(value)}" for name, value in asked.settings)
        raise InputError(f"with {listed}: {trial.failed}")


def list_of(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value


def _at_stages(draft: Draft, transition: str, form: Form) -> None:
    """Put a transition layer at the end of each stage, where the net has none that the knob calls."""
    spec = draft.spec
    if any(isinstance(part, Call) and part.target == transition for part in parts(spec.net)):
        return
    held = spec.knobs.get("form") if form.knob else None
    when = f"{AT_STAGE} and {form.is_chosen('form')}" if held is not None and form.word in (held.choices or ()) else AT_STAGE
    net, places = _ended(spec.net, make.call(transition, when))
    if not places:
        raise InputError("--transition stage: the net has no stages; write them in the spec, or take --transition block")
    draft.put_net(net)
    draft.overlay.set_knob("transition", "stage")
    draft.refresh()


def _ended(body: Body, end: Call) -> tuple[Body, int]:
    """The steps with a transition layer at the end of each stage, and how many stages there are."""
    made: list[Step] = []
    count = 0
    for step in body:
        if isinstance(step, Stage):
            step, count = dataclasses.replace(step, end=(*step.end, end)), count + 1
        elif isinstance(step, Table) and any(isinstance(row, Stage) for row in step.rows):
            rows = tuple(dataclasses.replace(row, end=(*row.end, end)) if isinstance(row, Stage) else row for row in step.rows)
            step, count = dataclasses.replace(step, rows=rows), count + 1
        made.append(step)
    return tuple(made), count
