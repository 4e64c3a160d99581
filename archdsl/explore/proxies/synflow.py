"""SynFlow."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archdsl.errors import BackendError
from archdsl.explore.proxies.fresh import fresh, weighted

if TYPE_CHECKING:
    from torch import Tensor, fx, nn

    from archdsl.design import Design
    from archdsl.ir.graph import Graph


@dataclass(frozen=True)
class SynFlow:
    """Flow of the weights' magnitudes from input to output (Tanaka et al. 2020, Pruning neural networks without any data by
    iteratively conserving synaptic flow, NeurIPS, equation 2; summed over a network as in Abdelfattah et al. 2021, section 3.2):

        R = 1ᵀ (Π_l |θ_l|) 1,   S(θ) = ∂R/∂θ ⊙ θ,   synflow = log₁₀ Σ_l Σ S(θ_l)

    with θ_l the weight of each convolution and linear layer. R is computed by passing ones through the network, with magnitudes for
    weights and without biases and norms. For the product of the formula to hold, everything between the weights is taken as it is
    for large positive values, which is all that arrives: activations (ReLU, h-swish, SiLU, GELU and the like) change nothing, a gate
    by a sigmoid is open (1), and attention looks at every token alike. So in a network in which every path meets L layers Σ = L·R,
    and Σ S(θ_l) is R for each layer: the conservation that the paper proves (theorem 1).

    The logarithm keeps the order and makes the numbers of deep networks readable. Nothing but the weights is random.
    """

    name: ClassVar[str] = "synflow"
    direction: ClassVar[Literal["minimize", "maximize"]] = "maximize"
    unit: ClassVar[str] = "log10"

    def measure(self, net: Design, seed: int) -> float:
        """Raises BackendError: torch is missing, nothing flows, or more than double precision holds."""
        with fresh(net, seed) as module:
            total = sum(float(score.sum()) for score in scores(module, net.graph()).values())
        if not 0 < total < math.inf:
            raise BackendError(f"synflow came out as {total}, which has no logarithm in double precision")
        return math.log10(total)


def scores(module: fx.GraphModule, graph: Graph) -> dict[nn.Module, Tensor]:
    """S(θ) of every convolution and linear layer, by layer, in double precision. Changes the weights to their magnitudes.

    Args:
        graph: of the network, whose inputs are all ones.
    """
    import torch

    from archdsl.compilers.torch.batches import in_order

    module.double()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.zero_() if name.rpartition(".")[2] == "bias" else parameter.abs_()
    given = [torch.ones((1, *node.shape), dtype=torch.float64) for node in graph.inputs]
    flow = sum(tensor.sum() for tensor in in_order(_flow(module).run(*given)))
    if not isinstance(flow, torch.Tensor) or not flow.requires_grad:
        return {}
    flow.backward()  # type: ignore[no-untyped-call]
    return {layer: layer.weight.grad * layer.weight.detach() for layer in weighted(module) if layer.weight.grad is not None}


def _flow(module: fx.GraphModule) -> fx.Interpreter:
    import torch
    from torch import fx, nn
    from torch.nn.modules.batchnorm import _BatchNorm

    from archdsl.compilers.torch.tokens import FilledPosition, Position

    activations = (nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU, nn.LeakyReLU, nn.PReLU, nn.Tanh, nn.LogSoftmax)
    passed = (*activations, _BatchNorm, nn.LayerNorm, Position, FilledPosition)

    class Flow(fx.Interpreter):
        """The network as a product of magnitudes."""

        def run_node(self, n: fx.Node) -> Any:
            if n.op != "call_module":
                return super().run_node(n)
            layer, arriving = self.module.get_submodule(str(n.target)), self.env[n.all_input_nodes[0]]
            if isinstance(layer, passed):
                return arriving
            if isinstance(layer, (nn.Sigmoid, nn.Hardsigmoid)):
                gate = any(user.target is operator.mul for user in n.users)
                return torch.ones_like(arriving) if gate else arriving
            if isinstance(layer, nn.Softmax):
                return torch.full_like(arriving, 1 / arriving.shape[layer.dim or 0])
            return super().run_node(n)

    return Flow(module)
