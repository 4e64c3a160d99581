"""Zen-score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archdsl.errors import BackendError
from archdsl.explore.proxies.fresh import fresh, images, weighted
from archdsl.ops.join import Add
from archdsl.ops.shapes import Sequence, is_map

if TYPE_CHECKING:
    from torch import Tensor, fx, nn

    from archdsl.compilers.torch import Network
    from archdsl.design import Design
    from archdsl.ir.graph import Graph

BATCH = 32
DISTURBANCE = 0.01


@dataclass(frozen=True)
class ZenScore:
    """Expressiveness: how far the features move when the image moves a little (Lin et al. 2021, Zen-NAS: A Zero-Shot NAS for
    High-Performance Image Recognition, ICCV, algorithm 1):

        zen_score = log E ‖f(x) − f(x + αε)‖_F + Σ_b log √(Σ_j σ²_bj / m_b),   x, ε ~ N(0, 1), α = 0.01

    with f the feature map before global pooling, of the network without its residual links and with weights drawn from N(0, 1),
    σ²_bj the batch's variance of channel j that arrives at batch norm b, and m_b its channels; the norms' statistics are those
    of the batch. The expectation is taken over 32 images.

    At an addition the residual links are the inputs with fewer weighted layers before them than the others have: shortcuts, whether
    the identity or a projection. The feature map is the last map that every path to the output goes through, and of these the last
    that is larger than one pixel, if there is one.
    """

    name: ClassVar[str] = "zen_score"
    direction: ClassVar[Literal["minimize", "maximize"]] = "maximize"
    unit: ClassVar[str] = ""

    def measure(self, net: Design, seed: int) -> float:
        """Raises BackendError: torch is missing, no feature map, or features that do not move or overflow."""
        import torch

        with fresh(net, seed) as module, torch.no_grad():
            for layer in weighted(module):
                layer.weight.normal_()
                if layer.bias is not None:
                    layer.bias.zero_()
            batch = images(net, BATCH)
            score = zen(net.graph(), module, batch, tuple([torch.randn_like(tensor) for tensor in batch]))
        if not math.isfinite(score):
            raise BackendError("zen_score: the features do not move with the image, or overflow")
        return score


def zen(graph: Graph, module: Network, batch: tuple[Tensor, ...], noise: tuple[Tensor, ...]) -> float:
    """The score of a network with the weights that it has, for images and noise (N, C, H, W), one for each input."""
    from torch.nn.modules.batchnorm import _BatchNorm

    scales: list[float] = []

    def record(layer: nn.Module, arguments: tuple[Any, ...]) -> None:
        arriving = arguments[0]
        axes = [axis for axis in range(arriving.ndim) if axis != (1 if arriving.ndim != 3 else 2)]
        scales.append(0.5 * math.log(max(float(arriving.double().var(axes, unbiased=False).mean()), 1e-300)))

    target = feature_map(graph)
    interpreter = _trunk(graph, module, target)
    handles = [layer.register_forward_pre_hook(record) for layer in module.modules() if isinstance(layer, _BatchNorm)]
    try:
        features = interpreter(*batch)
    finally:
        for handle in handles:
            handle.remove()
    moved_by = [tensor + DISTURBANCE * change for tensor, change in zip(batch, noise, strict=True)]
    moved = (features - interpreter(*moved_by)).double().flatten(1).norm(dim=1).mean()
    return (math.log(float(moved)) if moved > 0 else -math.inf) + sum(scales)


def feature_map(graph: Graph) -> str:
    """The name of the node whose output is f. Raises BackendError where there is none."""
    order = list(graph)
    if any(isinstance(node.shape, Sequence) for node in order):
        raise BackendError("zen_score needs a network of feature maps; this one turns them into tokens")
    last_use = {name: place for place, node in enumerate(order) for name in node.inputs}
    cuts, live = [], set[str]()
    for place, node in enumerate(order):
        live = {name for name in live if last_use.get(name, -1) > place} | {node.name}
        if live == {node.name}:
            cuts.append(node)
    maps = [node for node in cuts if is_map(node.shape) and node.inputs]
    wide = [node for node in maps if node.shape[1] * node.shape[2] > 1]
    if not maps:
        raise BackendError("zen_score needs a feature map before the classifier; the network has none")
    return (wide or maps)[-1].name


def links(graph: Graph) -> dict[str, list[str]]:
    """The inputs that stay, for every addition with residual links."""
    depth: dict[str, int] = {}
    kept: dict[str, list[str]] = {}
    for node in graph:
        depth[node.name] = max((depth[name] for name in node.inputs), default=0) + (node.op.word in ("conv", "linear"))
        if isinstance(node.op, Add):
            deepest = max(depth[name] for name in node.inputs)
            trunk = [name for name in node.inputs if depth[name] == deepest]
            if len(trunk) < len(node.inputs):
                kept[node.name] = trunk
    return kept


def _trunk(graph: Graph, module: Network, target: str) -> Any:
    """The network up to a node, as a function, without residual links."""
    from torch import fx

    from archdsl.compilers.torch.network import NODE

    kept = links(graph)
    code = fx.Graph()
    written: dict[str, fx.Node] = {}
    copies: dict[fx.Node, fx.Node] = {}
    for node in module.graph.nodes:
        name = node.meta.get(NODE)
        if node.op == "output":
            continue
        if name in kept:
            stays = [written[source] for source in kept[name]]
            value = stays[0]
            for other in stays[1:]:
                value = code.call_function(_sum, (value, other))
            copies[node] = value
        else:
            copies[node] = code.node_copy(node, copies.__getitem__)
        if name is not None:
            written[name] = copies[node]
    code.output(written[target])
    trunk = fx.GraphModule(module, code)
    trunk.graph.eliminate_dead_code()  # what comes after the map, and projections, whose norms would count
    trunk.recompile()
    return trunk


def _sum(first: Tensor, second: Tensor) -> Tensor:
    return first + second
