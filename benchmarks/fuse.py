"""The optimised module of a network against torch's own way: fx fuse (norms into convolutions) and channels last, eager.

python benchmarks/fuse.py [--batch 1] [--threads 2] [NETWORK...]     all networks of the zoo where none is named

Both in one process of torch, interleaved; below 1 ours is quicker. The outputs are compared first.
"""

from __future__ import annotations

import copy
import warnings
from functools import partial
from typing import Any

import click
import torch
from torch import Tensor
from torch.fx.experimental.optimization import fuse
from torch.fx.proxy import TraceError

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.channels_last import channels_last, lie_channels_last
from archdsl.compilers.torch.settle import settle
from archdsl.measure.timing import interleave, ratio
from archdsl.spec.locate import zoo_names

TOLERANCE = 1e-2
"""Of an output's largest value: what rounding in float32 leaves of the deepest networks with random weights is 3e-3."""


@click.command()
@click.argument("networks", nargs=-1)
@click.option("--batch", default=1)
@click.option("--threads", default=2)
@click.option("--seconds", default=4.0)
@torch.inference_mode()
def main(networks: tuple[str, ...], batch: int, threads: int, seconds: float) -> None:
    torch.set_num_threads(threads)
    warnings.simplefilter("ignore")
    slowest = 0.0
    for name in networks or zoo_names():
        net = archdsl.load(name)
        torch.manual_seed(0)
        module = net.module()
        settle(module, net.graph(), 2)
        ours, _ = optimized(Model(net.graph(), module))
        try:
            theirs = fuse(copy.deepcopy(module))
        except (TraceError, TypeError):
            print(f"{name:24} torch's fuse cannot trace it", flush=True)
            continue
        given = batch_of(net.graph(), batch, torch.Generator().manual_seed(0))
        theirs, as_theirs = lie_channels_last(theirs), [channels_last(tensor) for tensor in given]
        wanted = in_order(module(*given))
        assert apart(ours.module(*given), wanted) <= TOLERANCE, name
        if apart(theirs(*as_theirs), wanted) > TOLERANCE:
            print(f"{name:24} torch's fuse computes something else", flush=True)
            continue
        sides = {"ours": partial(ours.module, *given), "theirs": partial(theirs, *as_theirs)}
        once = sum(timing.median for timing in interleave(sides, 3))
        rounds = max(7, min(400, int(seconds / once)))
        first, second = interleave(sides, rounds, warmup=2)
        found = ratio(first, second)
        slowest = max(slowest, found.median)
        times = f"{first.median * 1e3:9.2f} ms / {second.median * 1e3:9.2f} ms"
        print(f"{name:24} {times} = {found.median:.3f}  ({found.low:.3f} to {found.high:.3f})", flush=True)
    print(f"largest ratio {slowest:.3f}")


def apart(returned: Any, wanted: tuple[Tensor, ...]) -> float:
    """The largest difference of an output, over its largest value."""
    pairs = zip(in_order(returned), wanted, strict=True)
    return max(float((came - meant).abs().max() / meant.abs().max()) for came, meant in pairs)


if __name__ == "__main__":
    main()
