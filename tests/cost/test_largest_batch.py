"""The largest batch that fits, against the prediction of its neighbours."""

import numpy as np
import pytest
from graphs import chain

import archdsl
from archdsl.cost.memory.batches import largest_batch
from archdsl.cost.memory.training import training
from archdsl.errors import InputError

NETWORK = chain((3, 8, 8), ("conv", {"out": 4}), "norm", "relu", ("conv", {"out": 6}), "flatten", ("linear", {"out": 5}))


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 16, 100, 1025])
@pytest.mark.parametrize("optimizer", ["sgd", "sgd_momentum", "adamw"])
def test_a_batch_fits_into_its_own_peak_and_into_no_byte_less(batch, optimizer):
    peak = training(NETWORK, batch, optimizer).peak_bytes
    assert largest_batch(NETWORK, optimizer, "float32", peak) == batch
    assert largest_batch(NETWORK, optimizer, "float32", peak - 1) == batch - 1


def test_half_of_the_bytes_take_twice_the_images():
    free = 10 * training(NETWORK, 64, "sgd").peak_bytes
    whole, half = (largest_batch(NETWORK, "sgd", dtype, free) for dtype in ("float32", "float16"))
    assert 1.9 * whole < half < 2.1 * whole


def test_no_image_fits_beside_weights_that_do_not():
    graph = archdsl.load("resnet18", resolution=64).graph()
    assert largest_batch(graph, "adamw", "float32", 3 * training(graph).weights) == 0


def test_a_grid_is_refused():
    with pytest.raises(InputError, match="no one largest batch; choose one network"):
        largest_batch(archdsl.load("resnet18", width=np.array([1, 2])).graph(), "sgd", "float32", 10**9)


def test_an_opaque_step_is_refused():
    graph = archdsl.loads(
        "archdsl: 1\nname: part\ninput: [3, 8, 8]\nnet:\n  - conv: {out: 4}\n  - opaque: {what: warp, gives: [4, 8, 8]}\n"
    ).graph()
    with pytest.raises(InputError, match="with opaque steps is not known"):
        largest_batch(graph, "sgd", "float32", 10**9)


def test_unknown_words_are_refused():
    with pytest.raises(InputError, match="unknown optimizer 'adam'; did you mean 'adamw'"):
        largest_batch(NETWORK, "adam", "float32", 10**9)
    with pytest.raises(InputError, match="unknown dtype 'float33'"):
        largest_batch(NETWORK, "sgd", "float33", 10**9)
