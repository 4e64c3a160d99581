"""Networks with given weights on a test split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl.design import Design
from archdsl.train.conduct import Open
from archdsl.train.record import Evaluation
from archdsl.train.run import CHECKPOINT, MOST_SAID, asked_in
from archdsl.train.same import check_same, fingerprint


def examine_run(folder: Path, data: str | None, device: str, opened: Open) -> tuple[str, Evaluation]:
    """The name of a run's network, and what its last checkpoint makes of the test split.

    Args:
        data: another set than the run's.

    Raises:
        InputError: there is no checkpoint, or it does not fit.
    """
    from archdsl.errors import InputError
    from archdsl.train.checkpoint import load
    from archdsl.train.data import open_data
    from archdsl.train.prepare import fitted

    asked, of = asked_in(folder)
    state = load(folder / CHECKPOINT)
    weights = state["model"]
    net = opened(asked.spec, asked.settings)
    images = open_data(asked.data)
    check_same(folder, of, fingerprint(fitted(net, images), images))

    def fill(module: Any) -> None:
        try:
            module.load_state_dict(weights)
        except RuntimeError as error:
            why = " ".join(str(error).split())[:MOST_SAID]
            raise InputError(f"{folder / CHECKPOINT} is of another network: {why}") from None

    return net.name, _examine(net, data or asked.data, device, fill)


def examine_weights(net: Design, weights: Path, data: str, device: str) -> Evaluation:
    """A network with the weights of a file. Raises InputError where they do not fit."""
    from archdsl.extras import needed_by

    with needed_by("evaluating", "train"):
        from archdsl.compilers.torch.checkpoint import load_checkpoint
    return _examine(net, data, device, lambda module: load_checkpoint(module, weights))


def _examine(net: Design, data: str, device: str, fill: Any) -> Evaluation:
    from archdsl.train.data import open_data
    from archdsl.train.devices import make_fabric
    from archdsl.train.evaluate import BATCH, evaluate
    from archdsl.train.feed import Feed, Look, Share
    from archdsl.train.prepare import fitted

    images = open_data(data)
    net = fitted(net, images)
    fabric = make_fabric(device, "float32")
    module: Any = net.module()
    fill(module)
    channels, height, width = net.graph().input.shape
    share = Share(fabric.global_rank, fabric.world_size)
    feed = Feed(images, images.test, Look((channels, height, width), 0.0, False, BATCH), fabric.device, share)
    return evaluate(module.to(fabric.device), feed, fabric, len(images.classes), whole=True)
