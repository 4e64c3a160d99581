"""A network on a test split: loss, top-1 and top-5, which classes it takes for which, and what it gets most wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.train.record import Evaluation, Worst

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch import Tensor

    from archdsl.train.feed import Feed

BATCH = 256
WORST = 24
"""Wrong answers that are kept."""


def evaluate(module: Any, feed: Feed, fabric: Fabric, classes: int, whole: bool = False) -> Evaluation:
    """The network as it is in evaluation mode; it is left in the mode that it was in.

    Args:
        whole: also work out the confusion matrix and the worst answers.
    """
    import torch
    from torch.nn.functional import cross_entropy

    mode = module.training
    module.eval()
    sums = torch.zeros(4, dtype=torch.float64)
    confusion = torch.zeros(classes, classes, dtype=torch.int64)
    wrong: list[Worst] = []
    batch = BATCH * fabric.world_size
    with torch.no_grad():
        for (place, _), (images, labels) in zip(feed.slices(batch), feed.testing(batch), strict=True):
            answer = module(images).float()
            best = answer.topk(min(5, classes)).indices
            right = best == labels[:, None]
            loss = cross_entropy(answer, labels, reduction="sum")
            found = [loss.double(), right[:, 0].sum(), right.any(1).sum(), torch.tensor(len(labels))]
            sums += torch.stack([one.double().cpu() for one in found])
            if whole:
                pairs = labels * classes + best[:, 0]
                confusion += torch.bincount(pairs.cpu(), minlength=classes**2).view(classes, classes)
                wrong = _worst([*wrong, *_wrong(answer, labels, best[:, 0], place)])
    module.train(mode)
    sums = _over_all(sums, fabric)
    loss_sum, top1, top5, count = sums.tolist()
    table = tuple(map(tuple, _over_all(confusion, fabric).tolist())) if whole else ()
    return Evaluation(loss_sum / count, top1 / count, top5 / count, int(count), table, tuple(_of_all(wrong, fabric)))


def _over_all(values: Tensor, fabric: Fabric) -> Tensor:
    if fabric.world_size == 1:
        return values
    made: Tensor = fabric.all_reduce(values.to(fabric.device), reduce_op="sum").cpu()  # type: ignore[union-attr]
    return made


def _of_all(wrong: list[Worst], fabric: Fabric) -> list[Worst]:
    """The worst answers of all processes."""
    if fabric.world_size == 1:
        return wrong
    from torch.distributed import all_gather_object

    parts: list[list[Worst]] = [[] for _ in range(fabric.world_size)]
    all_gather_object(parts, wrong)
    return _worst([one for part in parts for one in part])


def _wrong(answer: Tensor, labels: Tensor, said: Tensor, place: int) -> list[Worst]:
    shares = answer.softmax(1).gather(1, said[:, None])[:, 0]
    numbers = (said != labels).nonzero()[:, 0].tolist()
    return [Worst(place + n, int(labels[n]), int(said[n]), float(shares[n])) for n in numbers]


def _worst(found: list[Worst]) -> list[Worst]:
    return sorted(found, key=lambda one: (-one.probability, one.index))[:WORST]
