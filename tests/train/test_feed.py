"""Batches: crops against a plain loop, orders that repeat, and parts that make the whole."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from archdsl.train.data.digits import digits
from archdsl.train.draws import Draws, draw
from archdsl.train.feed import Feed, Look, Share, Stream
from archdsl.train.pixels import Normal, cropped, resized

CPU = torch.device("cpu")


def test_crops_and_mirrors_are_those_of_a_plain_loop() -> None:
    pixels = torch.randint(0, 256, (6, 3, 9, 7), dtype=torch.uint8)
    draws = Draws(torch.arange(6), torch.rand(6, 2), torch.tensor([True, False] * 3))
    found = cropped(pixels, draws, 2)
    for index in range(6):
        padded = np.zeros((3, 13, 11), np.uint8)
        padded[:, 2:11, 2:9] = pixels[index].numpy()
        top, left = (int(place * 5) for place in draws.places[index].tolist())
        wanted = padded[:, top : top + 9, left : left + 7]
        assert np.array_equal(found[index].numpy(), wanted[:, :, ::-1] if draws.mirrored[index] else wanted)


def test_every_place_of_a_crop_is_drawn_and_half_are_mirrored() -> None:
    draws = draw(20_000, seed=1, epoch=0, mirror=True)
    tops = (draws.places[:, 0] * 9).long().bincount(minlength=9)
    assert tops.min() > 0.9 * 20_000 / 9
    assert 0.48 < draws.mirrored.float().mean() < 0.52
    assert not draw(100, 1, 0, mirror=False).mirrored.any()


def test_an_epoch_is_an_order_of_all_images_that_follows_from_seed_and_number() -> None:
    first, again = draw(1000, 3, 4, True), draw(1000, 3, 4, True)
    assert torch.equal(first.order, again.order)
    assert torch.equal(first.order.sort().values, torch.arange(1000))
    assert not torch.equal(first.order, draw(1000, 3, 5, True).order)
    assert not torch.equal(first.order, draw(1000, 4, 4, True).order)


def _feed(share: Share = Share(), batch: int = 96) -> Feed:  # noqa: B008
    data = digits()
    return Feed(data, data.train, Look((3, 16, 16), 0.125, False, batch), CPU, share)


def test_processes_see_together_what_one_sees() -> None:
    whole = list(_feed().training(0, 1))
    parts = [list(_feed(Share(rank, 3)).training(0, 1)) for rank in range(3)]
    assert len(whole) == 1438 // 96
    for step, (images, labels) in enumerate(whole):
        assert torch.equal(images, torch.cat([part[step][0] for part in parts]))
        assert torch.equal(labels, torch.cat([part[step][1] for part in parts]))


def test_an_epoch_goes_on_in_its_middle() -> None:
    whole, rest = list(_feed().training(0, 1)), list(_feed().training(0, 1, start=9))
    assert len(rest) == len(whole) - 9
    assert all(torch.equal(a[0], b[0]) for a, b in zip(whole[9:], rest, strict=True))


@pytest.mark.parametrize("size", [1, 3])
def test_a_test_sees_every_image_once(size: int) -> None:
    data = digits()
    look = Look((1, 8, 8), 0.0, False, 50)
    labels = [labels for rank in range(size) for _, labels in Feed(data, data.test, look, CPU, Share(rank, size)).testing(50)]
    assert sorted(torch.cat(labels).tolist()) == sorted(data.test.labels.tolist())


def test_one_channel_becomes_three_and_is_normal() -> None:
    data = digits()
    values = Normal(data, 3, CPU)(torch.from_numpy(data.train.pixels))
    assert values.shape == (1438, 3, 8, 8)
    assert torch.equal(values[:, 0], values[:, 2])
    assert abs(float(values.mean())) < 1e-4
    assert abs(float(values.std()) - 1) < 1e-3


@pytest.mark.parametrize("workers", [0, 2])
def test_streamed_images_are_those_of_memory_where_nothing_is_cut(workers: int) -> None:
    data = digits()
    look = Look((1, 14, 14), 0.125, False, 64, workers)
    stream = Stream(data.train, look, CPU)
    parts = [draw(1438, 0, 0, False).part(start, start + 64) for start in (0, 64)]
    batches = list(stream.batches(parts, augment=False))
    wanted = resized(torch.from_numpy(data.train.pixels[parts[1].order.numpy()]), (16, 16))[:, :, 1:15, 1:15]
    assert torch.equal(batches[1], wanted)
    again = list(Stream(data.train, look, CPU).batches(parts, augment=True))
    assert torch.equal(again[0], next(iter(stream.batches(parts, augment=True))))
    assert not torch.equal(again[0], batches[0])
