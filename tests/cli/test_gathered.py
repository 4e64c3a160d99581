"""Options that belong together come as one argument."""

from __future__ import annotations

from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from archdsl.cli.gathered import gathered, given


@dataclass(frozen=True)
class Target:
    output: str | None = given(click.option("-o", "--output", help="A file."))
    many: tuple[int, ...] = given(click.option("--many", type=int, multiple=True, help="Some numbers."))


@click.command("draw")
@click.option("--first", default=1)
@gathered("target", Target)
@click.option("--last", is_flag=True)
def draw(first: int, target: Target, last: bool) -> None:
    click.echo(f"{first} {target} {last}")


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("", "1 Target(output=None, many=()) False"),
        ("--first 2 -o a --many 3 --many 4 --last", "2 Target(output='a', many=(3, 4)) True"),
    ],
)
def test_values(line: str, printed: str) -> None:
    assert CliRunner().invoke(draw, line.split()).output == f"{printed}\n"


def test_help_is_in_the_order_of_the_fields() -> None:
    text = CliRunner().invoke(draw, ["--help"]).output
    places = [text.index(option) for option in ("--first", "--output", "--many", "--last", "--help")]
    assert places == sorted(places)
