"""archdsl: a sandbox for designing neural networks.

A network is a YAML spec that reads like the table in a paper. From it come a checked graph, every cost, and a PyTorch module.
"""

from archdsl.errors import ArchdslError, BackendError, InputError, SpecError
from archdsl.ir.limits import Limits
from archdsl.net import Net, load, loads
from archdsl.net.importing import from_module
from archdsl.paper.reproduce import reproduce

__version__ = "0.1.0"
__all__ = [
    "ArchdslError",
    "BackendError",
    "InputError",
    "Limits",
    "Net",
    "SpecError",
    "from_module",
    "load",
    "loads",
    "reproduce",
]
