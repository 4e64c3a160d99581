"""`archdsl build`: the whole pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_table, spec_argument
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console
from archdsl.cli.totals import print_totals
from archdsl.errors import BackendError
from archdsl.ir.limits import Limits
from archdsl.net import Net

ARTIFACTS = frozenset(["graph.json", "cost.json", "table.md", "diagram.svg", "weights.safetensors"])


@click.command("build")
@spec_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the artifacts; build/NAME if not given.")
@click.option("--seed", default=0, show_default=True, help="Seed of the fresh weights.")
@knob_option
@json_option
@limit_options
def command(spec: str, output: Path | None, seed: int, settings: tuple[str, ...], as_json: bool, limits: Limits) -> None:
    """Build SPEC: print its table, compile it, run one forward pass on a random image, check every shape, write the artifacts."""
    from archdsl.cost.tables.document import document
    from archdsl.ir.verify import verify

    net = open_net(spec, settings, limits)
    graph = verify(net.graph(), "elaboration")
    sheet = net.table()
    data = document(net.name, net.spec, net.cost())
    target = output or Path("build") / Path(spec).stem
    out = console()
    if not as_json:
        print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, sheet.total_cells())
        print_totals(net, out)
    from archdsl.artifacts import folder
    from archdsl.ir.serialize import dump

    with folder(target, ARTIFACTS) as made:
        (made / "graph.json").write_text(json.dumps(dump(graph), indent=1), encoding="utf-8")
        (made / "cost.json").write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
        (made / "table.md").write_text(sheet.markdown(), encoding="utf-8")
        shape, checked = _forward(net, seed, made / "weights.safetensors")
        from archdsl.viz import diagram

        diagram(graph).save(made / "diagram.svg")
    if as_json:
        print_json(data)
        return
    out.print(f"  forward pass      1×{'×'.join(map(str, shape))}, {checked} shapes as the graph says")
    out.print(f"  written           {target}/ ({', '.join(sorted(ARTIFACTS))})", soft_wrap=True)


def _forward(net: Net, seed: int, path: Path) -> tuple[tuple[int, ...], int]:
    """Compile, run once, save the weights: shape of the output, and how many shapes were checked.

    Raises:
        BackendError: a tensor has another shape than the graph says.
    """
    import torch

    from archdsl.compilers.torch.verify import check_shapes
    from archdsl.compilers.torch.weights import save_weights

    torch.manual_seed(seed)
    module = net.module()
    measured = check_shapes(net.graph(), module)
    if measured.mismatches:
        raise BackendError("the compiled network differs from its graph:\n" + "\n".join(map(str, measured.mismatches)))
    save_weights(module, path)
    return tuple(measured.output.shape[1:]), len(measured.shapes)
