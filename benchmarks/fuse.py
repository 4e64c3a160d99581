"""The optimised module of a network against torch's own way: fx fuse (norms into convolutions) and channels last, eager.

python benchmarks/fuse.py [--batch 1] [--threads 2] [NETWORK...]     all networks of the zoo where none is named

Both in one process of torch, interleaved; below 1 ours is quicker. The outputs are compared first.
"""

from __future__ import annotations

import copy
import warnings
from functools import partial

import click
import torch
from torch.fx.experimental.optimization import fuse
from torch.fx.proxy import TraceError

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.torch.settle import settle
from archdsl.measure.timing import interleave, ratio
from archdsl.spec.locate import zoo_names


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
            theirs = fuse(copy.deepcopy(module)).to(memory_format=torch.channels_last)
        except TraceError:
            print(f"{name:24} torch's fuse cannot trace it", flush=True)
            continue
        image = torch.randn(batch, *net.graph().input.shape)
        wanted = theirs(image)
        assert (ours.module(image) - wanted).abs().max() <= 1e-3 * wanted.abs().max(), name
        as_theirs = image.contiguous(memory_format=torch.channels_last)
        sides = {"ours": partial(ours.module, image), "theirs": partial(theirs, as_theirs)}
        once = sum(timing.median for timing in interleave(sides, 3))
        rounds = max(7, min(400, int(seconds / once)))
        mine, other = interleave(sides, rounds, warmup=2)
        found = ratio(mine, other)
        slowest = max(slowest, found.median)
        times = f"{mine.median * 1e3:9.2f} ms / {other.median * 1e3:9.2f} ms"
        print(f"{name:24} {times} = {found.median:.3f}  ({found.low:.3f} to {found.high:.3f})", flush=True)
    print(f"largest ratio {slowest:.3f}")


if __name__ == "__main__":
    main()
