"""Recurrent layers: LSTM and GRU over tokens, from a state of zeros."""

from __future__ import annotations

from collections.abc import Sequence as Numbers
from typing import NamedTuple

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import kind, over_last
from archdsl.importer.lower.layers import known, number
from archdsl.importer.settle import settled
from archdsl.importer.values import Const, Operand, Value
from archdsl.importer.views import BATCH, normal
from archdsl.ops.shapes import Sequence


class Asked(NamedTuple):
    """A recurrent layer as PyTorch is asked for it.

    Attributes:
        word: `lstm` or `gru`.
        begin: states before the first token.
        weights: in the order of PyTorch: of each layer and direction the matrices, the biases, the projection.
    """

    word: str
    x: Operand
    begin: Numbers[Operand]
    weights: Numbers[Operand]
    bias: bool
    layers: int
    dropout: float
    both: bool
    batch_first: bool


def recurrent(draft: Draft, asked: Asked, returns: str | None = None) -> Value:
    """The states at all tokens, or those at the end.

    Raises:
        NotSaid: it begins with something else than zeros, or its tokens lie along the batch.
    """
    if any(not isinstance(state, Const) or bool(state.tensor.any()) for state in asked.begin):
        raise NotSaid("a recurrent layer that begins with a state of its own")
    value = _tokens(draft, asked)
    weights = _named(asked)
    arguments = {
        "out": weights["weight_hh_l0"].sizes[0] // {"lstm": 4, "gru": 3}[asked.word],
        "layers": asked.layers,
        "bidirectional": asked.both,
        "bias": asked.bias,
        "dropout": number(asked.dropout) if asked.layers > 1 else None,
    }
    if "weight_hr_l0" in weights:
        arguments["projection"] = weights["weight_hr_l0"].sizes[0]
    key = (asked.word, value.node, tuple([id(weight.tensor) for weight in weights.values()]))
    before = {what: draft.settled.get((*key, what)) for what in (None, "last")}  # it runs once, whatever is taken of it
    if returns is not None and before[None] in draft.graph.nodes and before[returns] is None:
        draft.settled[*key, returns] = _last_of(draft, draft.value(str(before[None])), asked.both).node
    elif before[returns] not in draft.graph.nodes:
        draft.settled[*key, returns] = draft.add(asked.word, value, weights=weights, returns=returns, **arguments).node
    made = draft.value(draft.settled[*key, returns])
    if returns is not None:
        return _ends(made, asked.both)
    channels = draft.shape(made)[-1]
    view = value.view.with_length(len(value.sizes) - 1, channels)
    order = (0, 1, 2) if asked.batch_first else (1, 0, 2)
    return Value(made.node, view.permuted(order))


def _tokens(draft: Draft, asked: Asked) -> Value:
    """What comes in, seen as (batch, tokens, channels), over a node of tokens."""
    x = asked.x
    if not isinstance(x, Value) or len(x.sizes) != 3:
        raise NotSaid("a recurrent layer over other than tokens of a batch")
    if not asked.batch_first:
        x = x._replace(view=x.view.permuted((1, 0, 2)))
    if BATCH not in x.view.axes[0]:
        raise NotSaid("a recurrent layer along the batch: the batch of an input comes first")
    value = over_last(draft, x, maps=False)
    if kind(draft, value) is not Sequence or value.view.axes[1] != value.view.source[-2]:
        value = settled(draft, value, "tokens")
    if kind(draft, value) is not Sequence or value.view.axes[1:] != value.view.source[-2:]:
        raise NotSaid("a recurrent layer over other than tokens")
    return value


def _named(asked: Asked) -> dict[str, Const]:
    """The weights by the names that PyTorch gives them."""
    kinds = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if asked.bias else [])]
    ends = [f"l{layer}{way}" for layer in range(asked.layers) for way in ("", "_reverse")[: 2 if asked.both else 1]]
    if len(asked.weights) == (len(kinds) + 1) * len(ends):
        kinds.append("weight_hr")
    if len(asked.weights) != len(kinds) * len(ends):
        raise NotSaid(f"a recurrent layer with {len(asked.weights)} weights")
    names = [f"{what}_{end}" for end in ends for what in kinds]
    return {name: known(weight) for name, weight in zip(names, asked.weights, strict=True)}


def _last_of(draft: Draft, states: Value, both: bool) -> Value:
    """The ends out of the states at all tokens: forwards the last token's, backwards the first one's, side by side."""
    *_, tokens, channels = draft.shape(states)
    last = draft.add("select_token", states, index=tokens - 1)
    if not both:
        return last
    forwards = draft.add("slice", last, start=0, stop=channels // 2)
    backwards = draft.add("slice", draft.add("select_token", states, index=0), start=channels // 2, stop=channels)
    return draft.add("concat", forwards, backwards)


def _ends(made: Value, both: bool) -> Value:
    """The ends of the directions side by side, seen as (directions, batch, channels)."""
    batch, channels = made.view.lengths
    if not both:
        return made._replace(view=made.view.with_axis(0))
    return made._replace(view=normal((batch, 2, channels // 2), ((0,), (1, 2)), ((1,), (0,), (2,))))
