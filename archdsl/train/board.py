"""Files for TensorBoard, beside the rest of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archdsl.train.record import Epoch

if TYPE_CHECKING:
    from archdsl.train.run import Run


def board(run: Run) -> Callable[[Epoch], None]:
    """Writes an epoch's figures at its step. Does nothing where the run is kept nowhere, or for processes after the first."""
    if run.folder is None or run.fabric.global_rank:
        return lambda epoch: None
    from archdsl.extras import needed_by

    with needed_by("files for TensorBoard", "train"):
        from tensorboardX import SummaryWriter  # type: ignore[import-untyped]

    # what a run that was killed wrote after its last checkpoint does not count
    writer = SummaryWriter(str(run.folder), purge_step=run.loop.step + 1 if run.loop.step else None)

    def write(epoch: Epoch) -> None:
        figures = {
            "lr": epoch.rate,
            "loss/train": epoch.loss,
            "top1/train": epoch.top1,
            "images_per_second": epoch.images_per_second,
        }
        if epoch.test is not None:
            figures |= {"loss/test": epoch.test.loss, "top1/test": epoch.test.top1, "top5/test": epoch.test.top5}
        for name, value in figures.items():
            writer.add_scalar(name, value, epoch.steps)
        writer.flush()

    return write
