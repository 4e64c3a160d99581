"""Specs of 10,000 layers and more: text to graph to bill, and how time grows."""

from __future__ import annotations

from functools import partial

import archdsl
from archdsl.measure.timing import interleave, ratio


def rows(count: int) -> str:
    """A spec whose table has one convolution in each row."""
    lines = "\n".join(f"        - [conv, {16 + index % 8 * 8}, 3]" for index in range(count))
    return f"input: [3, 32, 32]\nnet:\n  - table:\n      columns: [op, out, kernel]\n      rows:\n{lines}\n"


def repeats(count: int) -> str:
    """The same number of layers from a loop."""
    return f"input: [16, 32, 32]\nnet:\n  - {{conv: {{out: 16, kernel: 3}}, repeat: {count}}}\n"


def cost(text: str) -> None:
    """Read, check, elaborate and cost one spec."""
    assert archdsl.loads(text).cost().macs


def main() -> None:
    for name, make in (("rows", rows), ("repeat", repeats)):
        sides = {f"{count:,} {name}": partial(cost, make(count)) for count in (2_500, 10_000)}
        small, large = interleave(sides, 5)
        print(small)
        print(large)
        print(f"four times the layers take {ratio(large, small).median:.2f} times as long")


if __name__ == "__main__":
    main()
