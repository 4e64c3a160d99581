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
@click.option(
    "--columns",
    metavar="NAME,...",
    help="These columns, in this order, as `build` names them: input,operator,exp,out,params,MACs.",
)
@output_option
@knob_option
@limit_options
def command(
    spec: str, form: str | None, columns: str | None, output: Path | None, settings: tuple[str, ...], limits: Limits
) -> None:
    """The table of SPEC as its paper prints it, for Markdown, LaTeX (booktabs) or as a page that stands alone.

    Blocks, words and columns have the names that the spec gives under `title` and `titles`.
    """
    chosen = form_of(form, output, FORMS) if form or output else "markdown"
    names = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    if names == []:
        raise click.UsageError("--columns names no column")
    write_sheet(open_net(spec, settings, limits).printed_table(names), chosen, output)
