"""Shared weights while a spec is elaborated: the nodes of a step use the weights of the first step with the same name after `share`.

Nodes with weights pair in the order in which they run. A step that opens blocks shares all that is in them; whether operators
without weights stand between does not matter.
"""

from __future__ import annotations

from itertools import islice

from archdsl.errors import Mark
from archdsl.ir.elaboration.scope import Scope
from archdsl.ir.elaboration.state import State
from archdsl.ir.elaboration.values import text_of
from archdsl.ir.graph import Graph, Node
from archdsl.ir.verify import weights_of
from archdsl.ops import ShapeError
from archdsl.ops.errors import refuse
from archdsl.ops.shapes import size
from archdsl.spec.model import Label, Step


def share(state: State, step: Step, label: Label, scope: Scope, first: int) -> None:
    """Have the nodes that a step has made use the weights of the first step with the same name.

    Args:
        first: how many nodes there were before the step.
    """
    name = text_of(state, label, scope.names)
    if state.failed:
        return  # what is missing of either is a mistake that was reported
    graph = state.graph
    made = list(islice(reversed(graph.nodes.values()), len(graph.nodes) - first))[::-1]
    users = tuple([node for node in made if weights_of(graph, node)])
    mark, owners = scope.shares.setdefault(name, (step.mark, users))
    if owners is users:
        return
    place = ("the first of them", mark)
    if (differs := _structure(owners, users)) is not None:
        raise state.fail(f"these two share weights, but {differs}", step.mark, "", place)
    for owner, user in zip(owners, users, strict=True):
        _agree(state, owner, user, step, place)
    settled = {user.name: owner.owner for owner, user in zip(owners, users, strict=True)}
    for user in users:
        if user.shared and settled.get(user.shared, user.shared) != settled[user.name]:
            message = f"these two share weights, but in this one '{user.name}' and '{user.shared}' do, in the first they do not"
            raise state.fail(message, step.mark, "", place)
    for user in users:
        user.shared = settled[user.name]


def _structure(owners: tuple[Node, ...], users: tuple[Node, ...]) -> str | None:
    """How the operators with weights of two steps differ; None where each has its counterpart."""
    for owner, user in zip(owners, users, strict=False):
        if len(owners) > 1 and type(owner.op) is not type(user.op):
            return f"'{user.name}' is {user.op.word} where '{owner.name}' is {owner.op.word}"
    if len(owners) == len(users):
        return None
    if len(owners) > len(users):
        return f"nothing in this one uses those of '{owners[len(users)].name}'"
    return f"nothing in the first has those for '{users[len(owners)].name}'"


def _agree(state: State, owner: Node, user: Node, step: Step, place: tuple[str, Mark]) -> None:
    """Refuse weights of different names or shapes."""
    ours, theirs = weights_of(state.graph, user), weights_of(state.graph, owner)
    pair = f"these two share weights, but '{owner.name}' and '{user.name}'"
    if ours.keys() != theirs.keys():
        both = f"{' and '.join(theirs)} ({owner.op.word}), and {' and '.join(ours)} ({user.op.word})"
        raise state.fail(f"{pair} have {both}", step.mark, "", place)
    for name, shape in ours.items():
        other = theirs[name]
        found = [len(shape) == len(other), *(one == two for one, two in zip(shape, other, strict=False))]
        try:
            for same in found:
                if same is not True:
                    refuse(same, f"{pair} have a {name} of {size(other)} and of {size(shape)}")
        except ShapeError as error:
            raise state.fail(error.message, step.mark, _cause(state.graph, owner, user), place) from None


def _cause(graph: Graph, owner: Node, user: Node) -> str:
    """Why weights of two operators have different shapes."""
    if type(owner.op) is type(user.op):
        pairs = zip(owner.op.fields, owner.op.values(), user.op.values(), strict=True)
        unlike = [f"{word} {one} and {two}" for word, one, two in pairs if one is not two and one != two]
        if unlike:
            return ", ".join(unlike)
    first, second = (size(graph.input_shapes(node)[0]) for node in (owner, user))
    return f"{first} and {second} arrive" if first != second else ""
