"""What a card does with compiled networks, in about three minutes: do they agree with float64, train in bfloat16, compile, and fit as
predicted.

`python benchmarks/gpu.py [NETWORK...] [--seconds S] [--save FILE.json] [--device cpu]`; without names, the whole zoo. Each part has its
share of the time; what it did not come to, and what failed, is listed. On a processor the same runs, to try the script.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import archdsl
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.settle import settle
from archdsl.cost.memory.training import training
from archdsl.measure.card import card
from archdsl.measure.machine import machine
from archdsl.measure.step_memory import measured_step
from archdsl.spec.locate import zoo_names

SECONDS = 180.0
SHARES = {"compiled": 0.3, "memory": 0.15, "networks": 0.55}
"""Of the time, in the order in which the parts run."""
BATCH = 2
AGREES = 1e-5
"""Of the size of the output, up to which float32 agrees with float64."""
COMPILED = "dpnet"
MEMORY = {"resnet18": 224, "mobilenet_v3": 224, "dpnet": 224, "vit_small": 224}
"""Networks whose step is measured, and their pixels."""
IMAGES = 64

Row = dict[str, Any]


class OutOfTime(BaseException):
    """A part has used up its share. No Exception, because libraries catch those and go on."""


@contextmanager
def box(seconds: float) -> Iterator[None]:
    """What runs inside ends with OutOfTime once the seconds have passed, at the next step of Python."""

    def over(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def each(names: list[str], seconds: float, work: Callable[[str], Row]) -> list[Row]:
    """A row for every name; one that fails, or that there was no time for, says so. Memory of the card is given back in between."""
    rows: list[Row] = []
    end = time.perf_counter() + seconds
    for name in names:
        row: Row = {"network": name}
        try:
            with box(end - time.perf_counter()):
                row |= work(name)
        except OutOfTime:
            row["failed"] = "no time was left"
        except Exception as error:  # whatever it is, the next network is tried
            row["failed"] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        rows.append(row)
        print("  " + "  ".join(f"{key} {shown(value)}" for key, value in row.items()), flush=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
    return rows


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2e}" if abs(value) < 1e-3 else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def on_device(net: archdsl.Net, device: str) -> tuple[nn.Module, list[Tensor]]:
    """A network with random weights and statistics of random images, in evaluation mode; and a batch for it."""
    torch.manual_seed(0)
    module = net.module().to(device)
    settle(module, net.graph(), images=4)
    return module.eval(), [given.to(device) for given in batch_of(net.graph(), BATCH, torch.Generator().manual_seed(1))]


def off(found: object, wanted: object) -> float:
    """The largest difference of two outputs, as a share of the largest value of that output."""
    pairs = zip(in_order(found), in_order(wanted), strict=True)  # type: ignore[arg-type]
    return max(float((a.double() - b.double()).abs().max() / b.double().abs().max().clamp_min(1e-30)) for a, b in pairs)


@torch.no_grad()
def from_float64(module: nn.Module, given: list[Tensor]) -> float:
    """How far float32 is off what the same weights give in float64; the module is in float32 again afterwards."""
    found = module(*given)
    module.double()
    wanted = module(*[x.double() if x.is_floating_point() else x for x in given])
    module.float()
    return off(found, wanted)


def in_bfloat16(module: nn.Module, given: list[Tensor], device: str) -> bool:
    """Whether a forward and backward pass by autocast gives finite outputs and gradients."""
    module.train()
    with torch.autocast(device, torch.bfloat16):
        outputs = in_order(module(*given))
        loss = torch.stack([output.float().square().mean() for output in outputs]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = [weight.grad for weight in module.parameters() if weight.grad is not None]
    return bool(gradients) and bool(torch.stack([gradient.isfinite().all() for gradient in (loss, *gradients)]).all())


def network(name: str, device: str) -> Row:
    """Float32 against float64, and a step by autocast."""
    module, given = on_device(archdsl.load(name), device)
    difference = from_float64(module, given)
    return {"from_float64": difference, "agrees": difference <= AGREES, "bfloat16_finite": in_bfloat16(module, given, device)}


def compiled(name: str, device: str) -> Row:
    """What torch.compile makes of a network, against the network itself."""
    module, given = on_device(archdsl.load(name), device)
    with torch.no_grad():
        wanted = module(*given)
        begin = time.perf_counter()
        found = torch.compile(module, dynamic=False)(*given)
        difference = off(found, wanted)
    return {"seconds": time.perf_counter() - begin, "from_eager": difference, "agrees": difference <= AGREES}


def memory(name: str, device: str) -> Row:
    """The peak of a training step, predicted over had: with what kernels take for a moment, and without."""
    net = archdsl.load(name).set(resolution=MEMORY[name])
    images, of_card = (IMAGES, True) if device == "cuda" else (2, False)
    before = 0
    if of_card:
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
    had = measured_step(net.module(), net.graph(), images, foreach=of_card, device=device)
    predicted = int(training(net.graph(), images, foreach=of_card).peak_bytes)
    row: Row = {"images": images, "predicted_bytes": predicted, "predicted/had": predicted / had}
    if of_card:
        row["predicted/with workspaces"] = predicted / (torch.cuda.max_memory_allocated() - before)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    asked = parser.parse_args()
    if asked.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("torch finds no CUDA device here; --device cpu tries the script on the processor")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    found: dict[str, Any] = {"machine": machine().as_dict(), "torch": torch.__version__, "card": str(card() or "none")}
    print(found["card"], f"torch {torch.__version__}", sep="\n", flush=True)
    parts: dict[str, tuple[list[str], Callable[[str, str], Row]]] = {
        "compiled": ([COMPILED], compiled),
        "memory": (list(MEMORY), memory),
        "networks": (asked.networks or zoo_names(), network),
    }
    end = time.perf_counter() + asked.seconds
    left = 1.0
    for part, (names, work) in parts.items():
        share = max(0.0, end - time.perf_counter()) * SHARES[part] / left  # what one part leaves, the next ones have
        left -= SHARES[part]
        print(f"{part}, {share:.0f} s", flush=True)
        found[part] = each(names, share, lambda name, work=work: work(name, asked.device))  # type: ignore[misc]
    summary(found)
    if asked.save:
        asked.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def summary(found: dict[str, Any]) -> None:
    """How many did what, and the farthest off."""
    done = [row for row in found["networks"] if "failed" not in row]
    agree, finite = sum(row["agrees"] for row in done), sum(row["bfloat16_finite"] for row in done)
    most = max(done, key=lambda row: row["from_float64"], default=None)
    farthest = f"; farthest {most['network']} {most['from_float64']:.1e}" if most else ""
    print(f"{agree} of {len(done)} networks within {AGREES:.0e} of float64{farthest}; {finite} finite in bfloat16")
    for part in SHARES:
        failed = [f"{row['network']} ({row['failed']})" for row in found[part] if "failed" in row]
        print(f"{part}: {'all done' if not failed else 'not done: ' + '; '.join(failed)}")


if __name__ == "__main__":
    main()
