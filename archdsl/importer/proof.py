"""Whether an imported network is the original: outputs in double precision, parameters, other sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from archdsl.compilers.export import FLOOR, ROUNDINGS, Model, compare, distance_of_float32
from archdsl.compilers.failures import first_line
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.design import Design
from archdsl.errors import ArchdslError, BackendError, SpecError
from archdsl.importer.imported import Imported
from archdsl.importer.original import NEAR, Original


@dataclass(frozen=True)
class Proof:
    """What was compared.

    Attributes:
        difference: the largest of a value of any output, as a share of the output's size; None where nothing was run, and `why`.
        parameters: that the spec has.
        sizes: for each size beside its own at which both were run, how they differ; a text where the original takes it and the spec
            does not, or the other way round.
        allowed: what outputs may differ by.
        how: the precision of the original, and what ran it.
    """

    difference: float | None
    why: str
    parameters: int | None
    sizes: dict[str, float | str]
    allowed: float = NEAR
    how: str = "float64"

    def near(self, difference: float) -> bool:
        """Whether outputs that differ so may be equal but for rounding."""
        return difference <= self.allowed

    @property
    def holds(self) -> bool:
        """Whether outputs were compared, and are equal."""
        return self.difference is not None and not self.differs

    @property
    def differs(self) -> bool:
        """Whether outputs were compared, at any size, and are not equal."""
        measured = [self.difference, *[value for value in self.sizes.values() if isinstance(value, float)]]
        return not all(value is None or self.near(value) for value in measured)


def prove(imported: Imported, seed: int = 0) -> Proof:
    """Run the original and the spec with its weights on random inputs."""
    if imported.missing:
        return Proof(None, "opaque steps cannot be run", None, {})
    parameters = sum(tensor.numel() for tensor in imported.module.parameters())
    why = ""
    for original in imported.originals:
        try:
            if original.near is None:
                difference, allowed = _in_single(imported, original)
                return Proof(difference, "", parameters, {}, allowed, original.how)
            difference = _difference(imported, original, imported.design, seed)
            return Proof(difference, "", parameters, _other_sizes(imported, original, seed), original.near, original.how)
        except Exception as error:  # of many kinds, of what runs the original
            why = first_line(error)
    return Proof(None, f"the original cannot be run: {why}", parameters, {})


def _in_single(imported: Imported, original: Original) -> tuple[float, float]:
    """How far outputs in single precision differ, and what is allowed, as exports are judged: of the output that is worst."""
    model = Model(imported.graph, imported.module)
    _, differences = compare(model, lambda *given: kept(imported, original.run(*given)), (original.batch,))
    roundings = distance_of_float32(model, (original.batch,))
    allowed = {name: FLOOR + ROUNDINGS * rounding for name, rounding in roundings.items()}
    worst = max(allowed, key=lambda name: math.inf if math.isnan(differences[name]) else differences[name] / allowed[name])
    return differences[worst], allowed[worst]


def _difference(imported: Imported, original: Original, design: Design, seed: int) -> float:
    graph = design.graph()
    module = imported.doubled if design is imported.design else _at(imported, design)
    generator = torch.Generator().manual_seed(seed)
    given = tuple([x.double() if x.is_floating_point() else x for x in batch_of(graph, original.batch, generator)])
    wanted = original.run(*[x.clone() for x in given])  # a model may write into what it is given
    with torch.no_grad():
        came = in_order(module(*given))
    return max(map(_apart, came, kept(imported, wanted)), key=lambda far: math.inf if math.isnan(far) else far)


def kept(imported: Imported, returned: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Of what the original returns those outputs that the spec has, in its order.

    Raises:
        BackendError: it has others.
    """
    places = imported.returned.places
    found = returned if places is None else tuple([returned[place] for place in places if place < len(returned)])
    if len(found) != len(imported.graph.outputs) or not all(isinstance(tensor, Tensor) for tensor in found):
        raise BackendError(f"the spec has {len(imported.graph.outputs)} outputs where the original gives {len(returned)}")
    return found


def _apart(came: Tensor, wanted: Tensor) -> float:
    """How far an output is from the original's, as a share of the size of that."""
    if came.shape != wanted.shape:
        return math.inf
    return float((came - wanted).abs().max() / wanted.square().mean().sqrt().clamp_min(1e-300))


def _at(imported: Imported, design: Design) -> torch.nn.Module:
    """The spec at another size, with the same weights."""
    module = compile(design.graph()).eval().double()
    module.load_state_dict(imported.doubled.state_dict())
    return module


def _other_sizes(imported: Imported, original: Original, seed: int) -> dict[str, float | str]:
    """The same at a resolution a seventh larger, where the spec has a knob for it."""
    knob = imported.design.spec.knobs.get("resolution")
    if knob is None:
        return {}
    size = int(imported.graph.input.shape[-1])
    other = size + 32 * max(1, size // 224)
    try:
        design = Design.loads(imported.text, resolution=other)
        return {f"{other}x{other}": _difference(imported, original, design, seed)}
    except ArchdslError as error:
        why = error.diagnostics[0].message if isinstance(error, SpecError) else str(error)
        return {f"{other}x{other}": f"the spec does not take it: {why}"}
    except Exception:  # whatever the original raises at a size that it does not take
        return {f"{other}x{other}": "the original does not take it"}
