"""What other tools and papers call our operators and arguments, for the hint of an error: by meaning, where spelling misleads.

Names are compared without case, underscores, hyphens and dots, and without the dimension that PyTorch puts at the end
(`BatchNorm2d`, `batch_norm`, `bn2d` are one). Sources: the module and functional names of PyTorch 2, Keras 3, ONNX opset 22, timm 1.0,
and the words of papers.
"""

from __future__ import annotations

import re
from collections.abc import Container

OPERATORS: dict[str, str] = {
    "conv": "conv convolution convlayer cnn depthwise depthwiseconv dwconv dw pointwise pointwiseconv pwconv groupconv groupedconv",
    "norm": "bn batchnorm batchnormalization batchnormalisation syncbatchnorm frozenbatchnorm batchnormact spatialbatchnorm",
    "layer_norm": "ln layernorm layernormalization layernormalisation layernormchannelslast",
    "group_norm": "gn groupnorm groupnormalization",
    "instance_norm": "in instancenorm instancenormalization",
    "rms_norm": "rmsnorm rmsnormalization",
    "linear": "fc dense fullyconnected fullyconnectedlayer gemm matmulbias affine inner innerproduct mlplayer",
    "relu": "rectifier rectifiedlinear relulayer thresholdedrelu",
    "relu6": "clippedrelu",
    "silu": "swish swishlayer swish1 sigmoidlinear",
    "hswish": "hardswish swishhard hardsilu",
    "hsigmoid": "hardsigmoid sigmoidhard",
    "gelu": "gelunew geluactivation",
    "leaky_relu": "lrelu leakyrelu leaky",
    "prelu": "parametricrelu",
    "tanh": "hyperbolictangent",
    "sigmoid": "logistic",
    "maxpool": "maxpooling mp pooling",
    "avgpool": "avgpooling averagepool averagepooling meanpool",
    "adaptive_pool": (
        "gap gmp globalavgpool globalaveragepool globalaveragepooling globalpool globalpooling globalmaxpool globalmaxpooling "
        "adaptiveavgpool adaptiveaveragepool adaptivemaxpool avgpoolglobal reducemean selectadaptivepool"
    ),
    "concat": "cat concatenate concatenation torchcat merge stackchannels joinchannels route",
    "add": "sum plus residual skip shortcut elementwiseadd eltwiseadd addv",
    "mul": "multiply times product elementwisemul hadamard",
    "dropout": "droprate alphadropout featuredropout",
    "drop_path": "droppath stochasticdepth dropconnect survivalprob",
    "flatten": "reshape view squeeze unroll",
    "identity": "noop linearactivation passthrough nothing none",
    "pad": "zeropad zeropadding reflectionpad replicationpad padding constantpad",
    "upsample": "interpolate resize upsampling upsamplebilinear upsamplenearest unpool scaleup",
    "shuffle": "channelshuffle shufflechannels",
    "softmax": "softmaxlayer logsoftmax",
    "slice": "narrow crop channelslice split chunk",
    "tokens": "patchembed flattentokens maptotokens topatches",
    "class_token": "clstoken cls",
    "position": "posembed positionembedding positionalembedding positionalencoding posenc",
    "layer_scale": "layerscale gamma lambdascale",
    "matmul": "bmm batchmatmul dot einsum",
}
"""By our word, the names elsewhere."""

ARGUMENTS: dict[str, str] = {
    "out": (
        "outchannels outputchannels outchs outplanes planes filters channels cout numfilters features outfeatures units numoutput dim "
        "width c ch nout numclasses"
    ),
    "kernel": "kernelsize k ks kernelshape windowsize poolsize size filtersize kernelsz",
    "stride": "strides s step subsample",
    "padding": "pad pads p border",
    "dilation": "dilations dilationrate d atrous",
    "groups": "group cardinality numgroups g",
    "bias": "usebias biasterm",
    "eps": "epsilon",
    "momentum": "decay",
    "affine": "elementwiseaffine center",
    "rate": "p prob probability dropout droprate droppathrate keepprob",
    "slope": "negativeslope alpha",
    "scale": "scalefactor factor",
    "heads": "numheads nhead nheads",
    "exp": "expansion expand expandratio exprate t expsize hidden mid midchannels",
    "nl": "act activation actlayer nonlinearity",
    "se": "seratio usese attention attn squeezeexcite",
    "repeat": "n num depth layers repeats times numlayers numblocks",
    "width": "planes filters channels",
    "mode": "method interpolation",
    "s": "stride strides step",
}
"""By our argument or modifier, the names elsewhere."""


def _plain(name: str) -> str:
    """A name without what differs between tools: case, signs, the module in front, the dimension at the end."""
    last = re.split(r"[.:/]", name)[-1]
    return re.sub(r"(?<=[a-z])[123]d$", "", re.sub(r"[^a-z0-9]", "", last.lower()))


def _turned(table: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ours, theirs in table.items():
        for name in (_plain(ours), *theirs.split()):
            if ours not in (places := found.setdefault(name, [])):
                places.append(ours)
    return found


_OPERATORS, _ARGUMENTS = _turned(OPERATORS), _turned(ARGUMENTS)


def meant_operator(name: str, known: Container[str]) -> str | None:
    """The known operator or block that a name from elsewhere means; None where the table has none."""
    return next((word for word in _OPERATORS.get(_plain(name), ()) if word in known), None)


def meant_argument(name: str, known: Container[str]) -> str | None:
    """The known argument that a name from elsewhere means; None where the table has none."""
    return next((word for word in _ARGUMENTS.get(_plain(name), ()) if word in known), None)
