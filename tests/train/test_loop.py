"""The loop: the same seed gives the same network, a run that goes on is the run that never stopped, and what the recipe says is done."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from training import RECIPE, asked, conductor, train

from archdsl.errors import InputError
from archdsl.train.loop import Now
from archdsl.train.run import CHECKPOINT, WEIGHTS, Show


class StopAt:
    """Stops a run after a step."""

    def __init__(self, step: int):
        self.at, self.now = step, 0

    def show(self) -> Show:
        return Show(step=self._see, stop=lambda: self.now == self.at)

    def _see(self, now: Now) -> None:
        self.now = now.step


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / WEIGHTS)


def _same(a: Path, b: Path) -> bool:
    first, second = _weights(a), _weights(b)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_a_seed_says_everything(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tmp_path / name, seed=seed)
    assert _same(tmp_path / "a", tmp_path / "b")
    assert not _same(tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize("step", [1, 7, 11, 12, 21])
@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_a_run_that_goes_on_is_the_run_that_never_stopped(tmp_path: Path, step: int, ema: float) -> None:
    recipe = RECIPE.changed({"ema": ema, "optimizer": "adamw", "lr": 0.01, "warmup": 1})
    whole = train(tmp_path / "whole", recipe=recipe)
    stopped = train(tmp_path / "parts", StopAt(step).show(), recipe=recipe)
    assert stopped.final is None
    record = conductor().go_on(tmp_path / "parts")
    assert _same(tmp_path / "whole", tmp_path / "parts")
    assert record.final == whole.final
    assert [(e.loss, e.top1, e.images) for e in record.epochs] == [(e.loss, e.top1, e.images) for e in whole.epochs]


def test_a_run_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    first = train(tmp_path / "a")
    before = (tmp_path / "a" / CHECKPOINT).stat().st_mtime_ns
    assert conductor().ensure(asked(), tmp_path / "a") == first
    assert (tmp_path / "a" / CHECKPOINT).stat().st_mtime_ns == before
    with pytest.raises(InputError, match="other seed"):
        conductor().ensure(asked(seed=5), tmp_path / "a")
    with pytest.raises(InputError, match="other lr in the recipe"):
        conductor().ensure(asked(recipe=RECIPE.changed({"lr": 0.2})), tmp_path / "a")
    assert conductor().ensure(asked(keep_seconds=1.0, workers=0), tmp_path / "a") == first
    with pytest.raises(InputError, match="holds a run"):
        train(tmp_path / "a")


def test_a_step_is_that_of_a_plain_loop(tmp_path: Path) -> None:
    """The first epoch against ten lines of PyTorch that know the batches only."""
    from torch.nn.functional import cross_entropy
    from training import tiny

    from archdsl.train.data.digits import digits
    from archdsl.train.draws import STRIDE
    from archdsl.train.feed import Feed, Look

    recipe = RECIPE.changed({"epochs": 1, "schedule": "constant", "label_smoothing": 0.1, "clip": 0.5})
    train(tmp_path / "ours", recipe=recipe, seed=3)
    torch.manual_seed(3)
    module = tiny("tiny", ()).module()
    optimizer = torch.optim.SGD(module.parameters(), 0.1, momentum=0.9, weight_decay=1e-4)
    data = digits()
    from archdsl.train.feed import Share

    feed = Feed(data, data.train, Look((1, 16, 16), 0.125, False, 128), torch.device("cpu"), Share())
    for step, (images, labels) in enumerate(feed.training(3, 0)):
        torch.manual_seed(3 * STRIDE + step)
        optimizer.zero_grad()
        cross_entropy(module(images), labels, label_smoothing=0.1).backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 0.5)
        optimizer.step()
    theirs, ours = module.state_dict(), _weights(tmp_path / "ours")
    assert theirs.keys() == ours.keys()
    for name, value in theirs.items():
        assert torch.allclose(value, ours[name], rtol=1e-6, atol=1e-7), name


def test_a_batch_in_parts_is_the_batch_where_no_layer_looks_at_it_whole(tmp_path: Path) -> None:
    spec = "name: plain\ninput: [1, 16, 16]\nnet: [flatten, {linear: 32}, relu, {linear: 10}]\n"
    for name, parts in (("one", 1), ("four", 4)):
        train(tmp_path / name, spec=spec, recipe=RECIPE.changed({"accumulate": parts}))
    one, four = _weights(tmp_path / "one"), _weights(tmp_path / "four")
    assert all(torch.allclose(one[name], four[name], atol=1e-5) for name in one)


def test_it_learns() -> None:
    record = train(None, recipe=RECIPE.changed({"epochs": 30, "batch": 64, "schedule": "one_cycle"}))
    assert record.final is not None
    assert record.final.top1 > 0.85  # chance is 0.1
    assert record.final.top5 > 0.98
    assert sum(map(sum, record.final.confusion)) == record.final.images == 359
    right = sum(row[index] for index, row in enumerate(record.final.confusion))
    assert right == round(record.final.top1 * 359)
    assert all(one.label != one.said for one in record.final.worst)


def test_bfloat16_and_channels_last_learn_too() -> None:
    for changed in ({"precision": "bfloat16"}, {"channels_last": True}, {"dropout": 0.5}):
        record = train(None, recipe=RECIPE.changed({"epochs": 3, **changed}))
        assert record.epochs[-1].loss < record.epochs[0].loss


def test_a_batch_larger_than_the_set_is_an_error() -> None:
    with pytest.raises(InputError, match=r"a batch of 2000 is more than the 1,438"):
        train(None, recipe=RECIPE.changed({"batch": 2000}))
    with pytest.raises(InputError, match="has 1,438 training images"):
        train(None, subset=5000)
