"""What `bench` and `reproduce table7` share: options of a measurement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from archdsl.cli.common import F
from archdsl.cli.gathered import gathered, given
from archdsl.measure.job import DTYPES, FLOAT32, TF32
from archdsl.measure.runtimes import RUNTIMES

if TYPE_CHECKING:
    from archdsl.measure.bench import Asked


class Numbers(click.ParamType[tuple[int, ...]]):
    """Positive numbers with commas between them."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if not all(part.isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"'{value}' is not a list of positive numbers, as 1,16", param, ctx)
        return tuple(dict.fromkeys(map(int, parts)))


def words(option: str, text: str) -> tuple[str, ...]:
    """Names with commas between them. Raises UsageError where there is none."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise click.UsageError(f"{option} names no {option.removeprefix('--')}")
    return found


def _batch(batches: str) -> Callable[[F], F]:
    text = "Images in a batch."
    return click.option("--batch", type=Numbers(), default=batches, show_default=True, metavar="N,...", help=text)


def _runtimes() -> str:
    """The runtimes, for the help: those that run where none is named, then the others."""
    usual = [runtime.word for runtime in RUNTIMES.values() if runtime.usual]
    others = [runtime.word for runtime in RUNTIMES.values() if not runtime.usual]
    return f"{', '.join(usual)}; {', '.join(others)}. [default: of the first {len(usual)} those installed]"


@dataclass(frozen=True)
class Measuring:
    """What was asked for on the command line."""

    runtime: str | None = given(click.option("--runtime", metavar="NAME,...", help=_runtimes()))
    batch: tuple[int, ...] = given(_batch("1"))
    threads: tuple[int, ...] | None = given(
        click.option("--threads", type=Numbers(), metavar="N,...", help="Threads of a runtime. [default: all cores]")
    )
    dtype: str = given(
        click.option(
            "--dtype",
            default=FLOAT32,
            show_default=True,
            metavar="TYPE,...",
            help=f"Of weights and maps: {', '.join((*DTYPES, TF32))}, as far as a runtime has them.",
        )
    )
    optimize: bool = given(click.option("--optimize", is_flag=True, help="Run networks after the passes for inference."))
    both: bool = given(click.option("--both", is_flag=True, help="Run each network as written and optimised."))
    autotune: bool = given(
        click.option(
            "--autotune",
            is_flag=True,
            help="Choose the forms of optimised networks by measuring; means --optimize.",
        )
    )
    rounds: int | None = given(click.option("--rounds", type=click.IntRange(1), metavar="N", help="Rounds of a configuration."))
    seconds: float | None = given(
        click.option("--seconds", type=click.FloatRange(0, min_open=True), metavar="S", help="Time for its rounds. [default: 5]")
    )

    def asked(self) -> Asked:
        """The same as the question that it is. Raises UsageError for options that exclude each other."""
        from archdsl.measure.bench import AS_WRITTEN, OPTIMISED, ROUNDS, Asked
        from archdsl.measure.job import Rounds
        from archdsl.measure.machine import cores

        if self.rounds and self.seconds:
            raise click.UsageError("--rounds and --seconds exclude each other")
        names = () if self.runtime is None else words("--runtime", self.runtime)
        optimised = self.optimize or self.autotune
        versions = (AS_WRITTEN, OPTIMISED) if self.both else (OPTIMISED,) if optimised else (AS_WRITTEN,)
        rounds = Rounds(self.rounds, self.seconds or ROUNDS.seconds)
        dtypes = tuple(dict.fromkeys(part.strip() for part in self.dtype.split(",")))
        return Asked(names, self.batch, self.threads or (cores(),), versions, self.autotune, rounds, dtypes)


def measuring_options(batches: str) -> Callable[[F], F]:
    """Options that become one argument, `measuring`; `batches` are those of --batch where it is not given."""
    return gathered("measuring", Measuring, batch=_batch(batches))


def runtimes_text() -> str:
    """Every runtime and what it is, to stand under the help of a command."""
    width = max(map(len, RUNTIMES))
    return "\n".join(["\b", "Runtimes:", *(f"  {word:{width}}  {runtime.doc}" for word, runtime in RUNTIMES.items())])


def flags_given() -> list[str]:
    """Options of a measurement that stand on the command line of the command that runs."""
    here = click.get_current_context()
    names = [field.name for field in fields(Measuring)]
    return [f"--{name}" for name in names if here.get_parameter_source(name) is ParameterSource.COMMANDLINE]
