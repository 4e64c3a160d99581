"""Write every network of the zoo as Python source into a folder."""

import sys
from pathlib import Path

import archdsl
from archdsl.compilers.source import python_source
from archdsl.spec.locate import zoo_names

folder = Path(sys.argv[1])
for name in zoo_names():
    net = archdsl.load(name)
    docs = {block: made.doc for block, made in net.spec.blocks.items() if made.doc}
    (folder / f"{name}.py").write_text(python_source(net.graph(), net.table().plain(), docs), encoding="utf-8")
