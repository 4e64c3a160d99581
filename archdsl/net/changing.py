"""Questions whose answer is another network: by transformation, and narrower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.design import Design
from archdsl.exact.shown import written

if TYPE_CHECKING:
    from archdsl.transform.pruning.run import Pruned
    from archdsl.transform.run import Transformed


class Changing(Design):
    """A design that makes others of itself."""

    def transform(
        self,
        *,
        where: str | Iterable[str] = (),
        knob: bool = False,
        transition: str = "",
        settings: Mapping[str, Any] | None = None,
        name: str = "",
        **transformations: Any,
    ) -> Transformed:
        """This network with other blocks, activations, norms or widths, as a spec that says what differs: `net.transform(partial="1/2")`.

        Args:
            where: only in these rows or blocks: `"rows.5-9"`, `"bottleneck"`.
            knob: whether a knob of the result chooses between the old form and the new.
            transition: where a transition layer fuses what was concatenated: block, stage or none.
            settings: knobs and cells of the result.
            name: of the result.
            transformations: by the words of `archdsl transform`, with a value or True: `partial="1/2"`, `dual=[3, 5]`, `se=True`.

        Raises:
            InputError: an unknown transformation or place, or a network that cannot be transformed so; says why.
        """
        from archdsl.transform.asked import Wanted
        from archdsl.transform.run import transform

        places = (where,) if isinstance(where, str) and where else tuple(where)
        return transform(self, Wanted(_values(transformations), places, knob, transition, settings or {}, Path(), name))

    def prune(self, keep: str, *, by: str = "uniform", weights: str | Path | None = None) -> Pruned:
        """A network with fewer channels, as a spec that says what differs: `net.prune("macs=50%")`.

        Args:
            keep: a cost and how much of it may stay: `macs=50%`, `params=2M`.
            by: uniform (one factor for all channels), stage (a factor for each) or norm (factors by the norms of weights).
            weights: a safetensors file of those of this network, to be carried over.

        Raises:
            InputError: the bound cannot be kept, or channels cannot be told apart; says why.
            BackendError: there are weights, and safetensors is not installed.
        """
        from archdsl.transform.pruning.run import prune

        return prune(self, keep, by, None if weights is None else Path(weights), Path())


def _values(transformations: Mapping[str, Any]) -> dict[str, str]:
    """Values of transformations as the shell gives them; those that are False or None are not wanted."""
    given = {word: value for word, value in transformations.items() if value is not None and value is not False}
    return {word: "" if value is True else written(value).strip("[]") for word, value in given.items()}
