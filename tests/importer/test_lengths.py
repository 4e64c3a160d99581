"""Networks of the zoo as PyTorch modules, imported again: the text is at most twice as long as what a person wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from small import small

import archdsl
from archdsl.compilers.torch.batches import batch_of
from archdsl.importer.imported import from_module
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph

SPECS = Path(archdsl.__file__).parent.parent / "specs"
FAMILIES = [
    *["resnet18", "resnet34", "resnet50", "resnext50", "mobilenet_v1", "mobilenet_v2", "mobilenet_v3", "mobilenet_v3_small"],
    *["vgg16", "vgg16_bn", "densenet121", "vit_small", "convnext_tiny", "convnextv2_atto"],
]


@pytest.mark.parametrize("name", FAMILIES)
def test_an_imported_module_is_no_longer_than_twice_what_a_person_wrote(name: str) -> None:
    net = small(name)
    graph = net.graph()
    found = from_module(net.module(), batch_of(graph, 2, torch.Generator().manual_seed(0)))
    assert canonical_hash(found.graph) == canonical_hash(graph)
    assert said(found.text) <= 2 * by_hand(name, graph)


def said(text: str) -> int:
    """Characters of a spec but for comments, what is there for people alone, and what is written beside the network."""
    kept = re.sub(r"(?m)^reported:\n(  .*\n)*", "", text)
    kept = re.sub(r"(?m)^(doc|source|name|archdsl):.*\n|^ +doc:.*\n", "", kept)
    kept = re.sub(r""",? *\b(?:doc: (?:"[^"]*"|[^,}]*)|range: \[[^\]]*\]|step: [^,}]*)""", "", kept)
    return len(re.sub(r"(?m) *(?:^|\s)#.*$", "", kept))


def by_hand(name: str, graph: Graph) -> int:
    """Characters of a spec, of what it extends, and of the shared blocks that it uses."""
    used = {frame.block for node in graph for frame in node.scope if frame.kind == "block"}
    length = 0
    for file, text in read_with(name, {}).items():
        if not file.startswith("blocks/"):
            length += said(text)
            continue
        definitions = re.split(r"(?m)^(?=  \w+:$)", text.partition("\nblocks:\n")[2])
        length += sum(said(each) for each in definitions if each.strip().partition(":")[0] in used)
    return length


def read_with(name: str, found: dict[str, str]) -> dict[str, str]:
    """The texts of a file of the zoo and of all that it extends or imports, by their names."""
    if name not in found:
        found[name] = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        folder = "blocks/" if name.startswith("blocks/") else ""
        for other in re.findall(r"(?m)^(?:extends|import): *\[?([^\]\n]*)", found[name]):
            for part in other.split(", "):
                read_with(part.strip() if part.strip().startswith("blocks/") else folder + part.strip(), found)
    return found
