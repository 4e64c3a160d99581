"""Networks that share weights, against the same ones written out with copies: an encoder of one layer, heads on maps, a siamese net."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from everywhere import check_everywhere, settled

import archdsl
from archdsl.compilers.source import python_source
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import in_order
from archdsl.compilers.torch.pairing import load_weights
from archdsl.cost.memory.training import training
from archdsl.ir.graph import Graph
from archdsl.net import Net

ALBERT = """
archdsl: 1
name: Albert
doc: As ALBERT (Lan et al. 2020), one layer with shared weights again and again.
import: [blocks/transformer]
input: [10, 24]
knobs: {heads: 4, layers: {default: 12, range: [1, 48]}}
net:
  - {linear: 48, name: factor}
  - {encoder_layer: {}, name: layer, repeat: $layers, share: layer}
  - token_mean
  - linear: 5
"""

RETINA = """
archdsl: 1
name: Heads
doc: As RetinaNet (Lin et al. 2017), the same two subnets on maps of different sizes.
input: [3, 48, 48]
blocks:
  subnet:
    args: {out: int}
    body:
      - {conv: {out: $in, kernel: 3, bias: true}, name: tower, repeat: 2}
      - relu
      - {conv: {out: $out, kernel: 3, bias: true}, name: predict}
  heads:
    body:
      - fork:
        paths:
          classes: [{subnet: {out: 9}, share: classes}]
          boxes: [{subnet: {out: 4}, share: boxes}]
        join: concat
net:
  - {conv: {out: 16, kernel: 3, stride: 4}, as: p3}
  - {conv: {out: 16, kernel: 3, stride: 2}, as: p4}
  - {heads: {}, from: p3, share: heads, as: h3}
  - {heads: {}, from: p4, share: heads, as: h4}
outputs: {p3: h3, p4: h4}
"""


def written_out(net: Net, graph: Graph, module: torch.nn.Module) -> torch.nn.Module:
    """The network without a word of sharing, its weights copies."""
    lines = net.spec.source.text.replace(", share: layer}", "}").replace(", share: classes", "").replace(", share: boxes", "")
    plain = archdsl.loads(lines.replace("share: heads, ", "").replace("share: trunk, ", "")).graph()
    assert not any(node.shared for node in plain)
    apart = compile(plain).double().eval()
    state = module.state_dict()
    copies = {}
    for node in graph:
        keys = [key for key in apart.state_dict() if key.rpartition(".")[0] == node.name]
        copies.update({key: state[f"{node.owner}.{key.rpartition('.')[2]}"] for key in keys})
    apart.load_state_dict(copies)
    return apart


@pytest.mark.parametrize("text", [ALBERT, RETINA])
def test_it_computes_what_copies_compute(text: str) -> None:
    net = archdsl.loads(text)
    graph = net.graph()
    module, images, expected = settled(graph)
    with torch.no_grad():
        found = in_order(written_out(net, graph, module)(*images))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", [ALBERT, RETINA])
def test_every_back_end_computes_the_same(text: str, tmp_path: Path) -> None:
    check_everywhere(archdsl.loads(text).graph(), tmp_path)


def test_an_encoder_has_the_weights_of_one_layer_and_the_work_of_twelve() -> None:
    bills = [archdsl.loads(ALBERT, layers=count).cost() for count in (1, 2, 12)]
    assert len({bill.params for bill in bills}) == 1
    one, two, twelve = (bill.macs for bill in bills)
    assert twelve - one == 11 * (two - one) > 0
    assert "        for _ in range(12):\n            x = self.layer_1(x)\n" in python_source(archdsl.loads(ALBERT).graph())


def test_training_keeps_activations_each_time_and_gradients_once() -> None:
    one, two, three = (training(archdsl.loads(ALBERT, layers=count).graph()) for count in (1, 2, 3))
    assert one.gradients == two.gradients == three.gradients
    assert one.optimizer == two.optimizer
    assert three.saved - two.saved == two.saved - one.saved > 0


def test_heads_have_one_set_of_weights_for_all_maps() -> None:
    net = archdsl.loads(RETINA)
    state = compile(net.graph()).state_dict()
    assert sum(key.endswith("predict.weight") for key in state) == 2
    assert net.cost().params == sum(tensor.numel() for tensor in state.values())
    assert python_source(net.graph()).count("self.heads_1(") == 2


def test_siamese_trunks_are_the_trunk_of_resnet18() -> None:
    """Loaded with the weights of the zoo's ResNet18, both trunks give its pooled features."""
    siamese, trunk = archdsl.load("siamese_resnet18", resolution=64), archdsl.load("resnet18", resolution=64)
    whole = siamese.module().double().eval()
    single = trunk.module().double().eval()
    whole.load_state_dict(
        {f"trunk_1.{key}": value for key, value in single.state_dict().items() if "linear" not in key}, strict=False
    )
    single.linear = torch.nn.Identity()
    images = torch.randn(2, 2, 3, 64, 64, dtype=torch.float64)
    caught: list[torch.Tensor] = []
    whole.linear_1.register_forward_pre_hook(lambda _, given: caught.append(given[0]))
    with torch.no_grad():
        whole(*images)
        expected = torch.cat([single(image) for image in images], 1)
    torch.testing.assert_close(caught[0], expected)


def test_weights_of_a_tied_pair_pair_whether_they_stand_once_or_twice(tmp_path: Path) -> None:
    text = "archdsl: 1\ninput: [6]\nnet: [{linear: 6}, {layer_scale: {begin: 0.5}, share: a}, relu, {prelu: {shared: false}, share: a}]\n"
    graph = archdsl.loads(text).graph()
    module = compile(graph)
    state = {
        "net.first.weight": module.linear.weight,
        "net.first.bias": module.linear.bias,
        "net.scale": module.layer_scale.weight,
    }
    for number, more in enumerate(({}, {"net.tied": module.layer_scale.weight})):
        torch.save({**state, **more}, tmp_path / f"{number}.pt")
        fresh = compile(graph)
        with torch.no_grad():
            fresh.layer_scale.weight.zero_()
        assert load_weights(fresh, tmp_path / f"{number}.pt", torch.randn(1, 6))
        torch.testing.assert_close(fresh.state_dict(), module.state_dict())
