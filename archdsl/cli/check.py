"""`archdsl check`."""

from __future__ import annotations

import click

from archdsl.cli.common import json_option, knob_option, limit_options, print_json
from archdsl.errors import Diagnostic, SpecError
from archdsl.ir.limits import Limits


@click.command("check")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Warnings count as mistakes.")
@knob_option
@json_option
@limit_options
def command(specs: tuple[str, ...], strict: bool, settings: tuple[str, ...], as_json: bool, limits: Limits) -> int:
    """Check each SPEC: language, names, types, shapes. Exit code 3 where one has a mistake."""
    found = {spec: _check(spec, settings, limits) for spec in specs}
    bad = {spec: any(strict or not d.warning for d in diagnostics) for spec, diagnostics in found.items()}
    if as_json:
        entries = {spec: {"ok": not bad[spec], "diagnostics": [d.as_dict() for d in found[spec]]} for spec in specs}
        print_json(entries)
    else:
        _print(found, bad)
    return 3 if any(bad.values()) else 0


def _check(spec: str, settings: tuple[str, ...], limits: Limits) -> list[Diagnostic]:
    from archdsl.cli.common import open_net
    from archdsl.ir.verify import dead, verify

    try:
        net = open_net(spec, settings, limits)
        graph = verify(net.graph(), "elaboration")
    except SpecError as error:
        return list(error.diagnostics)
    unread = [
        Diagnostic(f"the output of '{node.name}' is read by nothing", node.mark, "join it, or leave it out", warning=True)
        for node in dead(graph)
        if not any(node.name in other.inputs for other in graph)
    ]
    return [*net.warnings, *unread]


def _print(found: dict[str, list[Diagnostic]], bad: dict[str, bool]) -> None:
    from archdsl.cli.main import show

    for spec, diagnostics in found.items():
        for diagnostic in diagnostics:
            show(str(diagnostic))
        errors = sum(not d.warning for d in diagnostics)
        warnings = len(diagnostics) - errors
        counts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((errors, "mistake"), (warnings, "warning")) if n]
        click.echo(f"{spec}: {', '.join(counts) or 'ok'}" + (" (strict)" if bad[spec] and not errors else ""))
