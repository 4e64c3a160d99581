"""Each proxy against a computation of its own: closed forms, the paper's formula written out again, and what the papers prove."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

import archdsl
from archdsl.errors import BackendError
from archdsl.explore.proxies import grad_norm, naswot, synflow, zen_score
from archdsl.explore.proxies.fresh import fresh, images
from archdsl.explore.search.objectives import PROXIES, Objective
from archdsl.net import Net

SE_AND_SPLIT = """\
import: [blocks/mobile, blocks/partial]
input: [3, 16, 16]
knobs: {kernels: {default: [3, 5]}, transition: {default: block, choices: [block, stage, none]}, split: {default: 1/2}}
net:
  - table:
      columns: [op, kernel, exp, out, se, nl, s]
      rows:
        - [conv3x3, ~, ~, 16, ~, hswish, 1]
        - [bottleneck, 3, 32, 16, true, hswish, 1]
  - dp_a: {exp: 32, out: 16, se: true, nl: hswish}
  - pool
  - dropout: 0.5
  - linear: 10
"""


def net_of(shape: str, *steps: str) -> Net:
    return archdsl.loads(f"input: {shape}\nnet:\n" + "\n".join(f"  - {step}" for step in steps))


# -- what holds for all ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda proxy: proxy.name)
def test_a_score_depends_on_the_network_and_the_seed_alone(proxy: Objective) -> None:
    net = archdsl.loads(SE_AND_SPLIT)
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    first = proxy.measure(net, 3)
    assert torch.equal(torch.get_rng_state(), state), "torch's own generator is left alone"
    assert torch.get_num_threads() == threads
    torch.rand(7)
    assert proxy.measure(archdsl.loads(SE_AND_SPLIT), 3) == first
    assert proxy.measure(net, 4) != first
    assert math.isfinite(first)


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda proxy: proxy.name)
def test_a_formula_and_its_paper_are_given(proxy: Objective) -> None:
    assert "et al. 20" in (type(proxy).__doc__ or "")
    assert f"{proxy.name} = " in (type(proxy).__doc__ or "")


# -- gradient norm --------------------------------------------------------------------------------------------------------------


def test_gradient_norm_of_two_linear_layers() -> None:
    """∂L/∂logits = (softmax − one-hot) / N, from there the chain rule by hand."""
    net = net_of("[5]", "linear: {out: 4, bias: false}", "linear: {out: 3, bias: false}")
    with fresh(net, 1) as module:
        first, second = (layer.weight.detach().double().numpy() for layer in module.modules() if isinstance(layer, nn.Linear))
        x = images(net, grad_norm.BATCH)[0].double().numpy()
        classes = torch.randint(3, (grad_norm.BATCH,)).numpy()
    hidden = x @ first.T
    exponents = np.exp(hidden @ second.T)
    error = (exponents / exponents.sum(1, keepdims=True) - np.eye(3)[classes]) / len(x)
    expected = np.linalg.norm(error.T @ hidden) + np.linalg.norm((error @ second).T @ x)
    assert grad_norm.GradNorm().measure(net, 1) == pytest.approx(expected, rel=1e-5)


# -- synflow --------------------------------------------------------------------------------------------------------------------


def flow_of(net: Net, seed: int = 0) -> tuple[list[float], list[Tensor]]:
    """Σ S of each weighted layer, and the weights that they were computed with."""
    with fresh(net, seed) as module:
        weights = [
            layer.weight.detach().double().abs() for layer in module.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))
        ]
        scores = synflow.scores(module, net.graph())
    return [float(score.sum()) for score in scores.values()], weights


@pytest.mark.parametrize("between", ["relu", "hswish", "silu", "norm", "prelu", "dropout: 0.5"])
def test_synflow_is_the_product_of_magnitudes_and_is_conserved(between: str) -> None:
    """R = 1ᵀ|W₂||W₁|1 whatever stands between, and every layer's scores add up to R (Tanaka et al. 2020, theorem 1)."""
    net = net_of("[5]", "linear: 4", between, "linear: 3")
    sums, (first, second) = flow_of(net)
    expected = float((second @ first).sum())
    assert sums == pytest.approx([expected, expected], rel=1e-12)
    assert synflow.SynFlow().measure(net, 0) == pytest.approx(math.log10(2 * expected), rel=1e-12)


def test_synflow_through_paths_and_a_gate() -> None:
    """A gate is open: squeeze and excitation neither adds to the flow nor takes from it, and what passes by is only passed on."""
    net = net_of(
        "[3, 6, 6]",
        "conv: {out: 8, kernel: 3, bias: true}",
        "{split: [1/4, rest], paths: [[], [{conv: 4}, norm, hswish]], join: concat}",
        "{fork: , paths: [[], [adaptive_pool, {conv: 6}, sigmoid]], join: mul}",
        "adaptive_pool",
        "flatten",
        "linear: 2",
    )
    sums, (first, path, _, last) = flow_of(net)
    ones = torch.ones(1, 3, 6, 6, dtype=torch.float64)
    x = F.conv2d(ones, first, padding=1)
    passed, learned = x[:, :2], F.conv2d(x[:, 2:], path)
    whole = float((torch.cat([passed, learned], 1).mean((2, 3)) @ last.T).sum())
    part = float((learned.mean((2, 3)) @ last[:, 2:].T).sum())
    assert sums == pytest.approx([whole, part, whole], rel=1e-12)


def test_synflow_is_homogeneous() -> None:
    """Each path has one weight of every layer, so a layer eight times as large makes the score eight times as large."""
    plain, larger = (
        net_of("[3, 8, 8]", "conv: {out: 4, kernel: 3}", "norm", "relu", "conv: 5", "adaptive_pool", "flatten", "linear: 2")
        for _ in range(2)
    )
    base = sum(flow_of(plain)[0])
    with fresh(larger, 0) as module:
        next(layer for layer in module.modules() if isinstance(layer, nn.Conv2d)).weight.data *= -8  # exact
        scaled = sum(float(score.sum()) for score in synflow.scores(module, larger.graph()).values())
    assert scaled == pytest.approx(8 * base, rel=1e-12)


# -- NASWOT ---------------------------------------------------------------------------------------------------------------------


def test_naswot_counts_the_units_that_agree() -> None:
    """The Hamming distances bit by bit; h-swish counts as ReLU does, the sigmoid of a gate does not count."""
    net = net_of("[2, 4, 4]", "conv: {out: 3, kernel: 3}", "norm", "hswish", "conv: 4", "relu", "sigmoid", "conv: 2", "silu")
    with fresh(net, 5) as module, torch.no_grad():
        (batch,) = images(net, 8)
        kernel = naswot.agreements(module, batch)
        first, second, third = (layer for layer in module.modules() if isinstance(layer, nn.Conv2d))
        one = F.batch_norm(first(batch), None, None, training=True)
        two = second(F.hardswish(one))
        codes = torch.cat([x.flatten(1) > 0 for x in (one, two, third(torch.sigmoid(torch.relu(two))))], 1)
    units = (3 + 4 + 2) * 16
    expected = [[units - sum(bool(a != b) for a, b in zip(i, j, strict=True)) for j in codes] for i in codes]
    assert kernel.tolist() == expected
    assert kernel.diagonal().tolist() == [units] * 8


def test_naswot_is_the_logarithm_of_the_determinant() -> None:
    net = net_of("[2, 6, 6]", "conv: {out: 8, kernel: 3}", "relu")
    with fresh(net, 2) as module, torch.no_grad():
        kernel = naswot.agreements(module, *images(net, naswot.BATCH)).numpy()
    eigenvalues = np.linalg.eigvalsh(kernel)
    assert eigenvalues.min() > 0
    assert naswot.NasWot().measure(net, 2) == pytest.approx(np.log(eigenvalues).sum(), rel=1e-10)


# -- Zen-score ------------------------------------------------------------------------------------------------------------------


def zen_of(net: Net, *weights: Tensor, batch: Tensor, noise: Tensor) -> float:
    with fresh(net, 0) as module, torch.no_grad():
        layers = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
        for layer, weight in zip(layers, weights, strict=False):
            layer.weight.copy_(weight)
        return zen_score.zen(net.graph(), module, (batch,), (noise,))


@pytest.fixture
def data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images, noise, and the weights of two convolutions."""
    draw = torch.Generator().manual_seed(0)
    shapes = [(16, 3, 6, 6), (16, 3, 6, 6), (3, 3, 3, 3), (3, 3, 1, 1)]
    images, noise, first, second = (torch.randn(shape, generator=draw) for shape in shapes)
    return images, noise, first, second


def test_zen_of_a_linear_network_is_how_far_it_moves_the_noise(data: tuple[Tensor, ...]) -> None:
    batch, noise, first, second = data
    found = zen_of(net_of("[3, 6, 6]", "conv: {out: 3, kernel: 3}", "conv: 3"), first, second, batch=batch, noise=noise)
    moved = F.conv2d(F.conv2d(noise, first, padding=1), second).flatten(1).norm(dim=1).mean() * zen_score.DISTURBANCE
    assert found == pytest.approx(math.log(moved), rel=1e-3)


def test_zen_adds_the_scale_of_each_norm_and_drops_shortcuts(data: tuple[Tensor, ...]) -> None:
    """The whole of the formula by hand, for a residual block: its shortcut, a projection with a norm, is not there."""
    batch, noise, first, second = data
    learned = "[{conv: {out: 3, kernel: 3}}, norm, relu, {conv: 3}, norm]"
    head = ["adaptive_pool", "flatten", "linear: 2"]
    for shortcut in ("[]", "[{conv: 3}, norm]"):
        net = net_of("[3, 6, 6]", f"{{fork: , paths: [{learned}, {shortcut}], join: add}}", "relu", *head)
        found = zen_of(net, first, second, batch=batch, noise=noise)
        one, moved = (F.conv2d(x, first, padding=1) for x in (batch, batch + zen_score.DISTURBANCE * noise))
        scale = one.var((0, 2, 3), unbiased=False).mean().sqrt().log()
        one, moved = (F.conv2d(normed(x).relu(), second) for x in (one, moved))
        scale += one.var((0, 2, 3), unbiased=False).mean().sqrt().log()
        distance = (normed(one).relu() - normed(moved).relu()).flatten(1).norm(dim=1).mean()
        assert found == pytest.approx(float(distance.log() + scale), rel=1e-4)


def test_zen_follows_the_scale_of_weights_under_a_norm(data: tuple[Tensor, ...]) -> None:
    """The norm hides the scale of the weights before it, its standard deviation gives it back (Lin et al. 2021, section 4)."""
    batch, noise, first, second = data
    net = net_of("[3, 6, 6]", "conv: {out: 3, kernel: 3}", "norm", "relu", "conv: 3")
    plain = zen_of(net, first, second, batch=batch, noise=noise)
    assert zen_of(net, 100 * first, second, batch=batch, noise=noise) - plain == pytest.approx(math.log(100), abs=1e-3)


def normed(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


# -- what cannot be measured ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxy", "steps", "message"),
    [
        (grad_norm.GradNorm(), ["conv: 4"], "grad_norm needs a network that ends in a vector of classes; this one ends in 4×6×6"),
        (naswot.NasWot(), ["conv: 4"], "naswot needs rectifiers (ReLU, h-swish, SiLU, GELU); the network has none"),
        (
            zen_score.ZenScore(),
            ["flatten", "linear: 4"],
            "zen_score needs a feature map before the classifier; the network has none",
        ),
        (
            zen_score.ZenScore(),
            ["tokens", "linear: 4"],
            "zen_score needs a network of feature maps; this one turns them into tokens",
        ),
        (synflow.SynFlow(), ["pad: 1"], "synflow came out as 0, which has no logarithm in double precision"),
    ],
)
def test_what_cannot_be_measured(proxy: Objective, steps: list[str], message: str) -> None:
    with pytest.raises(BackendError) as error:
        proxy.measure(net_of("[3, 6, 6]", *steps), 0)
    assert str(error.value) == message
