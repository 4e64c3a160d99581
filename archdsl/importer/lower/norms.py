"""Norms along any axes: root mean squares, and mean and deviation over channels, places or both, with the weights that follow them."""

from __future__ import annotations

from collections.abc import Sequence as Numbers

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, layers, shapes
from archdsl.importer.lower.along import as_map, worked_out
from archdsl.importer.lower.layers import number
from archdsl.importer.values import Const, Operand, Value


def rms_norm_along(draft: Draft, x: Operand, axes: Numbers[int], eps: float, weight: Operand | None = None) -> Operand:
    """x / sqrt(mean(x^2) + eps) over one axis, the channels; and times what follows."""
    if len(axes) != 1:
        raise NotSaid(f"a root mean square over {len(axes)} axes")
    own = fitting(x, axes[0], weight)
    last = layers.rms_norm(draft, _put_last(x, axes[0]), own, eps)
    made = _put_back(last, axes[0])
    return made if own is not None or weight is None else arithmetic.combined(draft, "mul", made, weight)


def standardised_along(
    draft: Draft, x: Operand, axes: Numbers[int], eps: float, weight: Operand | None = None, bias: Operand | None = None
) -> Operand:
    """(x - mean) / sqrt(variance + eps) over the channels, the places of a map or both; times and plus what follows."""
    scale, shift = (fitting(x, axes[0] if len(axes) == 1 else 1, tensor) for tensor in (weight, bias))
    if scale is None:
        shift = None
    made = _standardised(draft, worked_out(x), axes, eps, scale, shift)
    for word, own, tensor in (("mul", scale, weight), ("add", shift, bias)):
        if own is None and tensor is not None:
            made = arithmetic.combined(draft, word, made, tensor)
    return made


def _standardised(
    draft: Draft, value: Value, axes: Numbers[int], eps: float, weight: Const | None, bias: Const | None
) -> Operand:
    if len(axes) == 1:
        return _put_back(layers.layer_norm(draft, _put_last(value, axes[0]), 1, weight, bias, eps), axes[0])
    whole = list(range(1, len(value.sizes)))
    if list(axes) == whole:
        return layers.group_norm(draft, value, 1, weight, bias, eps)
    if list(axes) == whole[1:]:
        return instance_norm(draft, value, weight, bias, eps)
    raise NotSaid(f"a mean and deviation over axes {', '.join(map(str, axes))}")


def instance_norm(draft: Draft, x: Operand, weight: Operand | None, bias: Operand | None, eps: float) -> Value:
    """Each channel of each image over its places."""
    if (weight is None) != (bias is None):
        raise NotSaid("an instance norm with a scale or a shift alone")
    tensors = {"weight": layers.known(weight), "bias": layers.known(bias)} if weight is not None else {}
    return draft.add("instance_norm", as_map(draft, x), weights=tensors, eps=number(eps), affine=weight is not None)


def fitting(x: Operand, axis: int, tensor: Operand | None) -> Const | None:
    """A number for each place along an axis, flat, where a tensor is that; None for any other."""
    if not isinstance(tensor, Const):
        return None
    sizes = (1,) * (len(x.sizes) - len(tensor.sizes)) + tensor.sizes
    fits = len(sizes) == len(x.sizes) and all(
        size == (x.sizes[place] if place == axis else 1) for place, size in enumerate(sizes)
    )
    return tensor._replace(tensor=tensor.tensor.reshape(-1)) if fits else None


def _put_last(x: Operand, axis: int) -> Operand:
    return shapes.moved(x, axis, len(x.sizes) - 1)


def _put_back(x: Operand, axis: int) -> Operand:
    return shapes.moved(x, len(x.sizes) - 1, axis)
