"""`archdsl table`."""

from __future__ import annotations

from pathlib import Path

import click

from archdsl.cli.common import knob_option, open_net, spec_argument
from archdsl.cli.limits import limit_options
from archdsl.cli.sheets import form_of, output_option, write_sheet
from archdsl.ir.limits import Limits

FORMS = ("markdown", "latex", "html")


@click.command("table")
@spec_argument
@click.option("--to", "form", type=click.Choice(FORMS), help="The form; if not given, by the ending of -o, markdown without -o.")
@click.option("--columns", metavar="NAME,...", help="These columns, in this order: input,operator,exp,out,SE,NL,s.")
@output_option
@knob_option
@limit_options
def command(
    spec: str, form: str | None, columns: str | None, output: Path | None, settings: tuple[str, ...], limits: Limits
) -> None:
    """The table of SPEC as its paper prints it, for Markdown, LaTeX (booktabs) or as a page that stands alone."""
    chosen = form or (form_of(output, FORMS) if output else "markdown")
    sheet = open_net(spec, settings, limits).table()
    if columns is not None:
        names = [name.strip() for name in columns.split(",") if name.strip()]
        if not names:
            raise click.UsageError("--columns names no column")
        sheet = sheet.only(names)
    write_sheet(sheet, chosen, output)
