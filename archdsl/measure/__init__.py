"""Measured running time: networks in files, run side by side by a runtime in a process of its own.

from archdsl.measure.timing import measure, ratio

ours, theirs = measure({"ours": Path("a.onnx"), "theirs": Path("b.onnx")}, (3, 224, 224), "onnxruntime", batch=1, threads=2)
ratio(ours, theirs).median
"""
