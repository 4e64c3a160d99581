"""Gradient norm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from archdsl.errors import BackendError
from archdsl.explore.proxies.fresh import fresh, images, logits, weighted

if TYPE_CHECKING:
    from archdsl.design import Design

BATCH = 32


@dataclass(frozen=True)
class GradNorm:
    """Sum over layers of the Euclidean norm of the loss's gradient, after one batch (Abdelfattah et al. 2021,
    Zero-Cost Proxies for Lightweight NAS, ICLR, section 3.1):

        grad_norm = Σ_l ‖∂L/∂θ_l‖₂

    with θ_l the weight of each convolution and linear layer and L the cross-entropy. The images are standard normal and the
    classes drawn at random, where the paper takes a batch of the training data.
    """

    name: ClassVar[str] = "grad_norm"
    direction: ClassVar[Literal["minimize", "maximize"]] = "maximize"
    unit: ClassVar[str] = ""

    def measure(self, net: Design, seed: int) -> float:
        """Raises BackendError: torch is missing, or the network does not end in a vector."""
        from torch import randint
        from torch.autograd import grad
        from torch.nn.functional import cross_entropy

        with fresh(net, seed) as module:
            output = logits(module(*images(net, BATCH)), self.name)
            weights = [layer.weight for layer in weighted(module)]
            if not weights:
                raise BackendError("grad_norm needs convolutions or linear layers; the network has none")
            gradients = grad(cross_entropy(output, randint(output.shape[1], (BATCH,))), weights, allow_unused=True)
            return math.fsum(float(gradient.norm()) for gradient in gradients if gradient is not None)
