"""`archdsl prune`: what is kept, exactly, and which weights are carried over."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from everywhere import settled
from safetensors.torch import load_file, save_file

import archdsl
from archdsl.cli.main import run
from archdsl.cost.comparing.totals import total
from archdsl.errors import InputError
from archdsl.transform.pruning.carry import kept_channels, norms
from archdsl.transform.pruning.channels import Channels
from archdsl.transform.pruning.run import prune

PI = "latency.raspberry-pi-3b"

CHAIN = """\
archdsl: 1
input: [3, 16, 16]
net:
  - {conv: {out: 16, kernel: 3}, name: first}
  - norm
  - relu
  - {conv: {out: $in, kernel: 3, stride: 2, groups: $in}, name: depthwise}
  - {conv: {out: 32}, name: second}
  - fork:
    paths: [{conv: {out: 32, kernel: 3}, name: third}, []]
    join: add
  - adaptive_pool
  - flatten
  - linear: 10
"""


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "vgg16_bn", "densenet121", "convnext_tiny", "poolformer_s12"])
@pytest.mark.parametrize("by", ["uniform", "stage"])
def test_the_bound_is_kept_and_the_next_step_would_not(name: str, by: str) -> None:
    net = archdsl.load(name)
    made = net.prune("macs=60%", by=by)
    again = archdsl.loads(made.text)
    assert again.cost().macs == made.design.cost().macs
    assert made.reached == Fraction(again.cost().macs, net.cost().macs)
    assert 0.4 < made.reached <= 0.6
    assert [node.op.word for node in again.graph()] == [node.op.word for node in net.graph()], "only narrower"
    if by == "uniform":
        wider = again.set(width=again.knobs["width"] + net.knobs.get("width", 1) / 1000)
        assert wider.cost().macs > 0.6 * net.cost().macs
    else:
        stages = again.knobs["stages"]
        wider = [[*stages[:at], part + 1 / 8, *stages[at + 1 :]] for at, part in enumerate(stages) if part < 1]
        assert all(again.set(stages=each).cost().macs > 0.6 * net.cost().macs for each in wider)


@pytest.mark.parametrize("keep", ["params=40%", "params=5M", "peak=70%", f"{PI}=50%", f"{PI}=14s"])
def test_every_cost_can_be_the_bound(keep: str) -> None:
    net = archdsl.load("resnet18")
    cost, _, size = keep.partition("=")
    before = total(net, cost)
    bound = (
        before * Fraction(size[:-1]) / 100 if size.endswith("%") else Fraction(size[:-1]) * (10**6 if size.endswith("M") else 1)
    )
    made = net.prune(keep)
    after = total(archdsl.loads(made.text), cost)
    assert 0.9 * bound < after <= bound
    assert made.reached == Fraction(after) / Fraction(before)


def test_times_are_told_as_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prune", "resnet18", "--keep", f"{PI}=50%"]) == 0
    assert f"{PI} 13.77 s of 27.89 s: 49.3" in capsys.readouterr().err
    assert run(["prune", "resnet18", "--keep", f"{PI}=14"]) == 1
    assert f"{PI}=20ms" in capsys.readouterr().err
    assert run(["prune", "resnet18", "--keep", "params=14s"]) == 1
    assert "params=2M" in capsys.readouterr().err


def test_channels_without_weight_go_first_and_nothing_changes(tmp_path: Path) -> None:
    """A network with channels that are zero all the way computes the same without them."""
    (tmp_path / "net.yaml").write_text(CHAIN)
    net = archdsl.load(tmp_path / "net.yaml")
    module = net.module().eval()
    state = module.state_dict()
    generator = torch.Generator().manual_seed(0)
    for name, tensor in state.items():
        if tensor.is_floating_point() and "running" not in name:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    for name in ("first.weight", "norm.bias", "depthwise.weight"):
        state[name][::2] = 0
    for name in ("second.weight", "third.weight"):
        state[name][16:] = 0
    save_file(state, tmp_path / "net.safetensors")
    line = [
        "prune",
        str(tmp_path / "net.yaml"),
        "--keep",
        "macs=50%",
        "--by",
        "norm",
        "--weights",
        str(tmp_path / "net.safetensors"),
    ]
    assert run([*line, "-o", str(tmp_path / "small.yaml")]) == 0
    small = archdsl.load(tmp_path / "small.yaml")
    assert small.cost().macs <= net.cost().macs / 2
    shapes = {node.name: node.shape[0] for node in small.graph()}
    assert (shapes["first"], shapes["second"]) == (8, 16), "as many as have weights"
    narrow = small.module().eval()
    narrow.load_state_dict(load_file(tmp_path / "small.safetensors"))
    image = torch.randn(2, 3, 16, 16, generator=generator)
    with torch.no_grad():
        assert torch.allclose(narrow(image), module(image), atol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "densenet121", "mnasnet"])
@pytest.mark.parametrize("by", ["uniform", "stage"])
def test_the_narrower_network_computes_the_old_one_without_those_channels(name: str, by: str, tmp_path: Path) -> None:
    """Shortcuts, depthwise convolutions, gates, concatenations: with the weights of the channels that go at zero, the network as it was
    gives what the narrower one gives with the weights that were carried over, in double precision."""
    net = archdsl.load(name, resolution=64)
    graph = net.graph()
    module, (image,), (before,) = settled(graph)
    save_file(module.state_dict(), tmp_path / "net.safetensors")
    made = net.prune("macs=70%", by=by, weights=tmp_path / "net.safetensors")
    assert made.weights is not None
    narrow = made.design.module().double().eval()
    narrow.load_state_dict({key: torch.from_numpy(tensor) for key, tensor in made.weights.items()})

    channels = Channels(graph)
    scores = norms({key: tensor.numpy() for key, tensor in module.state_dict().items()}, graph, channels)
    kept = kept_channels(graph, made.design.graph(), channels, scores)
    state = module.state_dict()
    gone = 0
    for node in graph:
        stays = torch.tensor([kept[channels.same(atom)] for atom in channels.of[node.name]])
        gone += int((~stays).sum())
        for key in (f"{node.name}.weight", f"{node.name}.bias"):
            if key in state and len(state[key]) == len(stays):
                state[key][~stays] = 0
    assert gone > 100
    with torch.no_grad():
        expected, found = module(image), narrow(image)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    assert not torch.allclose(before, expected), "channels that are gone were of use"


@pytest.mark.parametrize("by", ["uniform", "stage"])
def test_weights_are_carried_over_by_any_way(by: str, tmp_path: Path) -> None:
    net = archdsl.load("mobilenet_v2", resolution=32)
    save_file(net.module().state_dict(), tmp_path / "net.safetensors")
    made = net.prune("macs=60%", by=by, weights=tmp_path / "net.safetensors")
    assert made.weights is not None
    module = made.design.module()
    module.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in made.weights.items()})


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("resnet18", {"keep": "mac=50%"}, "did you mean 'macs'"),
        ("resnet18", {"keep": "macs"}, "a share or a size"),
        ("resnet18", {"keep": "macs=200%"}, "already"),
        ("resnet18", {"keep": "macs=50%", "by": "row"}, "one of uniform, stage, norm"),
        ("resnet18", {"keep": "macs=50%", "by": "norm"}, "--weights"),
        ("resnet18", {"keep": "macs=1"}, "no factor of width"),
        ("gpt2", {"keep": "macs=50%", "by": "stage"}, "no stages"),
        ("regnet_y_400mf", {"keep": "macs=50%", "by": "stage"}, "other layers"),
    ],
)
def test_what_cannot_be_pruned_says_why(name: str, asked: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as error:
        archdsl.load(name).prune(**asked)
    assert message in str(error.value)


def test_weights_of_another_network(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="another network"):
        archdsl.load("resnet18").prune("macs=50%", by="norm", weights=tmp_path / "a.safetensors")
    (tmp_path / "b.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read"):
        archdsl.load("resnet18").prune("macs=50%", by="norm", weights=tmp_path / "b.safetensors")
    assert run(["prune", "resnet18", "--keep", "macs=50%", "--weights", str(tmp_path / "a.safetensors")]) == 1


def test_heads_of_attention_cannot_be_followed_and_the_place_is_told(tmp_path: Path) -> None:
    net = archdsl.load("vit_small")
    save_file(net.module().state_dict(), tmp_path / "net.safetensors")
    with pytest.raises(InputError, match="tokens: 'tokens' mixes channels"):
        net.prune("macs=60%", weights=tmp_path / "net.safetensors")
    assert 0.4 < net.prune("macs=60%").reached <= 0.6


def test_a_shuffle_whose_halves_lose_channels_unevenly_is_refused(tmp_path: Path) -> None:
    """It would hand other channels to each half than those that its weights are for."""
    net = archdsl.load("shufflenet_v2")
    save_file(net.module().state_dict(), tmp_path / "net.safetensors")
    with pytest.raises(InputError, match=r"shuffle: the channels that stay are not those of the layers before it"):
        net.prune("macs=60%", weights=tmp_path / "net.safetensors")


@pytest.mark.parametrize("name", ["regnetx_002", "mobilenetv3_small_050", "repvit_m0_9", "starnet_s1", "fasternet_t0"])
def test_imported_networks_become_narrower(name: str) -> None:
    """Groups of a width, printed depthwise convolutions, classifiers in blocks: all keep their layers and their classes."""
    path = Path(__file__).parents[2] / "benchmarks" / "imported" / f"{name}.yaml"
    net = archdsl.load(path)
    made = prune(net, "macs=50%", folder=path.parent)
    assert 0.4 < made.reached <= 0.5
    graph = made.design.graph()
    assert [node.op.word for node in graph] == [node.op.word for node in net.graph()]
    assert graph.nodes[graph.output].shape == (1000,)
