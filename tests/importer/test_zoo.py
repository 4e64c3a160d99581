"""Networks of the zoo as PyTorch modules and as files, imported again: the same network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from small import SHORT

import archdsl
from archdsl.compilers.torch.batches import batch_of
from archdsl.importer.imported import from_file
from archdsl.ir.canonical import canonical_hash
from archdsl.net import Net

NETWORKS = [
    "resnet18",
    "mobilenet_v2",
    "shufflenet_v2",
    "dpnet",
    "squeezenet",
    "vit_small",
    "convnext_tiny",
    "mixer_s16",
    "gpt2",
    "unet",
]
BY_FILE = ["resnet18", "mobilenet_v3", "shufflenet_v2"]
