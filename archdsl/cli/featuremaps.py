"""`archdsl featuremaps`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, spec_argument, stem_of, weights_of
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import echo
from archdsl.errors import InputError
from archdsl.extras import needed_by
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from archdsl.net import Net
    from archdsl.net.held import Held
    from archdsl.viz.redundancy import Redundancy

ENDINGS = (".png", ".svg", ".pdf")


F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class MapSource:
    """What the feature maps are of.

    Attributes:
        weights: the file of the weights; where it is None, those of the model that stands for a SPEC, else fresh ones.
        layer: a layer or a block call; the end of the first residual block where it is None.
        seed: of fresh weights.
    """

    image: Path
    weights: Path | None
    layer: str | None
    seed: int

    def in_words(self, held: Held | None) -> str:
        """Where the weights are from."""
        origin = self.weights.name if self.weights is not None else held.origin if held is not None else ""
        return f"weights of {origin}" if origin else f"random initialisation, seed {self.seed}"

    def maps(self, net: Net, held: Held | None) -> tuple[str, NDArray[Any]]:
        """The name of the layer and its maps (C, H, W).

        Raises:
            BackendError: torch is not installed.
            InputError: no such layer, an image or weights that cannot be read or do not fit.
        """
        with needed_by("a drawing of feature maps", "torch", "viz"):
            import torch
        from archdsl.compilers.torch.checkpoint import load_checkpoint
        from archdsl.compilers.torch.featuremaps import feature_maps, first_residual, layer_named, read_image

        graph = net.graph()
        if len(graph.inputs) > 1:
            raise InputError(f"{graph.name} takes {len(graph.inputs)} inputs, and an image is one")
        pixels = read_image(self.image, graph.input.shape)
        name = first_residual(graph) if self.layer is None else layer_named(graph, self.layer)
        torch.manual_seed(self.seed)
        module = net.module()
        if self.weights is not None:
            load_checkpoint(module, self.weights)
        elif held is not None:
            module.load_state_dict(held.state)
        return name, feature_maps(graph, module, pixels, name)


@dataclass(frozen=True)
class MapLook:
    """How they are drawn and measured: at most so many maps, and from which similarity on pairs are counted."""

    most: int
    threshold: float


def source_options(function: F) -> F:
    """What the feature maps are of, as one `MapSource`."""
    weights = "safetensors or torch checkpoint; fresh weights where not given."
    layer = "A layer or block call; the end of the first residual block where not given."
    image = "PNG, JPEG and so on; its middle is cut to fit."
    for option in (
        click.option("--seed", default=0, show_default=True, help="Of fresh weights."),
        click.option("--layer", metavar="NAME", help=layer),
        click.option("--weights", type=click.Path(path_type=Path), help=weights),
        click.option("--image", required=True, type=click.Path(path_type=Path), help=image),
    ):
        function = option(function)

    @functools.wraps(function)
    def wrapper(*args: Any, image: Path, weights: Path | None, layer: str | None, seed: int, **kwargs: Any) -> Any:
        return function(*args, source=MapSource(image, weights, layer, seed), **kwargs)

    return wrapper  # type: ignore[return-value]


def look_options(function: F) -> F:
    """How feature maps are drawn and measured, as one `MapLook`."""
    most, threshold = "At most as many are drawn.", "Pairs above this are counted."
    for option in (
        click.option("--threshold", default=0.9, show_default=True, type=click.FloatRange(-1, 1), help=threshold),
        click.option("--maps", "most", default=256, show_default=True, type=click.IntRange(1), help=most),
    ):
        function = option(function)

    @functools.wraps(function)
    def wrapper(*args: Any, most: int, threshold: float, **kwargs: Any) -> Any:
        return function(*args, look=MapLook(most, threshold), **kwargs)

    return wrapper  # type: ignore[return-value]


@click.command("featuremaps")
@spec_argument
@source_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Ends in .png, .svg or .pdf; NAME-featuremaps.png where not given."
)
@look_options
@knob_option
@json_option
@limit_options
def command(
    spec: str, source: MapSource, output: Path | None, look: MapLook, settings: tuple[str, ...], as_json: bool, limits: Limits
) -> None:
    """Draw the feature maps of SPEC after a layer for an image, and measure how redundant they are."""
    target = output or Path(f"{stem_of(spec)}-featuremaps.png")
    if target.suffix.lower() not in ENDINGS:
        raise InputError(f"{target}: feature maps are written as {', '.join(ENDINGS)}")
    from archdsl.artifacts import spares, writable

    spares([target], [source.image, source.weights])
    writable(target)
    net = open_net(spec, settings, limits)
    held = weights_of(spec, net)
    name, maps = source.maps(net, held)
    from archdsl.viz.mosaic import mosaic, save
    from archdsl.viz.redundancy import redundancy

    found = redundancy(maps, look.threshold)
    height, width = maps.shape[1:]
    title = f"{net.name}, {name}: {len(maps)} feature maps of {height}×{width}"
    cut = "" if len(maps) <= look.most else f"; the first {look.most} are drawn"
    lines = (title, f"{source.image.name}; {source.in_words(held)}{cut}", *_sentences(found))
    save(mosaic(maps, lines, found.nearest, look.most), maps, target)
    if as_json:
        weights = str(source.weights) if source.weights is not None else held.origin if held is not None else None
        origin = {"weights": weights, "random_initialisation": weights is None}
        told = {"name": net.name, "layer": name, "shape": list(maps.shape), **origin, **found.as_dict()}
        print_json({**told, "drawing": str(target)})
        return
    echo(title)
    echo(f"  of                   {source.image}; {source.in_words(held)}")
    for head, value in _rows(found):
        echo(f"  {head:<20} {value}")
    echo(f"  written              {target}{cut}")


def _sentences(found: Redundancy) -> tuple[str, ...]:
    if found.mean is None:
        return (f"no pair to compare: {found.constant} of {found.maps} maps are constant",)
    return (
        f"cosine similarity {found.mean:.2f} on average, {found.share:.1%} of the pairs above {found.threshold:g}",
        f"effective rank {found.rank:.1f} of {found.maps}",
    )


def _rows(found: Redundancy) -> list[tuple[str, str]]:
    rows = []
    if found.mean is not None and found.median is not None:
        rows = [
            ("cosine similarity", f"{found.mean:.3f} on average, {found.median:.3f} in the median, of {found.pairs:,} pairs"),
            (f"above {found.threshold:g}", f"{found.share:.1%} of the pairs ({found.above:,})"),
            (
                f"correlated above {found.threshold:g}",
                f"{found.correlated / found.pairs:.1%} of the pairs ({found.correlated:,})",
            ),
        ]
    rows.append(("effective rank", f"{found.rank:.1f} of {found.maps} (Roy & Vetterli 2007)"))
    if found.constant:
        rows.append(("constant maps", f"{found.constant} of {found.maps}, in no pair"))
    if found.nearest:
        rows.append(("most alike", ", ".join(f"maps {a} and {b} ({value:.3f})" for a, b, value in found.nearest)))
    return rows
