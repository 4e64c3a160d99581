"""Networks in int8: weights and activations as 8-bit integers with scales that images decide, and what that changes in the outputs.

Each form has a module with `quantise(model, path, batches)`; the file is read and run by the back end of its form. The float32 network
that is quantised is compared with the compiled module as in any export, the int8 one with the float32 one, on images that decided
no scale.
"""

from archdsl.compilers.int8.export import Quantised, export_int8
from archdsl.compilers.int8.judge import Judged
from archdsl.compilers.int8.samples import Samples

__all__ = ["Judged", "Quantised", "Samples", "export_int8"]
