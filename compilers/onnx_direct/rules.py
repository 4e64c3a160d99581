"""How each operator becomes ONNX nodes, as torch's exporter writes it: the tables of all subjects in one."""

from __future__ import annotations

from archdsl.compilers.onnx_direct.activations import ACTIVATIONS
from archdsl.compilers.onnx_direct.axes import AXES
from archdsl.compilers.onnx_direct.layers import LAYERS
from archdsl.compilers.onnx_direct.maps import MAPS
from archdsl.compilers.onnx_direct.norms import NORMS
from archdsl.compilers.onnx_direct.places import PLACES
from archdsl.compilers.onnx_direct.pools import POOLS
from archdsl.compilers.onnx_direct.recurrent import RECURRENT
from archdsl.compilers.onnx_direct.tokens import TOKENS
from archdsl.ops.readers import Rules

RULES = Rules("onnx", __name__, LAYERS, NORMS, ACTIVATIONS, POOLS, MAPS, PLACES, TOKENS, AXES, RECURRENT)
