"""Models in which something looks like what it is not: each is imported exactly, has an opaque step in its place, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl
from archdsl.errors import BackendError

Forward = Callable[["Model", Tensor], Any]


class Model(nn.Module):
    def __init__(self, forward: Forward, tokens: bool):
        super().__init__()
        self.conv, self.linear = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 8)
        self.norm, self.even = nn.RMSNorm(8), nn.Conv2d(8, 8, 4, padding="same")
        self.rows, self.columns = nn.Parameter(torch.rand(1, 8, 8, 1)), nn.Parameter(torch.rand(1, 8, 1, 8))
        self.does, self.tokens = forward, tokens

    def forward(self, x: Tensor) -> Any:
        return self.does(self, x)


def imported(forward: Forward, tokens: bool = False) -> archdsl.ImportedNet:
    torch.manual_seed(0)
    example = torch.randn(2, 16, 8) if tokens else torch.randn(2, 3, 8, 8)
    return archdsl.from_module(Model(forward, tokens), example, tools=False)


def _inside_a_program(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    with torch.enable_grad():
        y[:, :2].relu_()
    return y


def _view_from_a_program(m: Model, x: Tensor) -> Tensor:
    y = m.conv(x)
    with torch.enable_grad():
        first, _ = y.chunk(2, 1)
    first.add_(1)
    return y


def _into_the_input(m: Model, x: Tensor) -> Tensor:
    return m.conv(x.sub_(0.5).div_(0.25))


EXACT: dict[str, Forward] = {
    "a write in a program within": _inside_a_program,
    "a write through a view from a program within": _view_from_a_program,
    "a write into the input": _into_the_input,
    "the same output twice": lambda m, x: [y := m.conv(x), y.relu(), y],
    "the input as the output": lambda m, x: x,
    "a half more places": lambda m, x: functional.interpolate(m.conv(x), scale_factor=1.5),
    "maps dropped at random": lambda m, x: functional.dropout2d(m.conv(x), 0.2, m.training),
    "work that is not returned": lambda m, x: (m.conv(x), m.even(m.conv(x)))[0],
}
EXACT_TOKENS: dict[str, Forward] = {
    "a scale of attention": lambda m, x: functional.scaled_dot_product_attention(y := m.linear(x), y, y, scale=0.3),
    "an epsilon of the precision": lambda m, x: m.norm(m.linear(x)),
}


@pytest.mark.parametrize("case", [*EXACT, *EXACT_TOKENS])
def test_what_is_said_exactly(case: str) -> None:
    found = imported(EXACT[case]) if case in EXACT else imported(EXACT_TOKENS[case], tokens=True)
    assert found.found.missing == ()
    assert found.holds, f"{found}\n{found.text}"


OPAQUE: dict[str, tuple[Forward, str]] = {
    "softplus that is straight early": (lambda m, x: functional.softplus(m.conv(x), 1, 3), "softplus"),
    "whole numbers": (lambda m, x: m.conv(x).int().float(), "to"),
    "truth values": (lambda m, x: m.conv(x) * m.conv(x).relu().bool(), "to"),
    "a scale that gives no whole number": (lambda m, x: functional.interpolate(m.conv(x), scale_factor=1.7), "upsample"),
    "a sum with a factor": (lambda m, x: functional.relu6(torch.add(m.conv(x), 3, alpha=2)) / 6, "add"),
    "a rounded quotient": (lambda m, x: torch.div(functional.relu6(m.conv(x) + 3), 6, rounding_mode="floor"), "div"),
    "an output that is repeated": (lambda m, x: m.conv(x).mean((2, 3), keepdim=True).expand(-1, -1, 8, 8), "expand"),
}
OPAQUE_TOKENS: dict[str, tuple[Forward, str]] = {
    "a product over repeated values": (
        lambda m, x: m.linear(x)[:, :, :1].expand(-1, -1, 4) @ m.linear(x).transpose(1, 2)[:, :1].expand(-1, 4, -1),
        "matmul",
    ),
    "the same by einsum": (
        lambda m, x: torch.einsum(
            "bnc,bmc->bnm", m.linear(x)[..., :1].expand(-1, -1, 4), m.linear(x)[..., 1:2].expand(-1, -1, 4)
        ),
        "einsum",
    ),
}


@pytest.mark.parametrize("case", [*OPAQUE, *OPAQUE_TOKENS])
def test_what_is_near_is_opaque(case: str) -> None:
    forward, word = OPAQUE.get(case) or OPAQUE_TOKENS[case]
    found = imported(forward, case in OPAQUE_TOKENS)
    assert word in "".join(step.what for step in found.found.missing)
    assert not found.holds


def test_attention_over_the_images_of_a_batch_is_refused() -> None:
    def over_images(m: Model, x: Tensor) -> Tensor:
        y = m.linear(x).transpose(0, 1)
        return functional.scaled_dot_product_attention(y, y, y).transpose(0, 1)

    for forward in (over_images, lambda m, x: torch.softmax(m.linear(x), 0), lambda m, x: m.linear(x).mean(0)):
        with pytest.raises(BackendError, match=r"images of a batch|has no batch"):
            imported(forward, tokens=True)


def test_a_write_into_what_einsum_may_share_is_refused() -> None:
    def turned(m: Model, x: Tensor) -> Tensor:
        y = m.conv(x)
        torch.einsum("bchw->bhwc", y).add_(1)
        return y

    with pytest.raises(BackendError, match="may be a view"):
        imported(turned)


def test_an_output_of_no_numbers_hides_no_other() -> None:
    """Not a number is no small difference, in whatever output it is."""

    def second(m: Model, x: Tensor) -> tuple[Tensor, Tensor]:
        y = m.conv(x)
        z = y.relu()
        return y, y * (z / z)

    assert not imported(second).holds


def test_parameters_before_an_opaque_step_are_counted_once() -> None:
    table = imported(lambda m, x: m.conv(x) * (m.rows + m.columns))
    assert table.net.cost().params == 3 * 8 * 9 + 8 + 64 + 64
    twice = imported(lambda m, x: m.even(m.even(m.conv(x))))
    assert twice.net.cost().params == 3 * 8 * 9 + 8 + 8 * 8 * 16 + 8
