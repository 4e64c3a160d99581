"""Networks are made to fit a set, or refused; and what a test says is what a plain count says."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn
from training import RECIPE, SPEC, asked, conductor, tiny

from archdsl.design import Design
from archdsl.errors import BackendError, InputError
from archdsl.train.data.digits import digits
from archdsl.train.devices import make_fabric
from archdsl.train.evaluate import WORST, evaluate
from archdsl.train.feed import Feed, Look, Share
from archdsl.train.prepare import fitted, set_dropout, set_norm_momentum, suited
from archdsl.train.record import Record


def test_classes_and_resolution_follow_the_set_where_they_are_not_set() -> None:
    net = fitted(Design.load("dpnet"), digits())
    assert (net.knobs["classes"], net.knobs["resolution"]) == (10, 32)
    assert suited(Design.load("dpnet"), digits(), {"resolution"}).knobs["resolution"] == 224
    kept = fitted(Design.load("dpnet", resolution=64, classes=10), digits())
    assert kept.knobs["resolution"] == 64


@pytest.mark.parametrize(
    ("spec", "knobs", "said"),
    [
        ("siamese_resnet18", {}, "does not take one image"),
        ("gpt2", {}, "does not take one image"),
        ("unet", {}, "does not end in one vector"),
        ("dpnet", {"classes": 11}, "tells 11 classes apart"),
    ],
)
def test_what_cannot_be_trained_is_refused(spec: str, knobs: dict[str, int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fitted(Design.load(spec, **knobs), digits())


def test_dropout_is_set_where_it_is_and_put_in_where_it_is_not() -> None:
    module = tiny("tiny", ()).module()
    set_dropout(module, 0.4)
    assert [layer.p for layer in module.modules() if isinstance(layer, nn.Dropout)] == [0.4]
    plain = Design.loads("name: a\ninput: [1, 4, 4]\nnet: [flatten, {linear: 100}]\n").module()
    before = plain.state_dict().keys()
    set_dropout(plain, 0.5)
    assert plain.state_dict().keys() == before
    images = torch.ones(2000, 1, 4, 4)
    with torch.no_grad():
        plain.get_submodule("linear").weight.fill_(1)  # type: ignore[union-attr, operator]
        plain.get_submodule("linear").bias.zero_()  # type: ignore[union-attr, operator]
        plain.train()
        assert float(plain(images).mean()) == pytest.approx(16, rel=0.05)
        assert float(plain(images)[:, 0].std()) == pytest.approx(4, rel=0.1)  # 16 inputs that are 0 or 2
        plain.eval()
        assert bool((plain(images) == 16).all())
    with pytest.raises(BackendError, match="no dropout and no linear layer"):
        set_dropout(nn.Sequential(nn.ReLU()), 0.5)


def test_the_momentum_of_norms_is_that_of_the_recipe() -> None:
    module = Design.load("mobilenet_v3_small", resolution=32).module()
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert {layer.momentum for layer in norms} == {0.01}
    set_norm_momentum(module, None)
    assert {layer.momentum for layer in norms} == {0.01}
    set_norm_momentum(module, 0.2)
    assert {layer.momentum for layer in norms} == {0.2}


@pytest.mark.parametrize("classes", [10, 3])
def test_an_evaluation_is_a_plain_count(classes: int) -> None:
    data = digits()
    torch.manual_seed(0)
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, classes))
    if classes < 10:
        data.test.labels[:] = data.test.labels % classes
    feed = Feed(data, data.test, Look((1, 8, 8), 0, False, 50), torch.device("cpu"), Share())
    found = evaluate(module, feed, make_fabric("cpu", "float32"), classes, whole=True)
    images = (torch.from_numpy(data.test.pixels).double() / 255 - data.mean[0]) / data.deviation[0]
    labels = torch.from_numpy(data.test.labels)
    answer = module.double()(images)
    order = answer.argsort(1, descending=True)
    place = (order == labels[:, None]).nonzero()[:, 1]
    assert found.top1 == pytest.approx(float((place == 0).double().mean()), abs=1e-9)
    assert found.top5 == pytest.approx(float((place < 5).double().mean()), abs=1e-9)
    assert found.loss == pytest.approx(float(nn.functional.cross_entropy(answer.detach(), labels)), rel=1e-5)
    assert [sum(row) for row in found.confusion] == torch.bincount(labels, minlength=classes).tolist()
    wrong = [one for one in found.worst if int(order[one.index, 0]) == one.said != one.label == int(labels[one.index])]
    assert len(wrong) == len(found.worst) == min(WORST, int((place > 0).sum()))
    surest = answer.softmax(1).max(1).values[place > 0].max()
    assert found.worst[0].probability == pytest.approx(float(surest.detach()), rel=1e-5)


def test_a_record_survives_json() -> None:
    record = conductor().train(asked(recipe=RECIPE.changed({"epochs": 1})), None)
    assert Record.from_dict(json.loads(json.dumps(record.as_dict()))) == record


def test_a_network_of_three_channels_takes_grey_images() -> None:
    spec = SPEC.replace("input: [1, 16, 16]", "input: [3, 16, 16]")
    assert conductor().train(asked(spec=spec, recipe=RECIPE.changed({"epochs": 1})), None).final is not None
