"""Recurrent layers as ONNX nodes, a node for each layer: tokens come first there, and gates in another order."""

from __future__ import annotations

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensor, Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.errors import BackendError
from archdsl.ops import Operator, Shape
from archdsl.ops.recurrent import GRU, LSTM, Recurrent

ORDER: dict[type[Recurrent], tuple[int, ...]] = {LSTM: (0, 3, 1, 2), GRU: (1, 0, 2)}
"""Where ONNX has the gates of PyTorch: input, output, forget, cell; update, reset, new."""


def _recurrent(op: Recurrent, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    if isinstance(op, LSTM) and op.projection is not None:
        raise BackendError("onnx: its LSTM has no projection of the state")
    word = "LSTM" if isinstance(op, LSTM) else "GRU"
    more = {} if isinstance(op, LSTM) else {"linear_before_reset": 1}
    direction = "bidirectional" if op.bidirectional else "forward"
    *groups, tokens, channels = shapes[0]
    arriving = write("Reshape", inputs[0], write.integers(-1, tokens, channels)) if groups else inputs[0]
    value, states = write("Transpose", arriving, perm=[1, 0, 2]), ""
    for layer in range(op.layers):
        if states:
            value = write("Reshape", write("Transpose", states, perm=[0, 2, 1, 3]), write.integers(0, 0, -1))
        names = [write.weight(f"{kind}.{layer}", _stacked(op, tensors, kind, layer)) for kind in ("weight_ih", "weight_hh")]
        if op.bias:
            both = [_stacked(op, tensors, kind, layer) for kind in ("bias_ih", "bias_hh")]
            names.append(write.weight(f"bias.{layer}", np.concatenate(both, 1)))
        states = write(
            word, value, *names, hidden_size=op.out, direction=direction, **more
        )  # (tokens, directions, batch, channels)
    if op.returns == "sequence":
        found = write("Reshape", write("Transpose", states, perm=[2, 0, 1, 3]), write.integers(0, 0, -1))
    else:
        found = _last(op, states, tokens, write)
    return write("Reshape", found, write.integers(-1, *op.shape(*shapes))) if groups else found


def _last(op: Recurrent, states: str, tokens: int, write: Writer) -> str:
    """Ends of the directions, side by side."""
    ends = [write("Gather", states, write.weight("end", np.array(tokens - 1)), axis=0)]
    if op.bidirectional:
        ends.append(write("Gather", states, write.weight("begin", np.array(0)), axis=0))
    last = [write("Gather", end, write.weight(f"way.{way}", np.array(way)), axis=0) for way, end in enumerate(ends)]
    return write("Concat", *last, axis=1) if len(last) > 1 else last[0]


def _stacked(op: Recurrent, tensors: Tensors, kind: str, layer: int) -> Tensor:
    """A tensor of all directions of a layer, its gates in the order of ONNX."""
    found = []
    for end in ("", "_reverse")[: op.directions]:
        gates = np.split(tensors[f"{kind}_l{layer}{end}"], op.gates)
        found.append(np.concatenate([gates[gate] for gate in ORDER[type(op)]]))
    return np.stack(found)


RECURRENT: dict[type[Operator], Rule] = {LSTM: _recurrent, GRU: _recurrent}
