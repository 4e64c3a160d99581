"""Our count against the tool's own: compile the network, run the tools that are installed, put both numbers side by side.

The only module of `archdsl.cost` that needs torch, and it imports torch and the tools when it is called.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.cost.counting.conventions import TOOLS
from archdsl.errors import InputError
from archdsl.ops.shapes import Ids

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.design import Design


class Verified(NamedTuple):
    """One convention against its tool.

    Attributes:
        version: of the tool that is installed, '' where none is.
        ours: by the convention.
        theirs: what the tool reports on the compiled network; None where it is not installed.
    """

    tool: str
    version: str
    ours: int
    theirs: int | None

    @property
    def equal(self) -> bool | None:
        """None where the tool is not installed."""
        return None if self.theirs is None else self.ours == self.theirs


def verify(net: Design, names: Iterable[str] = TOOLS) -> list[Verified]:
    """Compile one network and count it with the real tools.

    Args:
        names: of conventions that have a tool: `thop`, `fvcore`, `ptflops`, `ptflops-2021`, `torchinfo`, `torch`.

    Raises:
        InputError: a convention without a tool, or a grid of networks.
        BackendError: torch is not installed, or cannot hold the network.
    """
    found: list[Verified] = []
    for name in names:
        if name not in RUN:
            raise InputError(f"no tool is known for the convention '{name}'; known: {', '.join(RUN)}")
        package, _ = RUN[name]
        ours = int(net.cost().count(name).total)
        if importlib.util.find_spec(package) is None:
            found.append(Verified(name, "", ours, None))
            continue
        # Tools leave hooks and buffers behind, so each gets a network of its own.
        found.append(
            Verified(name, _version(package), ours, measure(name, net.module(), *[node.shape for node in net.graph().inputs]))
        )
    return found


def measure(name: str, module: nn.Module, *sizes: tuple[int, ...]) -> int:
    """What a tool reports on a module in evaluation mode, for one input of each of these sizes (no batch axis). May change the module.

    Attention that PyTorch would work out in one call is worked out as products and a softmax, which tools know.
    """
    import torch

    with _quiet(), _plain_attention(), torch.no_grad():
        given = tuple([torch.zeros((1, *size), dtype=torch.int64 if isinstance(size, Ids) else torch.float32) for size in sizes])
        return int(RUN[name][1](module.eval(), given))


Given = tuple["Tensor", ...]
"""A batch of one for each input."""


def _thop(module: nn.Module, given: Given) -> Any:
    from thop import profile

    return profile(module, inputs=given, verbose=False)[0]


def _fvcore(module: nn.Module, given: Given) -> Any:
    from fvcore.nn import FlopCountAnalysis

    return FlopCountAnalysis(module, given).unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def _constructed(module: nn.Module, given: Given) -> dict[str, Any]:
    """How ptflops is told what a network takes: by its size, or by its arguments where there are several."""
    size = tuple(given[0].shape[1:])
    if len(given) == 1 and given[0].is_floating_point():
        return {"model": module, "input_res": size}
    names = inspect.signature(module.forward).parameters
    return {"model": module, "input_res": size, "input_constructor": lambda _: dict(zip(names, given, strict=True))}


def _ptflops(module: nn.Module, given: Given) -> Any:
    from ptflops import get_model_complexity_info

    found = _constructed(module, given)
    return get_model_complexity_info(**found, print_per_layer_stat=False, as_strings=False)[0]


def _ptflops_2021(module: nn.Module, given: Given) -> Any:
    """The module hooks alone of the installed ptflops, h-swish and h-sigmoid written with nn.ReLU6, and where 0.6.4 differed."""
    from ptflops import get_model_complexity_info
    from ptflops.pytorch_ops import linear_flops_counter_hook
    from torch import nn

    def linear(layer: Any, inputs: Any, output: Tensor) -> None:
        linear_flops_counter_hook(layer, inputs, output)
        if layer.bias is not None:  # 0.6.4 added the bias once, not once for each token
            layer.__flops__ -= layer.out_features * (output.numel() // output.shape[-1] - 1)

    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, (nn.Hardswish, nn.Hardsigmoid)):
                setattr(parent, name, _written_with_relu6(isinstance(child, nn.Hardswish)))
    instance_norms = [nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d]
    return get_model_complexity_info(
        **_constructed(module, given),
        print_per_layer_stat=False,
        as_strings=False,
        ignore_modules=[nn.GELU, nn.LayerNorm, nn.GroupNorm, *instance_norms],  # 0.6.4 did not know them
        custom_modules_hooks={nn.Linear: linear},
        backend_specific_config={"count_functional": False},
    )[0]


def _written_with_relu6(swish: bool) -> nn.Module:
    from torch import nn

    class Hard(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu6 = nn.ReLU6()

        def forward(self, x: Tensor) -> Tensor:
            gate: Tensor = self.relu6(x + 3) / 6
            return x * gate if swish else gate

    return Hard()


def _torchinfo(module: nn.Module, given: Given) -> Any:
    from torchinfo import summary

    return summary(module, input_data=list(given), verbose=0, device="cpu").total_mult_adds


def _torch(module: nn.Module, given: Given) -> Any:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        module.requires_grad_(False)(*given)  # it asks what requires a gradient for the function that computes it
    return counter.get_total_flops()


RUN: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "thop": ("thop", _thop),
    "fvcore": ("fvcore", _fvcore),
    "ptflops": ("ptflops", _ptflops),
    "ptflops-2021": ("ptflops", _ptflops_2021),
    "torchinfo": ("torchinfo", _torchinfo),
    "torch": ("torch", _torch),
}
"""The package of each convention's tool, and how it is run."""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@contextlib.contextmanager
def _plain_attention() -> Iterator[None]:
    """Without calls that hold a whole attention, which tools count as nothing on a CPU."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings and prints of the tools."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
