"""`archdsl cost` as a whole process against the same count by thop as a whole process."""

from __future__ import annotations

import subprocess
import sys

from archdsl.measure.timing import interleave, ratio

THOP = """
import torch, thop, archdsl
module = archdsl.load("dpnet").module().eval()
print(thop.profile(module, (torch.zeros(1, 3, 224, 224),), verbose=False))
"""


def run(*args: str) -> None:
    subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    sides = {"archdsl cost dpnet": lambda: run("-m", "archdsl", "cost", "dpnet"), "thop": lambda: run("-c", THOP)}
    ours, thop = interleave(sides, 7)
    print(ours)
    print(thop)
    print(f"thop / archdsl: {ratio(thop, ours).median:.1f}")


if __name__ == "__main__":
    main()
