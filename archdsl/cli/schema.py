"""`archdsl schema`."""

from __future__ import annotations

import click

from archdsl.cli.common import print_json


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of specs. Editors check and complete with it: `# yaml-language-server: $schema=FILE`."""
    from archdsl.spec.schema import schema

    print_json(schema())
