"""Numerical parity of any network with a reference, in double precision.

A fixture (`fixtures/references/NAME.json`) is what `fixtures/make_reference.py` wrote of a network of timm, torchvision or a file of
plain PyTorch: the roles and shapes of its learned tensors in the order of their first use, what it gives for reproducible inputs, its
parameters and multiply-accumulates. The module under test is filled the same way (`filled.py`) and has to give the same. Names do not
matter; where the order of use leaves a choice that is no difference in meaning (paths that are run in another order), the fixture has a
`map` from names of ours to places of the order.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import torch
from filled import Input, Output, run, squeezed
from torch import Tensor, nn

FIXTURES = Path(__file__).parent / "fixtures" / "references"

TOLERANCE = 1e-8  # double precision; an epsilon of a norm that is wrong in its last digit is seen


class Reference(NamedTuple):
    """What a reference network gave.

    Attributes:
        made_by: what it was.
        spec: the network of the zoo that is meant.
        settings: knobs for the comparison of outputs: a smaller image, mostly.
        inputs: of the comparison of outputs.
        params: number of learned values.
        macs: multiply-accumulates of convolutions and linear layers for one sample, without `settings`.
        tensors: role and squeezed shape of each learned tensor, in the order of first use.
        outputs: in order.
        map: places in `tensors` for names of ours that the order alone would pair otherwise.
    """

    made_by: str
    spec: str
    settings: dict[str, Any]
    inputs: list[Input]
    params: int
    macs: int
    tensors: list[tuple[str, tuple[int, ...]]]
    outputs: list[Output]
    map: dict[str, int]


def names() -> list[str]:
    """The fixtures that there are."""
    return sorted(path.stem for path in FIXTURES.glob("*.json"))


def read(name: str) -> Reference:
    """The fixture of this name."""
    data = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    kinds = [(kind, tuple(shape)) for kind, *shape in data.pop("kinds")]
    data["tensors"] = [kinds[number] for number in data["tensors"]]
    data["inputs"] = [Input(tuple(entry["shape"]), entry.get("below", 0)) for entry in data["inputs"]]
    data["outputs"] = [Output(**{**entry, "shape": tuple(entry["shape"])}) for entry in data["outputs"]]
    return Reference(**{"settings": {}, "map": {}, **data})


def text(reference: Reference) -> str:
    """The file of a fixture: each distinct tensor once."""
    kinds = list(dict.fromkeys(reference.tensors))
    data = {
        **reference._asdict(),
        "inputs": [entry._asdict() for entry in reference.inputs],
        "kinds": [[kind, *shape] for kind, shape in kinds],
        "tensors": [kinds.index(tensor) for tensor in reference.tensors],
        "outputs": [entry._asdict() for entry in reference.outputs],
    }
    return "{\n" + ",\n".join(f'"{key}": {json.dumps(value)}' for key, value in data.items()) + "\n}\n"


class Pairing:
    """Finds for each learned tensor of ours, as it is used, the counterpart: the next of its shape, unless the map says which."""

    def __init__(self, reference: Reference):
        self.reference = reference
        self.free = {place: shape for place, (_, shape) in enumerate(reference.tensors) if place not in reference.map.values()}

    def __call__(self, name: str, tensor: Tensor) -> tuple[str, int]:
        """Role and place of the counterpart."""
        place, shape = self.reference.map.get(name), squeezed(tensor.shape)
        if place is None:
            place = next((place for place, wanted in self.free.items() if wanted == shape), None)
            assert place is not None, f"the reference has no further tensor of shape {shape}, which {name} has"
            del self.free[place]
        return self.reference.tensors[place][0], place


def difference(module: nn.Module, reference: Reference) -> float:
    """Largest difference of an output from the reference's, relative to the root mean square of that output. Overwrites all weights.

    Raises:
        AssertionError: the tensors cannot be paired, outputs differ in number or shape, or hardly depend on the input.
    """
    unknown = set(reference.map) - {name for name, _ in module.named_parameters()}
    assert not unknown, f"the map names what is not there: {', '.join(sorted(unknown))}"
    inputs = [entry.sample(index) for index, entry in enumerate(reference.inputs)]
    pairing = Pairing(reference)
    given = run(module.double(), inputs, pairing).outputs
    left = list(pairing.free.values())
    assert not left, f"{len(left)} tensors of the reference have no counterpart, the first has the shape {left[0]}"
    assert [output.shape for output in given] == [output.shape for output in reference.outputs]
    return max(_difference(ours, theirs) for ours, theirs in zip(given, reference.outputs, strict=True))


def _difference(ours: Output, theirs: Output) -> float:
    check_spread(theirs)
    size = len(theirs.first) * math.prod(theirs.shape)
    first = (torch.tensor(ours.first).double() - torch.tensor(theirs.first).double()).abs().max().item()
    return max(first * math.sqrt(size), abs(ours.norm - theirs.norm)) / theirs.norm


def check_spread(output: Output) -> None:
    """Refuse an output that is nearly the same for both samples: it would agree whatever the layers before it do."""
    assert output.spread > 0.01, f"output {output.name} hardly depends on the input: {output.spread:.1e}"
