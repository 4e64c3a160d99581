"""A model of PyTorch as a program of torch.export, with what that would hide or leave out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind

from archdsl.compilers.failures import first_line
from archdsl.compilers.programs import out_of_place, quiet
from archdsl.errors import BackendError
from archdsl.importer.writes import DROP_PATH, overwrites

SKIPPING = frozenset(["StochasticDepth", "DropPath"])
"""Classes of modules that skip a path at random while training and leave no trace at inference."""
RATES = ("p", "drop_prob", "rate")


class Skips(nn.Module):
    """Stands for a stochastic depth while a model is traced, so that its place and rate are seen."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        skipped: Tensor = DROP_PATH(x, self.rate, False)
        return skipped


def traced(model: nn.Module, example: tuple[Tensor, ...]) -> ExportedProgram:
    """The program of a model for these inputs. The model is left as it came.

    Raises:
        BackendError: torch.export cannot trace it; says why.
    """
    training = model.training
    try:
        with quiet(), out_of_place(model), _skips_seen(model.eval()), torch.no_grad():
            return torch.export.export(model, example)
    except Exception as error:  # of many kinds, none of them documented
        raise BackendError(f"torch.export cannot trace the model: {first_line(error)}") from error
    finally:
        model.train(training)


@contextmanager
def _skips_seen(model: nn.Module) -> Iterator[None]:
    found = []
    for parent in model.modules():
        for name, child in parent.named_children():
            rate = _rate(child)
            if type(child).__name__ in SKIPPING and isinstance(rate, (int, float)):
                found.append((parent, name, child))
    try:
        for parent, name, child in found:
            setattr(parent, name, Skips(_rate(child)))
        yield
    finally:
        for parent, name, child in found:
            setattr(parent, name, child)


def _rate(module: nn.Module) -> Any:
    """How often a module skips its path, by any of the names that people give it."""
    return next((getattr(module, name) for name in RATES if hasattr(module, name)), None)


def _reaching(program: ExportedProgram, places: tuple[int, ...] | None) -> set[fx.Node]:
    """What some outputs depend on. A write may change what any of them reads, so it counts as one that does."""
    (output,) = [node for node in program.graph.nodes if node.op == "output"]
    given = [
        node
        for node, spec in zip(output.args[0], program.graph_signature.output_specs, strict=True)
        if spec.kind is OutputKind.USER_OUTPUT
    ]
    kept = given if places is None else [given[place] for place in places]
    found = {node for node in kept if isinstance(node, fx.Node)}
    for node in reversed(program.graph.nodes):
        if node in found or (node.op == "call_function" and overwrites(node)):
            found.update(node.all_input_nodes)
    return found


def unread(program: ExportedProgram, places: tuple[int, ...] | None = None) -> tuple[str, ...]:
    """Names of the parameters that no output depends on, such as those of heads that only training runs.

    Args:
        places: of the outputs that count; all where not given.
    """
    nodes = [node for node in program.graph.nodes if node.op == "placeholder"]
    specs = zip(nodes, program.graph_signature.input_specs, strict=True)
    reaching = _reaching(program, places)
    found = [(str(spec.target), node in reaching) for node, spec in specs if spec.kind is InputKind.PARAMETER]
    read = {program.state_dict[name].data_ptr() for name, users in found if users}  # tied weights are read under one name
    return tuple([name for name, users in found if not users and program.state_dict[name].data_ptr() not in read])
