"""PyTorch: the graph as an ordinary `nn.Module`, named, initialised and as fast as one written by hand."""

from archdsl.compilers.torch.build import compile
from archdsl.compilers.torch.initialise import initialise
from archdsl.compilers.torch.network import Network
from archdsl.compilers.torch.rule import Call, Layer
from archdsl.compilers.torch.rules import RULES
from archdsl.compilers.torch.verify import Measured, Mismatch, check_shapes

__all__ = ["RULES", "Call", "Layer", "Measured", "Mismatch", "Network", "check_shapes", "compile", "initialise"]
