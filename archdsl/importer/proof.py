"""Whether an imported network is the original: outputs in double precision, parameters, other sizes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.design import Design
from archdsl.errors import ArchdslError, BackendError, SpecError
from archdsl.importer.imported import Imported

NEAR = 1e-8
"""What outputs may differ by in double precision, as a share of their size: the order of additions, and nothing else."""


@dataclass(frozen=True)
class Proof:
    """What was compared.

    Attributes:
        difference: the largest of a value of any output, as a share of the output's size; None where nothing was run, and `why`.
        parameters: that the spec has.
        sizes: for each size beside its own at which both were run, how they differ; a text where the original takes it and the spec
            does not, or the other way round.
    """

    difference: float | None
    why: str
    parameters: int | None
    sizes: dict[str, float | str]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        measured = [self.difference, *[value for value in self.sizes.values() if isinstance(value, float)]]
        return all(value is None or value <= NEAR for value in measured)


def prove(imported: Imported, seed: int = 0) -> Proof:
    """Run the original and the spec with its weights on random inputs."""
    if imported.missing:
        return Proof(None, "opaque steps cannot be run", None, {})
    module = imported.module
    parameters = sum(tensor.numel() for tensor in module.parameters())
    if imported.run is None:
        return Proof(None, "an ONNX file is not run: nothing was compared", parameters, {})
    return Proof(_difference(imported, imported.design, seed), "", parameters, _other_sizes(imported, seed))


def _difference(imported: Imported, design: Design, seed: int) -> float:
    assert imported.run is not None
    graph = design.graph()
    module = imported.doubled if design is imported.design else _at(imported, design)
    generator = torch.Generator().manual_seed(seed)
    given = tuple([x.double() if x.is_floating_point() else x for x in batch_of(graph, 2, generator)])
    wanted = imported.run(*given)
    with torch.no_grad():
        came = in_order(module(*given))
    if len(came) != len(wanted):
        raise BackendError(f"the spec gives {len(came)} outputs where the original gives {len(wanted)}")
    return max(float((a - b).abs().max() / b.square().mean().sqrt().clamp_min(1e-300)) for a, b in zip(came, wanted, strict=True))


def _at(imported: Imported, design: Design) -> torch.nn.Module:
    """The spec at another size, with the same weights."""
    module = compile(design.graph()).eval().double()
    module.load_state_dict(imported.doubled.state_dict())
    return module


def _other_sizes(imported: Imported, seed: int) -> dict[str, float | str]:
    """The same at a resolution a seventh larger, where the spec has a knob for it."""
    knob = imported.design.spec.knobs.get("resolution")
    if knob is None:
        return {}
    size = int(imported.graph.input.shape[-1])
    other = size + 32 * max(1, size // 224)
    try:
        design = Design.loads(imported.text, resolution=other)
        return {f"{other}x{other}": _difference(imported, design, seed)}
    except ArchdslError as error:
        why = error.diagnostics[0].message if isinstance(error, SpecError) else str(error)
        return {f"{other}x{other}": f"the spec does not take it: {why}"}
    except Exception:  # whatever the original raises at a size that it does not take
        return {f"{other}x{other}": "the original does not take it"}
