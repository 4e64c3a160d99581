"""`archdsl.from_module` and what `archdsl import` prints: a spec with the proof that it is the original."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.cost.tables.result import Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import thousands
from archdsl.errors import ArchdslError
from archdsl.net.network import Net

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archdsl.importer.imported import Imported
    from archdsl.importer.proof import Proof


OTHERWISE = "counted otherwise"


@dataclass(frozen=True, eq=False, repr=False)
class ImportedNet(Result):
    """An imported network: `text` is its spec, `net` the network of it; printing it gives the proof.

    Attributes:
        found: the spec, its weights, and steps that the language has no operator for.
        proof: how its outputs compare with those of the original.
        counts: for each tool that is installed what it counts in the original and in the spec.
    """

    found: Imported
    proof: Proof
    counts: dict[str, tuple[int | None, int | None]]

    @property
    def text(self) -> str:
        return self.found.text

    @cached_property
    def net(self) -> Net:
        return Net.loads(self.text)

    @property
    def holds(self) -> bool:
        """Whether outputs were compared and are equal, and parameters are.

        What tools count hangs on which modules the original is written with.
        """
        return self.proof.holds and not self.differs

    @property
    def differs(self) -> bool:
        """Whether outputs or parameters are not equal, as far as they could be compared."""
        theirs = self.found.parameters
        ours = self.proof.parameters
        equal = theirs is None or ours is None or theirs - self._unread + self.found.fixed == ours
        return self.proof.differs or not equal

    @property
    def _unread(self) -> int:
        return self.found.unread

    def save(self, path: Path, weights: bool = False) -> tuple[Path, ...]:
        """Write the spec, and its weights beside it as safetensors.

        Raises:
            InputError: a file cannot be written.
            BackendError: weights are asked for and the spec has opaque steps.
        """
        from archdsl import artifacts

        beside = path.with_suffix(".safetensors")
        if weights:
            self.found.save_weights(beside)
        artifacts.write(path, self.text.encode())
        return (path, beside) if weights else (path,)

    def sheets(self, width: int = 100) -> list[Sheet]:
        rows = tuple([(row["what"], row["original"], row["spec"], row["verdict"]) for row in self._records()])
        return [
            Sheet(
                f"{self.net.name}, against the original",
                ("compared", "original", "spec", ""),
                rows,
                frozenset({"original", "spec"}),
            )
        ]

    def notes(self) -> list[str]:
        lines = []
        if self.found.left_out:
            first = ", ".join(self.found.left_out[:3])
            lines.append(
                f"{self._unread:,} parameters are read by no output at inference and are not in the spec: {first}"
                f"{' and others' if len(self.found.left_out) > 3 else ''}"
            )
        if self.found.returned.left_out:
            lines.append(f"no input changes these outputs, which the spec leaves out: {', '.join(self.found.returned.left_out)}")
        if self.found.fixed:
            lines.append(
                f"the original holds {self.found.fixed:,} numbers fixed that the spec learns, such as filters or zeros beside a bias"
            )
        if any(row["verdict"] == OTHERWISE for row in self._records()):
            lines.append("tools see modules, and count a call of a function otherwise than the module that computes the same")
        lines += [
            f"opaque: {step.name} stands for {step.what}, {thousands(step.elements)} elements: {step.why}"
            for step in self.found.missing[:10]
        ]
        if len(self.found.missing) > 10:
            lines.append(f"and {len(self.found.missing) - 10} more opaque steps")
        return lines

    def as_dict(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "proof": self._records(),
            "opaque": [step._asdict() for step in self.found.missing],
            "left_out": list(self.found.left_out),
            "outputs_left_out": list(self.found.returned.left_out),
            "spec": self.text,
        }

    def _records(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        proof = self.proof
        if proof.difference is not None:
            rows.append(_row(f"outputs in {proof.how}", "", f"{proof.difference:.1e}", proof.near(proof.difference)))
        else:
            rows.append(_row("outputs", "", proof.why, None))
        for size, difference in proof.sizes.items():
            if isinstance(difference, str):
                rows.append(_row(f"outputs at {size}", "", difference, None))
            else:
                rows.append(_row(f"outputs at {size}", "", f"{difference:.1e}", proof.near(difference)))
        if self.found.parameters is not None and proof.parameters is not None:
            theirs = self.found.parameters - self._unread
            row = _row("parameters", f"{theirs:,}", f"{proof.parameters:,}", theirs + self.found.fixed == proof.parameters)
            told = row["verdict"] == "equal" and self.found.fixed
            rows.append({**row, "verdict": f"equal but for {self.found.fixed:,} that it holds fixed"} if told else row)
        if self.found.buffers is not None and proof.parameters is not None:
            state, learned = self.found.module.state_dict(), dict(self.found.module.named_parameters())
            kept = sum(tensor.numel() for name, tensor in state.items() if name not in learned)
            row = _row("buffers", f"{self.found.buffers:,}", f"{kept:,}", True)
            rows.append(row if kept == self.found.buffers else {**row, "verdict": "tables that follow from sizes are not kept"})
        for tool, (theirs_count, ours) in self.counts.items():
            if theirs_count is not None and ours is not None:
                row = _row(tool, f"{theirs_count:,}", f"{ours:,}", theirs_count == ours)
                rows.append(row if theirs_count == ours else {**row, "verdict": OTHERWISE})
        return rows


def _row(what: str, original: str, spec: str, equal: bool | None) -> dict[str, Any]:
    return {"what": what, "original": original, "spec": spec, "verdict": "" if equal is None else "equal" if equal else "DIFFERS"}


def from_module(
    model: nn.Module, example: Tensor | tuple[Tensor, ...], *, name: str = "", knobs: bool = False, tools: bool = True
) -> ImportedNet:
    """A model of PyTorch as a spec that a person would edit, proven against the model.

    Args:
        example: a batch of each input: what the model is called with.
        name: of the network; the class of the model where not given.
        knobs: whether a width multiplier is put in, where channels share a factor.
        tools: whether counting tools that are installed count both.

    Raises:
        BackendError: torch.export cannot trace the model.
    """
    from archdsl.importer.imported import from_module as imported

    found = imported(model, example, title=name, knobs=knobs)
    return proven(found, model if tools else None)


def proven(found: Imported, model: nn.Module | None = None) -> ImportedNet:
    """The proof of an import; tools count where the model itself is there."""
    from archdsl.importer.proof import prove

    return ImportedNet(found, prove(found), _counted(found, model) if model is not None and not found.missing else {})


def _counted(found: Imported, model: nn.Module) -> dict[str, tuple[int | None, int | None]]:
    """What each installed tool counts in the original and in the spec, each in a copy, because tools leave hooks behind."""
    import copy
    import importlib.util

    from archdsl.measure.counting_tools import RUN, measure

    sizes = [node.shape for node in found.graph.inputs]
    counts: dict[str, tuple[int | None, int | None]] = {}
    for name, (package, _) in RUN.items():
        if importlib.util.find_spec(package) is None:
            continue
        both: list[int | None] = []
        for module in (model, found.module):
            try:
                both.append(measure(name, copy.deepcopy(module), *sizes))
            except ArchdslError:
                both.append(None)
            except Exception:  # tools fail on what they do not know, each in its own way
                both.append(None)
        counts[name] = (both[0], both[1])
    return counts
