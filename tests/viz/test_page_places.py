"""Where a page puts things: chains are placed without the general layout, and stand where that would put them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from studios import browser_needed, chromium

import archdsl

pytestmark = browser_needed

BOTH = """(rankdir) => {
  const model = makeModel(JSON.parse(byId("data").textContent)), found = { chains: 0, others: 0, worst: 0 };
  const compare = (a, b) => { const far = Math.abs(a - b); if (!(far <= found.worst)) found.worst = far; };
  const points = (a, b) => { compare(a.x, b.x); compare(a.y, b.y); };
  const look = (group) => {
    for (const part of group.children) { part.open = part.opens; if (part.opens) look(part); }
    for (const part of group.children) part.size = part.opens ? arrange(part, rankdir).size : sizeOf(part);
    const arrows = arrowsOf(group), row = chain(group, arrows);
    if (!row) { found.others += 1; return; }
    found.chains += 1;
    const quick = inLine(row, arrows, rankdir), same = chain;
    chain = () => null;
    const general = layOut(group, arrows, rankdir, "r");
    chain = same;
    compare(quick.graph().width, general.graph().width);
    compare(quick.graph().height, general.graph().height);
    for (const key of general.nodes()) points(quick.node(key), general.node(key));
    arrows.forEach((arrow, number) => {
      const one = quick.edge(arrow.a, arrow.b, `${number}`), other = general.edge(arrow.a, arrow.b, `${number}`);
      if (arrow.label) points(one, other);
      for (const end of [0, -1]) points(one.points.at(end), other.points.at(end));
    });
  };
  look(model.root);
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("name", ["dpnet", "resnext50", "shufflenet_v2", "siamese_resnet18"])
def test_a_chain_stands_where_the_general_layout_puts_it(name: str, browser: Browser, tmp_path: Path) -> None:
    made = tmp_path / f"{name}.html"
    archdsl.load(name).diagram().save(made)
    page = browser.new_page()
    page.goto(made.as_uri())
    for rankdir in ("TB", "LR"):
        found = page.evaluate(BOTH, rankdir)
        assert found["chains"] > 5
        assert found["others"] > 0
        assert found["worst"] < 1e-9
    page.close()
