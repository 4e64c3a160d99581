"""Several calls of ATen that are one operator of the language, put together before a program is read.

Each idiom looks at one node, the last of its calls, and gives what stands for all of them; calls that nothing reads any more are left
out of the program.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from torch import fx

from archdsl.importer import idioms_of_norms as norms
from archdsl.importer import idioms_of_states as recurrent
from archdsl.importer import idioms_of_sums as sums
from archdsl.importer import idioms_of_turns as turns
from archdsl.importer import idioms_of_windows as windows
from archdsl.importer.idiom import Find, Idiom, either, is_call
from archdsl.importer.writes import overwrites


class StandIn:
    """A function that is never run, under a name that the table of calls knows."""

    def __init__(self, name: str):
        self.__name__ = self.__qualname__ = name

    def __str__(self) -> str:
        return self.__name__

    def __call__(self, *args: Any) -> Any:
        raise AssertionError(f"{self} stands for several calls and is not run")


def _silu(node: fx.Node) -> Idiom | None:
    """x sigmoid(x)."""
    if is_call(node, "mul"):
        for x, gate in either(node):
            if is_call(gate, "sigmoid") and gate.args[0] is x:
                return Idiom("silu", (x,))
    return None


def _hard_swish(node: fx.Node) -> Idiom | None:
    """x hardsigmoid(x), and x relu6(x + 3) / 6 in the orders in which people write it."""
    if is_call(node, "div") and node.args[1] == 6 and is_call(node.args[0], "mul"):
        for x, bounded in either(node.args[0]):  # type: ignore[arg-type]
            if _relu6_of(bounded, x):
                return Idiom("hardswish", (x,))
    if is_call(node, "mul"):
        for x, gate in either(node):
            if is_call(gate, "hardsigmoid") and gate.args[0] is x:
                return Idiom("hardswish", (x,))
            if is_call(gate, "div") and gate.args[1] == 6 and _relu6_of(gate.args[0], x):
                return Idiom("hardswish", (x,))
    return None


def _hard_sigmoid(node: fx.Node) -> Idiom | None:
    """relu6(x + 3) / 6."""
    if is_call(node, "div") and node.args[1] == 6 and _is_relu6(node.args[0]):
        inner = node.args[0].args[0]  # type: ignore[union-attr]
        if is_call(inner, "add") and inner.args[1] == 3:  # type: ignore[union-attr]
            return Idiom("hardsigmoid", (inner.args[0],))  # type: ignore[union-attr]
    return None


def _is_relu6(value: Any) -> bool:
    return is_call(value, "relu6") or (is_call(value, "hardtanh", "clamp") and tuple(value.args[1:3]) == (0, 6))


def _relu6_of(value: Any, x: Any) -> bool:
    """Whether a value is relu6(x + 3)."""
    inner = value.args[0] if _is_relu6(value) else None
    return is_call(inner, "add") and inner.args[0] is x and inner.args[1] == 3  # type: ignore[union-attr]


def _l2_norm(node: fx.Node) -> Idiom | None:
    """x / max(|x|, eps), as torch.nn.functional.normalize has it."""
    if not is_call(node, "div"):
        return None
    x, length = node.args[:2]
    if is_call(length, "expand_as", "expand"):
        length = length.args[0]  # type: ignore[union-attr]
    if not is_call(length, "clamp_min"):
        return None
    norm, eps = length.args[:2]  # type: ignore[union-attr]
    if not is_call(norm, "linalg_vector_norm", "norm") or norm.args[0] is not x or len(norm.args) < 4 or not norm.args[3]:  # type: ignore[union-attr]
        return None
    _, order, axes, *_ = norm.args  # type: ignore[union-attr]
    return Idiom("l2_norm", (x, axes[0], eps)) if order == 2 and len(axes) == 1 else None  # type: ignore[index,arg-type]


def _grn(node: fx.Node) -> Idiom | None:
    """Global response normalisation: x + bias + weight (x g / (mean(g) + eps)), g the length of each channel (Woo et al. 2023)."""
    if not is_call(node, "add"):
        return None
    for x, rest in either(node):
        if not is_call(rest, "addcmul"):
            continue
        bias, weight, product = rest.args[:3]
        if not is_call(product, "mul") or product.args[0] is not x or not is_call(product.args[1], "div"):
            continue
        length, mean = product.args[1].args[:2]
        if not is_call(length, "linalg_vector_norm") or length.args[0] is not x or not is_call(mean, "add"):
            continue
        if is_call(mean.args[0], "mean") and mean.args[0].args[0] is length and isinstance(mean.args[1], float):
            return Idiom("grn", (x, weight, bias, mean.args[1]))
    return None


def _standardised(node: fx.Node) -> Idiom | None:
    """A convolution whose weights are normalised over each output channel (Qiao et al. 2019), by a batch norm of one image."""
    if not is_call(node, "conv2d") or not is_call(node.args[1], "reshape_as", "reshape", "view"):
        return None
    norm = node.args[1].args[0]  # type: ignore[union-attr]
    if not is_call(norm, "batch_norm") or not is_call(norm.args[0], "reshape", "view"):  # type: ignore[union-attr]
        return None
    flat, gain, bias, mean, variance, training, _, eps, *_ = norm.args  # type: ignore[union-attr]
    weight, sizes = flat.args[:2]  # type: ignore[union-attr]
    if not training or (bias, mean, variance) != (None, None, None) or len(sizes) != 3 or next(iter(sizes)) != 1:  # type: ignore[arg-type]
        return None
    return Idiom("std_conv", (node.args[0], weight, gain, eps, *node.args[2:]))


IDIOMS: tuple[Find, ...] = (
    _hard_swish,
    _hard_sigmoid,
    _silu,
    _l2_norm,
    _grn,
    _standardised,
    norms.rms_norm,
    norms.standardised,
    norms.scaled,
    norms.shifted,
    norms.square,
    recurrent.states,
    recurrent.ends,
    windows.padded_convolution,
    windows.padded_max_pool,
    sums.of_values,
    sums.of_ones,
    turns.turned,
    turns.after_class_tokens,
)
"""In the order in which they are looked for at a node."""


def put_together(graph: fx.Graph, inputs: Container[str]) -> None:
    """Replace every idiom of a program by one call.

    Args:
        inputs: names of what the program is given; what follows from weights alone is worked out as it stands.
    """
    fed: set[fx.Node] = set()
    for node in list(graph.nodes):
        if node.name in inputs or not fed.isdisjoint(node.all_input_nodes):
            fed.add(node)
        for find in IDIOMS:
            if node in fed and node.op == "call_function" and (found := find(node)) is not None:
                with graph.inserting_after(node):
                    made = graph.call_function(StandIn(found.name), found.args)
                made.meta = {**node.meta}
                fed.add(made)
                node.replace_all_uses_with(made)
                break
    for node in reversed(list(graph.nodes)):
        if node.op == "call_function" and not node.users and not overwrites(node):
            graph.erase_node(node)
