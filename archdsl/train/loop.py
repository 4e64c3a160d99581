"""The steps of training. Every step follows from the seed and its number, so that a run which goes on is the run that never stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from archdsl.errors import ArchdslError
from archdsl.train.draws import STRIDE
from archdsl.train.evaluate import evaluate
from archdsl.train.optimise import average, optimizer
from archdsl.train.recipe import Recipe
from archdsl.train.record import Epoch, Evaluation
from archdsl.train.schedule import rate
from archdsl.train.together import Together

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch import Tensor, nn

    from archdsl.train.feed import Feed

LOOK_EVERY = 16
"""Steps between looks at the loss on a device that works on by itself, and would have to be waited for."""


class NotFinite(ArchdslError):
    """The loss became infinite or no number."""


@dataclass
class Sums:
    """Of the epoch so far: loss times images and right answers, images, seconds, and seconds of waiting for data."""

    loss: float = 0.0
    right: int = 0
    images: int = 0
    seconds: float = 0.0
    waited: float = 0.0


@dataclass(frozen=True)
class Now:
    """Where training is, for whoever watches.

    Attributes:
        step, steps: done, and in all.
        loss, top1: of the epoch so far.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    top1: float
    images_per_second: float


@dataclass
class Watch:
    """Who is told of what happens.

    Attributes:
        step: after every step that was looked at.
        epoch: after an epoch.
        due: whether a checkpoint should be kept now; asked after every step.
        keep: keeps one.
        stop: whether to stop; asked after every step, and once a checkpoint has been kept training ends.
    """

    step: Callable[[Now], None] = lambda now: None
    epoch: Callable[[Epoch], None] = lambda epoch: None
    due: Callable[[], bool] = lambda: False
    keep: Callable[[], None] = lambda: None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Parts:
    """What a loop works with: a network on its device, the batches of both splits, and how many classes there are."""

    module: nn.Module
    training: Feed
    testing: Feed
    classes: int
    test_every: int = 1


@dataclass
class Loop:
    """A run in progress.

    Attributes:
        step: steps of the optimizer that are done.
        sums: of the epoch that is under way.
        epochs: those that are done.
    """

    parts: Parts
    recipe: Recipe
    seed: int
    fabric: Fabric
    step: int = 0
    sums: Sums = field(default_factory=Sums)
    epochs: list[Epoch] = field(default_factory=list)

    def __post_init__(self) -> None:
        raw = self.parts.module
        self.raw = raw
        self.average = average(raw, self.recipe)
        self.optimizer: Any
        self.module, self.optimizer = self.fabric.setup(raw, optimizer(raw, self.recipe))
        self.per_epoch = self.parts.training.steps
        self.waits = self.fabric.device.type != "cpu"  # the device works on by itself, and asking for a number waits for it
        self.together = Together(self.fabric)

    @property
    def tested(self) -> Any:
        """The network that is tested and kept: the average of the weights where there is one."""
        return self.module if self.average is None else self.average

    @property
    def done(self) -> bool:
        return len(self.epochs) >= self.recipe.epochs

    def run(self, watch: Watch) -> None:
        """Train until all epochs are done, or `watch.stop` says so.

        Raises:
            NotFinite: the loss is not finite; the step, and where it came from.
        """
        self.module.train()
        while not self.done:
            if self._epoch(watch):
                return

    def test(self, whole: bool = False) -> Evaluation:
        """The network on the test split."""
        return evaluate(self.tested, self.parts.testing, self.fabric, self.parts.classes, whole)

    def _epoch(self, watch: Watch) -> bool:
        """The rest of an epoch; whether training is to stop."""
        number = len(self.epochs)
        start = self.step - number * self.per_epoch
        feed = self.parts.training
        began, feed.waited = time.perf_counter(), 0.0
        kept = Sums(**asdict(self.sums))
        for images, labels in feed.training(self.seed, number, start):
            self._step(images, labels)
            self.sums.seconds = kept.seconds + time.perf_counter() - began
            self.sums.waited = kept.waited + feed.waited
            if not self.waits or self.step % LOOK_EVERY == 0:
                self._look(images)
                watch.step(self._now(number))
            stop = self._agreed(watch.stop())
            if stop or (self.step % self.per_epoch and self._agreed(watch.due())):
                self._look(images)
                watch.keep()
            if stop and self.step % self.per_epoch:
                return True
        self._look(images)
        self._close(watch, number)
        return self._agreed(watch.stop()) and not self.done

    def _close(self, watch: Watch, number: int) -> None:
        """Test after an epoch, and put it down."""
        last = number + 1 == self.recipe.epochs
        test = self.test() if last or (number + 1) % self.parts.test_every == 0 else None
        if test is not None and not math.isfinite(test.loss):
            raise NotFinite(f"the loss on the test split is not finite after epoch {number + 1}, step {self.step}")
        sums = self.sums
        lr = rate(self.step - 1, self.per_epoch, self.recipe)
        loss, top1 = sums.loss / sums.images, sums.right / sums.images
        waited = sums.waited / sums.seconds if sums.seconds else 0.0
        self.epochs.append(Epoch(number + 1, self.step, lr, loss, top1, test, sums.seconds, waited, sums.images))
        self.sums = Sums()
        watch.epoch(self.epochs[-1])
        watch.keep()

    def _step(self, images: Tensor, labels: Tensor) -> None:
        """One step of the optimizer."""
        import torch
        from torch.nn.functional import cross_entropy

        torch.manual_seed((self.seed * STRIDE + self.step) * self.fabric.world_size + self.fabric.global_rank)
        recipe, parts = self.recipe, self.recipe.accumulate
        lr = rate(self.step, self.per_epoch, recipe)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        if recipe.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        pieces = [(images, labels)] if parts == 1 else list(zip(images.chunk(parts), labels.chunk(parts), strict=True))
        self.optimizer.zero_grad()  # here, and not after the step: memory that is given back there has to be had anew for the gradients
        for number, (some, theirs) in enumerate(pieces):
            waiting = number + 1 < len(pieces)
            with self.fabric.no_backward_sync(self.module) if waiting else nullcontext():
                answer = self.module(some)
                loss = cross_entropy(answer, theirs, label_smoothing=recipe.label_smoothing)
                self.fabric.backward(loss if len(pieces) == 1 else loss / len(pieces))
            self.together.add(loss, answer, theirs)
        if recipe.clip:
            self.fabric.clip_gradients(self.module, self.optimizer, max_norm=recipe.clip, error_if_nonfinite=False)
        if not self.waits:
            self._finite(images)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.raw)
        self.step += 1

    def _look(self, images: Tensor) -> None:
        """Take over what has been summed since the last look."""
        self._finite(images)
        loss, right, count = self.together.take()
        self.sums.loss += loss
        self.sums.right += right
        self.sums.images += count

    def _finite(self, images: Tensor) -> None:
        if self.together.finite:
            return
        from archdsl.train.diagnose import first_not_finite

        epoch = self.step // self.per_epoch + 1
        where = first_not_finite(self.raw, images)
        raise NotFinite(f"the loss is not finite at step {self.step + 1} (epoch {epoch}): {where}")

    def _now(self, number: int) -> Now:
        sums = self.sums
        total = self.per_epoch * self.recipe.epochs
        speed = sums.images / sums.seconds if sums.seconds else 0.0
        return Now(number + 1, self.step, total, sums.loss / max(sums.images, 1), sums.right / max(sums.images, 1), speed)

    def _agreed(self, wish: bool) -> bool:
        """What any of several processes wishes, so that all of them do the same."""
        if self.fabric.world_size == 1 or (self.waits and self.step % LOOK_EVERY):
            return wish and self.fabric.world_size == 1
        import torch

        flag = torch.tensor(float(wish), device=self.fabric.device)
        return bool(self.fabric.all_reduce(flag, reduce_op="sum"))

    def state(self) -> dict[str, Any]:
        """All that is needed to go on; see `restore`.

        Raises:
            NotFinite: weights or statistics are not finite, and would go on so.
        """
        raw = self.raw.state_dict()
        for name, value in raw.items():
            if not bool(value.isfinite().all()):
                raise NotFinite(f"{name} is not finite after step {self.step}")
        return {
            "model": raw if self.average is None else self.average.module.state_dict(),  # what is tested; `--weights` takes it
            "trained": None if self.average is None else raw,
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state_dict() if self.average is not None else None,
            "precision": self.fabric.strategy.precision.state_dict(),
            "step": self.step,
            "sums": asdict(self.sums),
            "epochs": [asdict(epoch) for epoch in self.epochs],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state. Learning rate, order of the images and random numbers follow from the step."""
        self.raw.load_state_dict(state["trained"] or state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.fabric.strategy.precision.load_state_dict(state["precision"])
        self.step, self.sums = state["step"], Sums(**state["sums"])
        self.epochs = [Epoch.from_dict(epoch) for epoch in state["epochs"]]
