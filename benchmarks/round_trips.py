"""Networks of the zoo as PyTorch modules, as `.pt2` and as ONNX, imported again: which come back as the network that they were.

    python benchmarks/round_trips.py [--by module|pt2|onnx] [--save FILE.json] [NETWORK...]     all of both where none is named

Equal means equal canonical hashes, of the network at the resolution of its spec. A file holds a network as it is at inference, where a path
that training skips at random leaves no trace: there dropout and skipped paths are left out on both sides. What is in a file by ONNX has its
batch norms folded, so there the network is compared as the pass `fold_norms` leaves it. For others the operators are printed that one of
the two has more of.

`--save` keeps what was measured and goes on there; networks that are named are measured again. `--write` prints the table and measures
nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

import archdsl
from archdsl.compilers import onnx, programs
from archdsl.compilers.export import Model
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.drop_identities import drop_identities
from archdsl.compilers.passes.fold_norms import fold_norms
from archdsl.compilers.torch.batches import batch_of
from archdsl.errors import ArchdslError
from archdsl.importer.imported import Imported, from_file, from_module
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.net import Net
from archdsl.ops.axes import told
from archdsl.ops.passing import Identity
from archdsl.spec.locate import zoo_names


def by_module(net: Net, folder: Path) -> tuple[Graph, Imported]:
    graph = net.graph()
    return graph, from_module(net.module(), batch_of(graph, 2, torch.Generator().manual_seed(0)))


def by_pt2(net: Net, folder: Path) -> tuple[Graph, Imported]:
    graph = net.graph()
    programs.write(Model(graph, net.module().eval()), folder / "net.pt2")
    return _without_drops(graph), from_file(folder / "net.pt2")


def _without_drops(graph: Graph) -> Graph:
    return optimize(graph, passes=(drop_identities,)).graph


def by_onnx(net: Net, folder: Path) -> tuple[Graph, Imported]:
    """Biases and statistics of norms are drawn: the exporter leaves out biases that are zero."""
    graph, module = net.graph(), net.module().eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.endswith(("bias", "running_mean", "running_var")):
                tensor.uniform_(0.5, 1)
    onnx.write(Model(graph, module), folder / "net.onnx")
    return optimize(graph, passes=(drop_identities, fold_norms)).graph, from_file(folder / "net.onnx")


WAYS: dict[str, Callable[[Net, Path], tuple[Graph, Imported]]] = {"module": by_module, "pt2": by_pt2, "onnx": by_onnx}


def measured(name: str, way: str) -> dict[str, Any]:
    """One network by one way."""
    torch.manual_seed(0)
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            graph, found = WAYS[way](archdsl.load(name), Path(folder))
    except ArchdslError as error:
        return {"verdict": "refused", "why": str(error)[:300], "seconds": time.monotonic() - begun}
    back = found.graph if way == "module" else _without_drops(found.graph)
    equal = canonical_hash(graph) == canonical_hash(back)
    seconds = time.monotonic() - begun
    return {
        "verdict": "equal" if equal else "differs",
        "why": "" if equal else difference(graph, found.graph),
        "seconds": seconds,
    }


def difference(one: Graph, other: Graph) -> str:
    """The operators that one of two graphs has more of, with their arguments."""
    had, has = _operators(one), _operators(other)
    lost = [f"-{count} {text}" for text, count in (had - has).items()]
    came = [f"+{count} {text}" for text, count in (has - had).items()]
    return ", ".join(lost + came) or "the same operators, joined otherwise"


def _operators(graph: Graph) -> Counter[str]:
    alive = graph.alive()
    nodes = [node for node in graph if node.name in alive and node.inputs and not isinstance(node.op, Identity)]
    return Counter(f"{node.op.word} {told(node.op.arguments(), graph.input_shapes(node))}" for node in nodes)


def table(results: dict[str, dict[str, Any]]) -> str:
    """Markdown: a row for each network that does not come back by all ways."""
    rows = [f"| network | {' | '.join(WAYS)} |", "| --- |" + " --- |" * len(WAYS)]
    for name in dict.fromkeys(key.split()[0] for key in results):
        found = [results.get(f"{name} {way}", {}).get("verdict", "") for way in WAYS]
        if set(found) - {"equal", ""}:
            rows.append(f"| {name} | {' | '.join(found)} |")
    for way in WAYS:
        found = [result["verdict"] for key, result in results.items() if key.split()[1] == way]
        rows.append(f"{way}: {found.count('equal')} of {len(found)} equal")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help="only these, again")
    parser.add_argument("--by", choices=list(WAYS), action="append", help="only so")
    parser.add_argument("--save", type=Path, help="JSON file to keep results in")
    parser.add_argument("--write", action="store_true", help="print the table and measure nothing")
    asked = parser.parse_args()
    results: dict[str, dict[str, Any]] = json.loads(asked.save.read_text()) if asked.save and asked.save.exists() else {}
    for name in () if asked.write else asked.networks or zoo_names():
        for way in asked.by or WAYS:
            if f"{name} {way}" in results and not asked.networks:
                continue
            found = results[f"{name} {way}"] = measured(name, way)
            print(f"{name:22} {way:6} {found['verdict']:8} {found['seconds']:5.1f} s  {found['why']}", flush=True)
            if asked.save:
                asked.save.write_text(json.dumps(results, indent=1))
    print(table(results))


if __name__ == "__main__":
    main()
