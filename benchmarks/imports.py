"""Which models of timm and torchvision are imported exactly: one small model for each module of both, a table by family.

It runs where timm and torchvision are, with archdsl on the path, and not in the environment of the tests:

    python -m venv models
    models/bin/pip install torch==2.14.1 torchvision==0.29.1 timm .
    models/bin/python benchmarks/imports.py --save imports.json

`--save` keeps what was measured and goes on there; models that are named are measured again. `--texts` keeps the specs. `--write` prints
the table as Markdown.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

MODELS = Path(__file__).with_suffix(".txt")
"""One line for each model: family, `module:callable`, size of the input."""


KINDS = 3
"""Kinds of opaque operators that a row of the table names."""


def models() -> dict[str, tuple[str, str]]:
    """For each family its model and its input."""
    rows = [line.split() for line in MODELS.read_text().splitlines() if line and not line.startswith("#")]
    return {family: (model, size) for family, model, size in rows}


def measured(model: str, size: str) -> dict[str, Any]:
    """Import one model in this process. Weights and statistics are drawn, so that a branch scaled by zero or by 1e-6 is seen too."""
    import torch

    import archdsl
    from archdsl.errors import ArchdslError

    generator = torch.Generator().manual_seed(0)
    made = _made(model)
    _shake(made, generator)
    example = torch.randn([int(part) for part in size.split("x")], generator=generator)
    begun = time.monotonic()
    try:
        found = archdsl.from_module(made, example, name=model.rpartition(":")[2], tools=False)
    except ArchdslError as error:
        return {"verdict": "refused", "why": str(error)[:300], "seconds": time.monotonic() - begun}
    opaque = Counter(step.what for step in found.found.missing)
    verdict = "opaque" if opaque else "exact" if found.holds else "DIFFERS"
    return {
        "verdict": verdict,
        "operators": len(found.found.graph),
        "lines": len(found.text.splitlines()),
        "characters": len(found.text),
        "opaque": dict(opaque.most_common()),
        "difference": found.proof.difference,
        "sizes": found.proof.sizes,
        "seconds": time.monotonic() - begun,
        "text": found.text,
    }


def _made(model: str) -> Any:
    package, name = model.split(":")
    if package == "timm":
        import timm

        return timm.create_model(name).eval()
    import torchvision

    more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    more |= {"weights_backbone": None} if package.endswith("segmentation") else {}
    return torchvision.models.get_model(name, weights=None, **more).eval()


def _shake(made: Any, generator: Any) -> None:
    import torch

    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.02)
        for name, buffer in made.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                buffer.add_(torch.rand(buffer.shape, generator=generator) * 0.1)


def apart(model: str, size: str, limit: float) -> dict[str, Any]:
    """The same in a process of its own, bounded in time."""
    command = [sys.executable, __file__, "--one", model, size]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"verdict": "too slow", "why": f"more than {limit:.0f} s", "seconds": limit}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"verdict": "failed", "why": (done.stderr.strip().splitlines() or ["no output"])[-1][:300]}
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def table(results: dict[str, dict[str, Any]]) -> str:
    """Markdown: one row for each family."""
    rows = ["| family | model | verdict | operators | lines | seconds | opaque |", "| --- | --- | --- | --: | --: | --: | --- |"]
    chosen = models()
    for family in [name for name in chosen if name in results]:
        found = results[family]
        kinds = [f"{count} {what}" for what, count in found.get("opaque", {}).items()]
        opaque = ", ".join(kinds[:KINDS]) + (f" and {len(kinds) - KINDS} kinds more" if len(kinds) > KINDS else "") or found.get(
            "why", ""
        )
        sizes = [found.get(name, "") for name in ("operators", "lines")]
        seconds = f"{found['seconds']:.0f}" if "seconds" in found else ""
        rows.append(f"| {family} | {chosen[family][0]} | {found['verdict']} | {sizes[0]} | {sizes[1]} | {seconds} | {opaque} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", help="only these, again")
    parser.add_argument("--one", nargs=2, metavar=("MODEL", "SIZE"), help="one model, in this process; prints JSON")
    parser.add_argument("--save", type=Path, help="JSON file to keep results in")
    parser.add_argument("--texts", type=Path, help="folder for the specs")
    parser.add_argument("--write", action="store_true", help="print the table and measure nothing")
    parser.add_argument("--limit", type=float, default=240, help="seconds for a model")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(*asked.one)))
        return
    results: dict[str, dict[str, Any]] = json.loads(asked.save.read_text()) if asked.save and asked.save.exists() else {}
    for family, (model, size) in models().items() if not asked.write else ():
        if family not in asked.families if asked.families else family in results:
            continue
        found = apart(model, size, asked.limit)
        text = found.pop("text", None)
        if asked.texts and text:
            asked.texts.mkdir(parents=True, exist_ok=True)
            (asked.texts / f"{family}.yaml").write_text(text)
        results[family] = found
        print(
            family,
            model,
            found["verdict"],
            found.get("opaque") or found.get("why", ""),
            f"{found.get('seconds', 0):.0f} s",
            flush=True,
        )
        if asked.save:
            asked.save.write_text(json.dumps(results, indent=1))
    print(table(results))
    print(dict(Counter(found["verdict"] for found in results.values())))


if __name__ == "__main__":
    main()
