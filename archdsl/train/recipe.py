"""A recipe: how a network is trained. YAML files beside the specs; each field may be changed by `--set`, as knobs are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from archdsl.cost.checked_fields import Form, read_fields, text
from archdsl.cost.named_files import SUFFIXES, NamedFiles
from archdsl.errors import InputError, clip
from archdsl.spec.locate import zoo
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping as Pairs
from archdsl.spec.yaml import Node, Scalar, Sequence, TextLimits
from archdsl.train.rules import RULES, Rule, hint

LIMITS = TextLimits(bytes=65_536, depth=8, nodes=2_000)
ANY = "*"


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes:
        optimizer: sgd (with momentum) or adamw.
        lr: learning rate at its highest.
        weight_decay: of all weights; adamw's is decoupled.
        dropout: rate of every dropout of the network; where it has none, one is put in front of its last linear layer. None leaves
            the network as it is.
        norm_momentum: share that running statistics of batch norms take of every batch; None leaves the network as it is. What is
            usual on ImageNet, 0.01 for MobileNets, does not settle in a few hundred steps.
        batch: images of a step, over all processes and what is accumulated; by patterns of a spec's name, the first that fits.
        accumulate: parts that a batch is worked out in, one after the other, for less memory.
        epochs: passes over the training split.
        schedule: how the rate goes on after `warmup` epochs in which it rises to `lr`; see `archdsl.train.schedule`.
        label_smoothing: share of a label that is spread over all classes.
        ema: decay of the average of the weights that is tested and kept; 0 for none.
        clip: most that the norm of all gradients may be; 0 for no bound.
        precision: float32, bfloat16 or float16; below float32, weights stay in float32 and products are worked out in less.
        channels_last: the order of values in memory.
        crop: share of the side that is padded on each side before a crop is drawn; 0 for none.
        mirror: whether half of the images are mirrored, where a mirrored image is one of its class.
        readings: fields that the source leaves open, filled in by us.
    """

    name: str = ""
    source: str = ""
    optimizer: str = "sgd"
    lr: float = 0.1
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    dropout: float | None = None
    norm_momentum: float | None = None
    batch: Mapping[str, int] = field(default_factory=lambda: {ANY: 128})
    accumulate: int = 1
    epochs: int = 10
    schedule: str = "cosine"
    warmup: float = 0.0
    label_smoothing: float = 0.0
    ema: float = 0.0
    clip: float = 0.0
    precision: str = "float32"
    channels_last: bool = False
    crop: float = 0.0
    mirror: bool = False
    readings: tuple[str, ...] = ()

    def batch_for(self, spec: str) -> int:
        """Images of a step for a network, by the name of its spec or model in small letters: `resnet18` of specs/resnet18.yaml."""
        name = (Path(spec).stem if spec.endswith(SUFFIXES) else spec).lower()
        return next((count for pattern, count in self.batch.items() if fnmatchcase(name, pattern)), self.batch.get(ANY, 128))

    def changed(self, settings: Mapping[str, Any]) -> Recipe:
        """The recipe with other values for some fields.

        Raises:
            InputError: a field that there is not, or a value that does not fit.
        """
        found: dict[str, Any] = {}
        for name, value in settings.items():
            if name not in RULES:
                raise InputError(f"unknown field of a recipe '{clip(name)}'; {hint(name) or 'known: ' + ', '.join(RULES)}")
            value, wrong = RULES[name].take(value)
            if wrong:
                raise InputError(f"--set {name}: {wrong}")
            found[name] = {ANY: value} if name == "batch" else value
        changed = dataclasses.replace(self, **found, readings=tuple(one for one in self.readings if one not in found))
        if problem := changed.problem():
            raise InputError(problem)
        return changed

    def problem(self) -> str:
        """What does not go together; "" where all does."""
        if self.warmup and self.schedule == "one_cycle":
            return "warmup: one_cycle begins with a rise of its own; take schedule=cosine, or leave warmup out"
        if self.warmup > self.epochs:
            return f"warmup: {self.warmup:g} epochs are more than the {self.epochs} there are"
        uneven = [count for count in self.batch.values() if count % self.accumulate]
        if uneven:
            return f"accumulate: a batch of {uneven[0]} cannot be worked out in {self.accumulate} equal parts"
        if self.nesterov and not self.momentum:
            return "nesterov: Nesterov's momentum needs a momentum above 0"
        return ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON, and for `from_dict`."""
        return {**dataclasses.asdict(self), "batch": dict(self.batch), "readings": list(self.readings)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Recipe:
        """What `as_dict` gave. Raises InputError for a field that does not fit, as in a file that was changed by hand."""
        for name, rule in RULES.items():
            values = data[name].values() if name == "batch" else [data[name]]
            wrong = [problem for value in values if value is not None and (problem := rule.take(value)[1])]
            if wrong:
                raise InputError(f"{name}: {wrong[0]}")
        return cls(**{**data, "readings": tuple(data["readings"])})


def load_recipe(target: str | Path, beside: Path | None = None) -> Recipe:
    """A recipe by the path of its file, or by name: a shipped one, or a file in a folder `recipes` beside the spec or here.

    Raises:
        InputError: there is none; names the near miss.
        SpecError: mistakes in the file.
    """
    return _FILES.load(target, None if beside == zoo() else beside)


def recipe_names() -> tuple[str, ...]:
    """Names of the shipped recipes, sorted."""
    return _FILES.names


def _read(path: Path) -> Recipe:
    return Recipe(path.stem, **read_fields(path, FORM, _together))


def _together(report: Report, found: dict[str, Any]) -> None:
    if problem := Recipe(**found).problem():
        report.error(problem, None)


def _by_rule(rule: Rule) -> Any:
    def read(report: Report, key: Scalar, node: Node) -> Any:
        if not isinstance(node, Scalar):
            report.error(f"'{key.text}' must be {rule.wanted}, {kind(node)} came", node.mark)
            return None
        value, wrong = rule.take(node.value)
        if wrong:
            report.error(f"'{key.text}': {wrong}", node.mark)
            return None
        return value

    return read


def _batch(report: Report, key: Scalar, node: Node) -> dict[str, int] | None:
    """A number, or one for each pattern of names."""
    read = _by_rule(RULES["batch"])
    if not isinstance(node, Pairs):
        value = read(report, key, node)
        return None if value is None else {ANY: value}
    found = {pattern.text: read(report, key, value) for pattern, value in node.pairs}
    if ANY not in found:
        report.error(f"'batch' needs '{ANY}', the batch of all other networks", node.mark)
    return None if None in found.values() or ANY not in found else found


def _names(report: Report, key: Scalar, node: Node) -> tuple[str, ...] | None:
    if not isinstance(node, Sequence):
        report.error(f"'{key.text}' must be a list of fields, {kind(node)} came", node.mark)
        return None
    for item in node.items:
        if not isinstance(item, Scalar) or item.text not in RULES:
            word = item.text if isinstance(item, Scalar) else kind(item)
            report.unknown("field of a recipe", word, RULES, item.mark)
    return tuple(item.text for item in node.items if isinstance(item, Scalar))


_FIELDS = {name: _by_rule(rule) for name, rule in RULES.items()}
FORM = Form("recipe", {**_FIELDS, "source": text, "batch": _batch, "readings": _names}, {}, LIMITS)
_FILES = NamedFiles("recipe", zoo() / "recipes", "recipes", _read, working=("recipes",))
