"""The `archdsl` program: finds the command, runs it, and turns every error into a message and an exit code.

Exit codes: 0 done, 1 a spec or input error, 2 wrong usage, 3 an answer of "no".
"""

from __future__ import annotations

import errno
import importlib
import os
import sys

import click

from archdsl.cli.streams import UNWRITTEN, give_up_output, open_streams
from archdsl.cli.terminal import coloured, echo, take_any_letter
from archdsl.errors import ArchdslError, near_miss, visible
from archdsl.extras import extra_of, needed_by

COMMANDS = {
    "build": "Build a network: its table, totals, a forward pass, and artifacts on disk.",
    "export": "Write a network as Python source, ONNX and other forms, checked by running it.",
    "cost": "The bill of a network by layer, without torch.",
    "whatif": "Before and after a change of knobs, and what changed where.",
    "sweep": "The exact cost of every variant on a grid of knobs, filters, and the Pareto front.",
    "solve": "The best knobs inside a budget, proven on the whole grid.",
    "reconcile": "Which readings of an open source give the figures that it prints.",
    "import": "A PyTorch model, an ONNX or .pt2 file as a spec, proven against the original.",
    "transform": "Partial, dual-path and other versions of a network, as a spec that says what differs.",
    "prune": "A narrower network that keeps a share of a cost, with its weights.",
    "diff": "Two networks aligned: what was added, removed and changed, and what it costs.",
    "compare": "Several networks side by side, the best of each cost marked.",
    "render": "Draw a network, or a part of it.",
    "figures": "Draw the figures of the paper from the blocks of the zoo.",
    "table": "The table of a network for a paper: Markdown, LaTeX, HTML.",
    "featuremaps": "The feature maps after a layer for an image, and how redundant they are.",
    "calibrate": "Measure this machine and write a device file, which latencies are predicted from.",
    "train": "Train a network on images, resumable to the bit; checkpoints, a report, weights.",
    "evaluate": "A trained network on the test split: top-1, top-5, loss.",
    "bench": "Running times of networks side by side, measured in several runtimes.",
    "reproduce": "A table or an equation of the paper: reported, computed or measured, and the difference.",
    "search": "Search variants by objectives that are measured, on one machine or a cluster.",
    "studio": "The sandbox in a browser: text, picture and bill of a spec, live.",
    "check": "Check specs: every mistake with its line, and warnings.",
    "list": "The networks of the zoo.",
    "new": "Write a starter spec.",
    "schema": "Print the JSON Schema of the language, for editors.",
}
MODULES = {"import": "import_model"}
"""Commands whose name no module can have."""


class Commands(click.Group):
    """Commands by name, each imported when it is called; a mistyped one gets the near miss."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"archdsl.cli.{MODULES.get(name, name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        from archdsl.cli.limits import limits_text

        with formatter.section("Limits, raised with --limits NAME=N,... or a variable of the environment"):
            formatter.write_dl(limits_text())

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            near = near_miss(args[0], COMMANDS)
            raise click.UsageError(f"no command '{args[0]}'; {near or 'commands: ' + ', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="archdsl", message="archdsl %(version)s")
def archdsl() -> None:
    """A sandbox for designing neural networks: specs in YAML, exact costs, PyTorch modules."""


def main() -> None:
    """Run the command line and exit."""
    take_any_letter()
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """The exit code of a command line. Messages go to standard error."""
    open_streams()
    code = _run(args)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has gone: `archdsl cost … | head`
        give_up_output()
    except OSError as error:
        show(explained(error))
        give_up_output()
        return code or 1
    return code


def _run(args: list[str]) -> int:
    try:
        if any("\0" in text for text in args):  # no shell can pass one on, programs can
            raise click.UsageError("an argument holds a NUL, which no name of a file and no value may")
        result = archdsl.main(args, prog_name="archdsl", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return 2
    except (click.exceptions.Abort, KeyboardInterrupt):  # click turns only those into an Abort that come while a command runs
        return 130
    except ArchdslError as error:
        show(str(error))
        return 1
    except (BrokenPipeError, SystemExit):  # as above; rich makes it an exit
        give_up_output()
        return 0
    except Exception as error:
        if os.environ.get("ARCHDSL_DEBUG"):
            raise
        show(explained(error))
        if isinstance(error, OSError):
            give_up_output()
        return 1


def explained(error: Exception) -> str:
    """The message of an error that no part of the program made into one of its own: output that is not taken, a missing package."""
    if isinstance(error, OSError) and error.errno in UNWRITTEN:
        what = error.filename if error.filename is not None else "the output"
        why = "it is closed" if error.errno == errno.EBADF else error.strerror
        return f"{what} cannot be written: {why}"
    if isinstance(error, ImportError) and extra_of(error):
        try:
            with needed_by("this command"):
                raise error
        except ArchdslError as told:
            return str(told)
    return f"internal error: {type(error).__name__}: {error}\nThis is a fault of archdsl; ARCHDSL_DEBUG=1 shows where."


def show(text: str) -> None:
    """A message on standard error; its parts in colour where that is a terminal."""
    text = visible(text, keep="\n")
    if not coloured(sys.stderr):
        echo(text, err=True)
        return
    for line in text.splitlines():
        style = {"fg": "red", "bold": True} if ": error:" in line else {"fg": "yellow"} if ": warning:" in line else {}
        if line.lstrip().startswith("^") or (" | " in line and set(line.split(" | ", 1)[1].strip()) == {"^"}):
            style = {"fg": "green", "bold": True}
        echo(click.style(line, **style), err=True, colours=True)
