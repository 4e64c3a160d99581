"""Measured running time: networks in files, run side by side by a runtime in a process of its own.

from archdsl.measure.job import Configuration, File
from archdsl.measure.process import measure
from archdsl.measure.timing import ratio

files = {"ours": File(Path("a.onnx"), ((3, 224, 224),)), "theirs": File(Path("b.onnx"), ((3, 224, 224),))}
ours, theirs = measure(files, Configuration("onnxruntime", batch=1, threads=2))
ratio(ours, theirs).median
"""
