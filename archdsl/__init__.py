"""archdsl: a sandbox for designing neural networks.

A network is a YAML spec that reads like the table in a paper. From it come a checked graph, every cost, and a PyTorch module.
"""

from archdsl.errors import ArchdslError, BackendError, InputError, SpecError
from archdsl.net import Net, load, loads

__version__ = "0.1.0"
__all__ = ["ArchdslError", "BackendError", "InputError", "Net", "SpecError", "load", "loads"]
