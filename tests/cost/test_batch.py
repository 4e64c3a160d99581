"""Costs for a batch: what is computed, held and moved grows with it, what is learned does not."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import torch
from small import compiled, small
from torch.utils.flop_counter import FlopCounterMode

from archdsl.cli.main import run
from archdsl.cost.comparing.totals import total
from archdsl.cost.memory.movement import movement
from archdsl.errors import InputError

GROWS = ("macs", "products", "flops.thop", "flops.fvcore", "flops.ptflops", "flops.torchinfo", "flops.torch", "peak")
STAYS = ("params", "weights", "state", "kernels", "receptive_field")


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "vit_small"])
def test_what_grows_and_what_stays(name: str) -> None:
    one, many = small(name), small(name).batched(6)
    assert {cost: total(many, cost) for cost in GROWS} == {cost: 6 * total(one, cost) for cost in GROWS}
    assert {cost: total(many, cost) for cost in STAYS} == {cost: total(one, cost) for cost in STAYS}
    assert total(many, "moved") == movement(one.cost(), 6).bytes < 6 * total(one, "moved")
    assert movement(many.cost()).operations == movement(one.cost(), 6).operations == 6 * movement(one.cost()).operations
    assert movement(many.cost(), 2).operations == 2 * movement(one.cost()).operations


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "vit_small"])
def test_torch_counts_the_same(name: str) -> None:
    net = small(name)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        compiled(net.graph()).eval()(torch.zeros(3, *net.graph().input.shape))
    assert net.cost(batch=3).flops["torch"] == counter.get_total_flops()


def test_layers_add_up() -> None:
    found = small("mobilenet_v3_small").cost(batch=5)
    assert sum(layer.macs for layer in found) == found.macs
    assert sum(layer["macs"] for layer in found.as_dict()["layers"]) == found.as_dict()["macs"]


def test_batched_nets_stay_so() -> None:
    net = small("squeezenet").batched(4)
    assert net.set(resolution=96).cost().batch == 4
    assert pickle.loads(pickle.dumps(net)).cost().macs == net.cost().macs
    assert net.optimized().cost().batch == 4
    assert net.cost(batch=1).as_dict() == small("squeezenet").cost().as_dict()
    rows = net.sweep(resolution=np.array([64, 96])).rows()
    assert [row["macs"] for row in rows] == [small("squeezenet").set(resolution=r).cost(batch=4).macs for r in (64, 96)]


@pytest.mark.parametrize("batch", [0, -1, 2.0, True])
def test_no_batch(batch: object) -> None:
    with pytest.raises(InputError, match="a batch is a number of images from 1 on"):
        small("squeezenet").batched(batch)  # type: ignore[arg-type]


def test_devices_know_their_batch() -> None:
    net = small("mobilenet_v3_small")
    device = "raspberry-pi-3b"
    assert net.cost(batch=1).latency(device).total == net.cost().latency(device).total
    with pytest.raises(InputError, match="has times for batch 1, none for 2"):
        net.cost(batch=2).latency(device)


def test_commands(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["squeezenet", "--set", "resolution=64"]

    def told(*words: str) -> object:
        assert run([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    one, four = told("cost", *arguments), told("cost", *arguments, "--batch", "4")
    assert "batch" not in one
    assert four["batch"] == 4
    assert four["macs"] == 4 * one["macs"]
    assert four["params"] == one["params"]
    assert four["memory"]["peak_activation_bytes"] == 4 * one["memory"]["peak_activation_bytes"]
    assert told("compare", *arguments, "--batch", "4")[0]["macs"] == four["macs"]
    assert told("sweep", "squeezenet", "resolution=64", "--batch", "4")["rows"][0]["macs"] == four["macs"]
    assert told("whatif", *arguments, "--batch", "4")["totals"][1]["after"] == four["macs"]
    solved = told(
        "solve", "squeezenet", "--free", "resolution=64,96", "--max", f"macs={four['macs']}", "--maximize", "macs", "--batch", "4"
    )
    assert [(row["resolution"], row["macs"]) for row in solved["best"]] == [(64, four["macs"])]
    differs = told("diff", "squeezenet", *arguments, "--batch", "4", "--fail-if", f"macs>{four['macs']}")
    assert differs["totals"]["macs"] == {
        "before": small("squeezenet").set(resolution=224).cost(batch=4).macs,
        "after": four["macs"],
    }
    assert run(["cost", *arguments, "--batch", "4"]) == 0
    assert "(float32, batch 4)" in capsys.readouterr().out
    assert run(["cost", *arguments, "--batch", "4", "--memory"]) == 2
    assert "--batch does not go with them" in capsys.readouterr().err
