"""The full bill of a network, every convention and memory, against running the counting tools on the compiled network."""

from __future__ import annotations

import archdsl
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.measure.counting_tools import verify
from archdsl.measure.timing import interleave, ratio

net = archdsl.load("dpnet")
graph = net.graph()


def bill() -> None:
    assert all(dict(Bill(graph).flops).values())
    assert memory(graph).peak_activation_bytes


def tools() -> None:
    assert all(entry.equal for entry in verify(net))


def main() -> None:
    ours, slow = interleave({"full bill": bill, "compile and run five tools": tools}, 5)
    print(ours)
    print(slow)
    print(f"tools / bill: {ratio(slow, ours).median:.0f}")


if __name__ == "__main__":
    main()
