"""What steps add up to, without waiting for the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch import Tensor


class Together:
    """Loss, right answers and images of steps, summed on the device so that nothing waits for it."""

    def __init__(self, fabric: Fabric):
        self.fabric = fabric
        self.values: Tensor | None = None

    def add(self, loss: Tensor, answer: Tensor, labels: Tensor) -> None:
        """One batch with its mean loss."""
        import torch

        with torch.no_grad():
            count = len(labels)
            right = (answer.argmax(1) == labels).sum()
            found = torch.stack([loss.detach().double() * count, right.double(), right.new_tensor(count).double()])
            self.values = found if self.values is None else self.values + found

    @property
    def finite(self) -> bool:
        """Whether all losses were. Waits for the device."""
        return self.values is None or bool(self.values[0].isfinite())

    def take(self) -> tuple[float, int, int]:
        """The sums over all processes; they begin anew."""
        if self.values is None:
            return 0.0, 0, 0
        values = self.values if self.fabric.world_size == 1 else self.fabric.all_reduce(self.values, reduce_op="sum")
        loss, right, count = values.tolist()  # type: ignore[union-attr]
        self.values = None
        return loss, int(right), int(count)
