"""`archdsl check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import echo
from archdsl.errors import Diagnostic, InputError, SpecError
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.cost.counting.lints import Note


class Checked(NamedTuple):
    diagnostics: list[Diagnostic]
    notes: list[Note]

    def ok(self, strict: bool) -> bool:
        return not any(strict or not d.warning for d in self.diagnostics)


@click.command("check")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Warnings count as mistakes.")
@click.option("--quiet", is_flag=True, help="Leave out the notes on what is legal but often a mistake.")
@knob_option
@json_option
@limit_options
def command(specs: tuple[str, ...], strict: bool, quiet: bool, settings: tuple[str, ...], as_json: bool, limits: Limits) -> int:
    """Check each SPEC: language, names, types, shapes, and notes on its design. Exit code 3 if one has a mistake."""
    found: dict[str, Checked] = {}
    unread: list[str] = []
    for spec in specs:
        try:
            found[spec] = _check(spec, settings, limits)
        except InputError as error:  # the others are checked all the same
            unread.append(str(error))
    if as_json:
        entries = {
            spec: {
                "ok": checked.ok(strict),
                "diagnostics": [d.as_dict() | {"fixes": _fixes(d)} for d in checked.diagnostics],
                "notes": [n.as_dict() for n in checked.notes],
            }
            for spec, checked in found.items()
        }
        print_json(entries)
    else:
        for spec, checked in found.items():
            _print(spec, checked, strict, quiet)
    if unread:
        raise InputError("\n".join(unread))
    return 0 if all(checked.ok(strict) for checked in found.values()) else 3


def _check(spec: str, settings: tuple[str, ...], limits: Limits) -> Checked:
    from archdsl.cost.counting.lints import lint
    from archdsl.ir.verify import verify

    try:
        net = open_net(spec, settings, limits)
        graph = verify(net.graph(), "elaboration")
    except SpecError as error:
        return Checked(list(error.diagnostics), [])
    return Checked(list(net.warnings), lint(graph))


def _fixes(found: Diagnostic) -> list[dict[str, Any]]:
    """What mends a mistake: changes of its file under a title; lines and columns count from 1, as those of the mistake do."""
    from archdsl.spec.suggest.fixes import fixes

    return [
        {
            "title": change.title,
            "edits": [
                {
                    "line": edit.line + 1,
                    "column": edit.column + 1,
                    "end_line": edit.end_line + 1,
                    "end_column": edit.end_column + 1,
                    "text": edit.text,
                }
                for edit in change.edits
            ],
        }
        for change in fixes(found)
    ]


def _print(spec: str, checked: Checked, strict: bool, quiet: bool) -> None:
    from archdsl.cli.main import show

    for diagnostic in checked.diagnostics:
        show(str(diagnostic))
    if not quiet:
        for note in checked.notes:
            echo(f"{spec}: {note}")
    errors = sum(not d.warning for d in checked.diagnostics)
    warnings = len(checked.diagnostics) - errors
    counts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((errors, "mistake"), (warnings, "warning")) if n]
    refused = " (strict)" if strict and warnings and not errors else ""
    echo(f"{spec}: {', '.join(counts) or 'ok'}{refused}")
