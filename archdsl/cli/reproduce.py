"""`archdsl reproduce`."""

from __future__ import annotations

import click

from archdsl.cli.common import console, json_option, print_json, print_table


@click.command("reproduce")
@click.argument("name", metavar="TABLE")
@click.option("--counts-only", is_flag=True, help="Parameters and FLOPs; nothing is trained.")
@json_option
def command(name: str, counts_only: bool, as_json: bool) -> None:
    """A TABLE of Zhao & Wang 2022 (table2 to table6) computed again, and which figures do not match."""
    from archdsl.train.reproduction import counts, title

    if not counts_only:
        raise click.UsageError("accuracies would need training; --counts-only computes parameters and FLOPs")
    figures = counts(name)
    if as_json:
        print_json({"table": name, "figures": [figure.as_dict() for figure in figures]})
        return
    rows = [
        [f.network, f.metric, f.text, f"{f.computed:,}", f"{float(f.difference):+.2%}", "as printed" if f.matches else "differs"]
        for f in figures
    ]
    out = console()
    print_table(out, f"{name}: {title(name)}", ["network", "figure", "reported", "computed", "difference", ""], rows, _NUMBERS)
    wrong = [f"{f.network} ({f.metric} {f.text}, computed {f.computed:,})" for f in figures if not f.matches]
    out.print(f"  Not matched: {'; '.join(wrong)}" if wrong else "  Every figure is as printed.", soft_wrap=True)


_NUMBERS = ("reported", "computed", "difference")
