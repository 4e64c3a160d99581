"""A graph written directly as an ONNX model, in milliseconds and without torch, for measuring many networks quickly.

`archdsl export --to onnx` keeps torch's exporter. What is written here has the same operators in the same order, batch norms
folded where that exporter folds them, so that runtimes fuse and run it alike.
"""

from archdsl.compilers.onnx_direct.write import onnx_model

__all__ = ["onnx_model"]
