"""NASWOT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archdsl.errors import BackendError
from archdsl.explore.proxies.fresh import fresh, images

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.design import Design

BATCH = 64


@dataclass(frozen=True)
class NasWot:
    """How differently a network's rectifiers respond to the images of a batch (Mellor et al. 2021, Neural Architecture Search without
    Training, ICML, equations 1 and 2):

        naswot = log |det K_H|,   K_H[i, j] = N_A − d_H(c_i, c_j)

    with c_i the code of image i, one bit for each unit of each rectifier that says whether it is active, N_A the number of units,
    and d_H the Hamming distance. A unit of h-swish, ReLU6, SiLU, GELU, leaky or parametric ReLU counts as active where its
    input is above 0, as one of ReLU; the sigmoids of gates (squeeze and excitation) are no rectifiers. Norms use the
    batch's statistics. The batch has 64 images, where the paper takes 128 of the training data.
    """

    name: ClassVar[str] = "naswot"
    direction: ClassVar[Literal["minimize", "maximize"]] = "maximize"
    unit: ClassVar[str] = ""

    def measure(self, net: Design, seed: int) -> float:
        """Raises BackendError: torch is missing, no rectifier, or two images with one code."""
        import torch

        with fresh(net, seed) as module, torch.no_grad():
            kernel = agreements(module, *images(net, BATCH))
        sign, logarithm = torch.linalg.slogdet(kernel)
        if sign <= 0 or not bool(torch.isfinite(logarithm)):
            raise BackendError("naswot: the network's units see some images alike, so that the kernel has no inverse")
        return float(logarithm)


def agreements(module: nn.Module, *given: Tensor) -> Tensor:
    """The kernel K_H (N, N): the number of units in whose activity two images agree, exact in double precision.

    Raises:
        BackendError: the network has no rectifier.
    """
    import torch
    from torch import nn

    rectifiers = (nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU, nn.LeakyReLU, nn.PReLU)
    found = [layer for layer in module.modules() if isinstance(layer, rectifiers)]
    if not found:
        raise BackendError("naswot needs rectifiers (ReLU, h-swish, SiLU, GELU); the network has none")
    count = len(given[0])
    kernel = torch.zeros(count, count, dtype=torch.float64)

    def add(layer: nn.Module, arguments: tuple[Any, ...]) -> None:
        active = (arguments[0].flatten(1) > 0).float()  # before the layer runs, which may overwrite its input
        units = active.shape[1]
        both = active @ active.T  # whole numbers below 2^24: exact
        ones = active.sum(1)
        kernel.add_(units - ones[:, None] - ones[None, :] + 2 * both)

    handles = [layer.register_forward_pre_hook(add) for layer in found]
    try:
        module(*given)
    finally:
        for handle in handles:
            handle.remove()
    return kernel
