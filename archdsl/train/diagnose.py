"""Where the first value came from that is not finite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


def first_not_finite(module: nn.Module, images: Tensor) -> str:
    """What is not finite, in words: a weight, or the output of the first layer that has such values on these images.

    The forward pass is run again in training mode; running statistics are left as they are.
    """
    import torch

    for name, weight in module.named_parameters():
        if not bool(torch.isfinite(weight).all()):
            return f"the weights {name} are not finite"
    found: list[str] = []
    hooks = [
        layer.register_forward_hook(_looking(name, found))
        for name, layer in module.named_modules()
        if not any(layer.children()) and name
    ]
    kept = {name: value.clone() for name, value in module.state_dict().items()}
    try:
        with torch.no_grad():
            answer = module(images)
    finally:
        for hook in hooks:
            hook.remove()
        module.load_state_dict(kept)
    return (
        f"the first layer whose output is not finite is {found[0]}"
        if found
        else f"every layer's output is, the largest answer is {answer.abs().max():.1e}"
    )


def _looking(name: str, found: list[str]) -> Any:
    def look(layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        import torch

        values = output[0] if isinstance(output, tuple) else output
        if not found and not bool(torch.isfinite(values).all()):
            found.append(f"{name} ({type(layer).__name__})")

    return look
