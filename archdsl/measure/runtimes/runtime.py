"""What a runtime says of itself: the files that it reads, how it loads one, and the packages that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from archdsl.compilers.forms import FORMS
from archdsl.errors import BackendError, InputError, choices, unknown
from archdsl.extras import missing
from archdsl.measure.job import DTYPES, FLOAT32, TF32, Configuration, File, Shape
from archdsl.measure.runtimes.device import PROCESSOR, Device
from archdsl.measure.timing import Pass

Load = Callable[[File, Configuration], Pass]
"""Reads the network of a file, and gives what runs one forward pass on a fixed random batch. A process runs one configuration."""

MODULE, MODULE_SUFFIX = "module", ".pt"
"""The form of a torch module that is saved whole, beside those of `archdsl.compilers.forms`."""


SHORT = {"fp32": FLOAT32, "float": FLOAT32, "fp16": "float16", "half": "float16", "bf16": "bfloat16"}
"""What people write for types."""


@dataclass(frozen=True)
class Runtime:
    """A way to run a network.

    Attributes:
        word: that asks for it.
        doc: what it is, in a few words.
        form: that a network is written in for it: `module`, or the word of an export's form.
        library: that runs the network, as it is imported and installed; its version is recorded.
        extra: of archdsl that brings the library and what writes the form.
        load: imports the library and loads the network of a file.
        writers: packages that write its form, beside the library.
        also_reads: endings of files that it reads beside those of its form.
        stands_for: other forms of an export that run in it, so that it is what is measured for them.
        usual: whether it runs where no runtime is named.
        dtypes: in which it can hold weights and maps.
        device: where it runs.
    """

    word: str
    doc: str
    form: str
    library: str
    extra: str
    load: Load
    writers: tuple[str, ...] = ()
    also_reads: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()
    usual: bool = True
    dtypes: tuple[str, ...] = (FLOAT32,)
    device: Device = PROCESSOR

    @property
    def suffix(self) -> str:
        """The ending of a file of its form."""
        return MODULE_SUFFIX if self.form == MODULE else FORMS[self.form].suffix

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the files that it reads, that of its form first."""
        return (self.suffix, *self.also_reads)

    def lacking(self, writing: bool = False) -> list[str]:
        """Packages that are not installed. Nothing is imported.

        Args:
            writing: those that write its form count too.
        """
        needed = (self.library, *(self.writers if writing else ()))
        return [package for package in needed if find_spec(package) is None]

    def require(self, writing: bool = False) -> None:
        """Raise BackendError where a package is not installed, or its device is not there."""
        lacking = self.lacking(writing)
        if lacking:
            raise missing(f"the runtime {self.word}", lacking, self.extra)
        why = self.device.lacks()
        if why:
            raise BackendError(f"the runtime {self.word} cannot run here: {why}")

    def at(self, batch: int = 1, threads: int = 1, dtype: str = FLOAT32) -> Configuration:
        """A configuration of it; threads are nothing to a card.

        Raises:
            InputError: there is no such type, or the runtime does not have it.
        """
        check_dtype(dtype)
        if dtype not in self.dtypes:
            one = len(self.dtypes) == 1
            raise InputError(f"{self.word} runs networks in {self.dtypes[0] if one else choices(self.dtypes)}, not in {dtype}")
        return Configuration(self.word, batch, 0 if self.device.card else threads, dtype)


def check_dtype(word: str) -> None:
    """Raise InputError for a type that no runtime has, with the near miss."""
    if word not in (*DTYPES, TF32):
        message, hint = unknown("dtype", word, (*DTYPES, TF32))
        meant = SHORT.get(word.lower())
        raise InputError(f"{message}; " + (f"did you mean '{meant}'?" if meant else hint))


def noise(file: File, at: Configuration) -> list[Any]:
    """A batch for every input of a network, the same for every call: random values as float32, or random indices as int64."""
    import numpy as np

    generator = np.random.default_rng(0)

    def batch(shape: Shape, below: int) -> Any:
        size = (at.batch, *shape)
        return generator.integers(below, size=size) if below else generator.standard_normal(size, dtype=np.float32)

    return [batch(shape, below) for shape, below in zip(file.shapes, file.below or (0,) * len(file.shapes), strict=True)]
