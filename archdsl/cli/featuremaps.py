"""`archdsl featuremaps`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, knob_option, limit_options, open_net, print_json, spec_argument
from archdsl.errors import BackendError, InputError
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.viz.redundancy import Redundancy

ENDINGS = (".png", ".svg", ".pdf")


@click.command("featuremaps")
@spec_argument
@click.option("--image", required=True, type=click.Path(path_type=Path), help="PNG, JPEG and so on; its middle is cut to fit.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="safetensors or torch checkpoint; fresh weights where not given."
)
@click.option("--layer", metavar="NAME", help="A layer or block call; the end of the first residual block where not given.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Ends in .png, .svg or .pdf; NAME-featuremaps.png where not given."
)
@click.option("--maps", "most", default=256, show_default=True, type=click.IntRange(1), help="At most as many are drawn.")
@click.option("--threshold", default=0.9, show_default=True, type=click.FloatRange(-1, 1), help="Pairs above this are counted.")
@click.option("--seed", default=0, show_default=True, help="Of fresh weights.")
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    image: Path,
    weights: Path | None,
    layer: str | None,
    output: Path | None,
    most: int,
    threshold: float,
    seed: int,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Draw the feature maps of SPEC after a layer for an image, and measure how redundant they are."""
    target = output or Path(f"{Path(spec).stem}-featuremaps.png")
    if target.suffix.lower() not in ENDINGS:
        raise InputError(f"{target}: feature maps are written as {', '.join(ENDINGS)}")
    net = open_net(spec, settings, limits)
    try:
        import torch
    except ImportError:
        raise BackendError("feature maps need torch, which is not installed: pip install 'archdsl[torch,viz]'") from None
    from archdsl.compilers.torch.checkpoint import load_checkpoint
    from archdsl.compilers.torch.featuremaps import feature_maps, first_residual, layer_named, read_image
    from archdsl.viz.mosaic import mosaic, save
    from archdsl.viz.redundancy import redundancy

    graph = net.graph()
    pixels = read_image(image, graph.input.shape)
    name = first_residual(graph) if layer is None else layer_named(graph, layer)
    torch.manual_seed(seed)
    module = net.module()
    if weights is not None:
        load_checkpoint(module, weights)
    source = f"weights of {weights.name}" if weights is not None else f"random initialisation, seed {seed}"
    maps = feature_maps(graph, module, pixels, name)
    found = redundancy(maps, threshold)
    height, width = maps.shape[1:]
    title = f"{net.name}, {name}: {len(maps)} feature maps of {height}×{width}"
    cut = "" if len(maps) <= most else f"; the first {most} are drawn"
    drawn = mosaic(maps, (title, f"{image.name}; {source}{cut}", *_sentences(found)), found.nearest, most)
    save(drawn, maps, target)
    if as_json:
        origin = {"weights": str(weights) if weights is not None else None, "random_initialisation": weights is None}
        print_json(
            {"name": net.name, "layer": name, "shape": list(maps.shape), **origin, **found.as_dict(), "drawing": str(target)}
        )
        return
    click.echo(title)
    click.echo(f"  of                   {image}; {source}")
    for head, value in _rows(found):
        click.echo(f"  {head:<20} {value}")
    click.echo(f"  written              {target}{cut}")


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
