"""What an import gives: the text of a spec, the weights under its names, and what could not be said."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from archdsl.compilers.optimized import fill
from archdsl.compilers.torch import compile
from archdsl.cost.opaque import opaque_steps
from archdsl.design import Design
from archdsl.errors import BackendError, InputError
from archdsl.importer.draft import Draft, Returned
from archdsl.importer.in_double import InDouble
from archdsl.importer.original import NEAR, NEAR_FOR_ROUNDED, Original, Run
from archdsl.importer.same import counterparts
from archdsl.importer.write import spec_text
from archdsl.importer.write.sums import summed
from archdsl.ir.graph import Graph


class Missing(NamedTuple):
    """A step that the language has no operator for.

    Attributes:
        name: of the node.
        what: the call that it stands for.
        why: no operator does it.
        elements: that it reads and writes for one image: its size, as nothing else of its cost is known.
    """

    name: str
    what: str
    why: str
    elements: int


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that was imported.

    Attributes:
        text: of the spec.
        design: the spec, read again.
        weights: values of the tensors of its nodes, by `<node>.<tensor>`.
        returned: what of the original's outputs the spec gives.
        missing: opaque steps, those first that read and write most.
        parameters, buffers: elements that the original has; None where the file does not tell.
        originals: ways to run what was imported, the most exact one first.
        left_out: names of parameters of the original that no output depends on.
        unread: their elements.
        fixed: elements that the spec learns and the original holds fixed, as buffers.
    """

    text: str
    design: Design
    weights: Mapping[str, Tensor]
    returned: Returned
    missing: tuple[Missing, ...] = ()
    parameters: int | None = None
    buffers: int | None = None
    originals: tuple[Original, ...] = ()
    left_out: tuple[str, ...] = ()
    unread: int = 0
    fixed: int = 0

    @property
    def graph(self) -> Graph:
        return self.design.graph()

    @cached_property
    def module(self) -> nn.Module:
        """The spec compiled, with the weights of the original, in evaluation mode.

        Raises:
            BackendError: the spec has opaque steps.
        """
        if self.missing:
            raise BackendError(
                f"the spec has {len(self.missing)} opaque steps, which nobody can run; the first is '{self.missing[0].name}'"
            )
        module = compile(self.graph).eval()
        kinds = {tensor.dtype for tensor in self.weights.values() if tensor.is_floating_point()}
        if kinds == {torch.float64}:
            module = module.double()
        fill(module, self.graph, {name: tensor.detach().cpu().numpy() for name, tensor in self.weights.items()})
        return module

    @cached_property
    def doubled(self) -> nn.Module:
        """The same in double precision, without rounding weights that follow from others in it.

        Raises:
            BackendError: the spec has opaque steps.
        """
        module = copy.deepcopy(self.module).double()
        fill(module, self.graph, {name: tensor.detach().cpu().numpy() for name, tensor in self.weights.items()})
        return module

    @property
    def state(self) -> dict[str, Tensor]:
        """The weights under the names of the compiled spec."""
        return {name: tensor.clone().contiguous() for name, tensor in self.module.state_dict().items()}

    def save_weights(self, path: Path) -> None:
        """Write the weights as safetensors, under the names of the compiled spec. The file appears whole or not at all."""
        from archdsl import artifacts
        from archdsl.extras import needed_by

        with needed_by("writing weights"):
            from safetensors.torch import save
        artifacts.write(path, save(self.state))


def imported(draft: Draft, title: str, source: str, knobs: bool, **about: object) -> Imported:
    """The spec of a draft, read again, with the weights under its names."""
    written = summed(draft.graph)
    text = spec_text(written, title=title, source=source, knobs=knobs)
    design = Design.loads(text)
    graph = design.graph()
    pairs = counterparts(written, graph)
    weights = {}
    for name, tensor in draft.weights.items():
        node, _, part = name.rpartition(".")
        if node in pairs:
            weights[f"{graph[pairs[node]].owner}.{part}"] = tensor
    return Imported(text, design, weights, draft.returned, _missing(draft, design, pairs), **about)  # type: ignore[arg-type]


def _missing(draft: Draft, design: Design, pairs: Mapping[str, str]) -> tuple[Missing, ...]:
    """The opaque steps of a draft by their names in the spec, the largest first."""
    reasons = {pairs[name]: why for name, why in draft.reasons.items() if name in pairs}
    if not reasons:
        return ()
    steps = opaque_steps(design.cost())
    return tuple([Missing(step["name"], step["what"], reasons[step["name"]], step["elements"]) for step in steps])


def from_module(
    model: nn.Module, example: Tensor | tuple[Tensor, ...], *, title: str = "", source: str = "", knobs: bool = False
) -> Imported:
    """A model of PyTorch as a spec.

    Args:
        example: a batch of each input; of one image, two are made.
        title: name of the network; the model's class where not given.
        source: where it comes from.
        knobs: whether a width multiplier is put in.

    Raises:
        BackendError: torch.export cannot trace the model, or it has no batch.
    """
    from archdsl.importer.program import drafted
    from archdsl.importer.tracing import traced, unread

    given = tuple([_twice(tensor) for tensor in (example if isinstance(example, tuple) else (example,))])
    title = title or type(model).__name__
    program = traced(model, given)
    draft = drafted(program, title)
    left_out = unread(program, draft.returned.places)
    kept = program.state_dict
    parameters = sum(tensor.numel() for tensor in model.parameters())
    buffers = sum(tensor.numel() for name, tensor in model.named_buffers() if name in kept)
    return imported(
        draft,
        title,
        source,
        knobs,
        parameters=parameters,
        buffers=buffers,
        fixed=draft.fixed,
        originals=(_original(model, draft),),
        left_out=left_out,
        unread=sum(model.get_parameter(name).numel() for name in left_out),
    )


def from_file(
    path: Path, *, title: str = "", knobs: bool = False, sizes: Mapping[str, tuple[int, ...]] | None = None
) -> Imported:
    """A spec of an ONNX file or of a program of torch.export (`.pt2`). No code of others is in these files.

    Args:
        sizes: shapes of inputs, without the batch, that the file leaves open.

    Raises:
        InputError: no such file, or none of these forms.
        BackendError: the file cannot be read.
    """
    title = title or path.stem
    ending = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if ending == ".onnx":
        from archdsl.importer.onnx import drafted as from_onnx
        from archdsl.importer.onnx_run import originals

        draft = from_onnx(path, title, dict(sizes or {}) or None)
        return imported(draft, title, path.name, knobs, originals=originals(path, draft.batch))
    if ending == ".pt2":
        return _from_program(path, title, knobs)
    raise InputError(f"{path} is neither .onnx nor .pt2; a model is imported by module:callable")


def _from_program(path: Path, title: str, knobs: bool) -> Imported:
    from archdsl.compilers.failures import first_line
    from archdsl.compilers.programs import quiet
    from archdsl.importer.program import drafted

    try:
        with quiet():
            program = torch.export.load(path)
    except Exception as error:  # what a damaged file raises has no common class
        raise InputError(f"{path} cannot be read as a program of torch.export: {first_line(error)}") from None
    module = program.module()
    parameters = sum(tensor.numel() for tensor in program.parameters())
    buffers = sum(tensor.numel() for tensor in program.buffers())
    draft = drafted(program, title)
    return imported(
        draft,
        title,
        path.name,
        knobs,
        parameters=parameters,
        buffers=buffers,
        fixed=draft.fixed,
        originals=(_original(module, draft, False),),
    )


def _original(model: nn.Module, draft: Draft, evaluated: bool = True) -> Original:
    return Original(_double(model, evaluated), near=NEAR_FOR_ROUNDED if draft.rounded else NEAR)


def _double(model: nn.Module, evaluated: bool = True) -> Run:
    """The model in double precision for one batch; it is left as it came."""

    def run(*given: Tensor) -> tuple[Tensor, ...]:
        state = copy.deepcopy(model.state_dict())  # with the versions that some models look for
        training = model.training
        try:
            if evaluated:
                model.eval()
            with _steady_eps(model), torch.no_grad(), InDouble():
                return tuple(tree_leaves(model.double()(*given)))
        finally:
            kinds = {tensor.dtype for tensor in state.values() if tensor.is_floating_point()}
            model.to(kinds.pop() if len(kinds) == 1 else torch.float32)
            model.load_state_dict(state)
            if evaluated:
                model.train(training)

    return run


@contextmanager
def _steady_eps(model: nn.Module) -> Iterator[None]:
    """Norms that take their epsilon from the precision keep that of single precision."""
    norms = [module for module in model.modules() if isinstance(module, nn.RMSNorm) and module.eps is None]
    try:
        for norm in norms:
            norm.eps = torch.finfo(torch.float32).eps
        yield
    finally:
        for norm in norms:
            norm.eps = None


def _twice(tensor: Tensor) -> Tensor:
    """A batch of two at least, so that a batch is told from an axis of length 1."""
    return tensor if tensor.shape[0] > 1 else torch.cat([tensor, tensor])
