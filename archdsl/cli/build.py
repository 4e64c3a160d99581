"""`archdsl build`: the whole pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from archdsl.cli.common import (
    batch_option,
    counted,
    dtype_option,
    json_option,
    knob_option,
    open_net,
    print_json,
    print_table,
    spec_argument,
    stem_of,
    weights_of,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console
from archdsl.cli.totals import print_totals
from archdsl.errors import BackendError, InputError
from archdsl.extras import Missing
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.compilers.torch import Network

ARTIFACTS = frozenset(["graph.json", "cost.json", "table.md", "diagram.svg", "weights.safetensors"])
PASS, WEIGHTS, DIAGRAM = "forward pass", "weights.safetensors", "diagram.svg"


class Absent(NamedTuple):
    """A part of a build that could not be made."""

    what: str
    why: str
    installable: bool  # whether a package is missing, and nothing else is wrong


@dataclass
class Parts:
    """What of a build was made, and what was not. One part that fails takes no other with it."""

    absent: list[Absent] = field(default_factory=list)
    passed: str = ""  # what the forward pass gave, in words

    def attempt(self, what: str, make: Callable[[], None]) -> None:
        """Make a part, or note why it is left out. What cannot be written ends the build."""
        try:
            make()
        except (InputError, OSError):
            raise
        except BackendError as error:
            self.absent.append(Absent(what, str(error), isinstance(error, Missing)))
        except Exception as error:  # of libraries: memory that is not there, a fault of theirs
            said = next(iter(str(error).strip().splitlines()), "")
            self.absent.append(Absent(what, ": ".join(filter(None, [type(error).__name__, said])), False))

    @property
    def failure(self) -> str:
        """Why the network could not be checked by running it, other than for want of a package; "" where nothing went wrong."""
        return next((entry.why for entry in self.absent if entry.what == PASS and not entry.installable), "")

    def lines(self) -> list[tuple[str, str]]:
        """What is left out and why, a line for each reason."""
        reasons: dict[str, list[str]] = {}
        for entry in self.absent:
            if not (entry.what == PASS and self.failure):  # that one is told as an error
                reasons.setdefault(entry.why, []).append(entry.what)
        return [(", ".join(what), why) for why, what in reasons.items()]


@dataclass(frozen=True)
class Wanted:
    """What is made, and what its costs are for."""

    output: Path | None = given(
        click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the artifacts; build/NAME if not given.")
    )
    seed: int = given(click.option("--seed", default=0, show_default=True, help="Seed of the fresh weights."))
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)


@click.command("build")
@spec_argument
@gathered("wanted", Wanted)
@knob_option
@json_option
@limit_options
def command(spec: str, wanted: Wanted, settings: tuple[str, ...], as_json: bool, limits: Limits) -> None:
    """Build SPEC: print its table, compile it, run one forward pass on a random image, check every shape, write the artifacts.

    What needs a package that is not installed, or cannot be drawn, is left out and named. Exit code 1 if the forward pass fails.
    """
    from archdsl.artifacts import folder, json_text, replaceable
    from archdsl.cost.tables.document import document
    from archdsl.ir.verify import verify

    net = counted(open_net(spec, settings, limits), wanted)
    verify(net.graph(), "elaboration")
    target = wanted.output or Path("build") / stem_of(spec)
    replaceable(target, ARTIFACTS)
    out, sheet = console(), net.table()
    data = document(net.name, net.spec, net.cost())
    if not as_json:
        print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, sheet.total_cells())
        print_totals(net, out)
    with folder(target, ARTIFACTS) as made:
        parts = _write(net, lambda: _module(spec, net, wanted.seed), made, json_text(data, 1), sheet.markdown())
        names = sorted(path.name for path in made.iterdir())
    if as_json:
        left_out = [{"what": entry.what, "why": entry.why} for entry in parts.absent]
        print_json({**data, "written": [str(target / name) for name in names], "left_out": left_out})
    else:
        if parts.passed:
            out.print(f"  forward pass      {parts.passed}")
        out.print(f"  written           {target}/ ({', '.join(names)})", soft_wrap=True, markup=False)
        for what, why in parts.lines():
            out.print(f"  left out          {what}: {why}", soft_wrap=True, markup=False)
    if parts.failure:
        raise BackendError(parts.failure)


def _write(net: Net, module: Callable[[], Network], made: Path, cost: str, table: str) -> Parts:
    """Write all that can be made into a folder."""
    from archdsl.ir.serialize import dump

    (made / "graph.json").write_text(json.dumps(dump(net.graph()), indent=1), encoding="utf-8")
    (made / "cost.json").write_text(cost, encoding="utf-8")
    (made / "table.md").write_text(table, encoding="utf-8")
    parts = Parts()
    modules: list[Network] = []

    def run() -> None:
        modules.append(module())
        parts.passed = _checked(net, modules[0])

    def save() -> None:
        from archdsl.compilers.torch.weights import save_weights

        save_weights(modules[0], made / WEIGHTS)

    def draw() -> None:
        from archdsl.viz import diagram

        diagram(net.graph()).save(made / DIAGRAM)

    parts.attempt(PASS, run)
    if modules:
        parts.attempt(WEIGHTS, save)
    else:
        parts.absent.append(parts.absent[-1]._replace(what=WEIGHTS))
    parts.attempt(DIAGRAM, draw)
    return parts


def _module(spec: str, net: Net, seed: int) -> Network:
    """The network with fresh weights, or with those of the model that stands for the spec."""
    from archdsl.extras import needed_by

    with needed_by("a module"):
        import torch
    torch.manual_seed(seed)
    module = net.module()
    held = weights_of(spec, net)
    if held is not None:
        module.load_state_dict(held.state)
    return module


def _checked(net: Net, module: Network) -> str:
    """Run a network once: its output and how many shapes are as the graph says.

    Raises:
        BackendError: an operator failed, or a tensor has another shape than the graph says.
    """
    from archdsl.compilers.torch.verify import check_shapes

    measured = check_shapes(net.graph(), module)
    if measured.mismatches:
        raise BackendError("the compiled network differs from its graph:\n" + "\n".join(map(str, measured.mismatches)))
    sizes = {name: "×".join(map(str, (1, *tensor.shape[1:]))) for name, tensor in measured.outputs.items()}
    plain = net.graph().returns == "tensor"
    gave = ", ".join([size if plain else f"{name} {size}" for name, size in sizes.items()])
    return f"{gave}, {len(measured.shapes)} shapes as the graph says"
