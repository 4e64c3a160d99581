"""What other tools and papers call our operators, arguments and keys, for the hint of an error: by meaning, where spelling misleads.

Names are compared without case, underscores, hyphens and dots, and without the dimension that PyTorch puts at the end
(`BatchNorm2d`, `batch_norm`, `bn2d` are one). Sources: the module and functional names of PyTorch 2, Keras 3, ONNX opset 22, timm 1.0,
and the words of papers.
"""

from __future__ import annotations

import re
from collections.abc import Container

OPERATORS: dict[str, str] = {
    "conv": (
        "conv convolution causalconv convlayer cnn depthwise depthwiseconv "
        "dwconv dw pointwise pointwiseconv pwconv groupconv groupedconv"
    ),
    "norm": "bn batchnorm batchnormalization batchnormalisation syncbatchnorm frozenbatchnorm batchnormact spatialbatchnorm",
    "layer_norm": "ln layernorm layernormalization layernormalisation layernormchannelslast",
    "linear": "fc dense fullyconnected fullyconnectedlayer gemm matmulbias affine inner innerproduct mlplayer",
    "relu": "rectifier rectifiedlinear relulayer",
    "relu6": "clippedrelu",
    "silu": "swish swishlayer swish1 sigmoidlinear",
    "hswish": "hardswish swishhard hardsilu",
    "hsigmoid": "hardsigmoid sigmoidhard",
    "gelu": "gelunew geluactivation",
    "leaky_relu": "lrelu leakyrelu leaky",
    "prelu": "parametricrelu",
    "tanh": "hyperbolictangent",
    "sigmoid": "logistic",
    "maxpool": "maxpooling mp",
    "avgpool": "avgpooling averagepool averagepooling meanpool",
    "adaptive_pool": (
        "gap gmp globalavgpool globalaveragepool globalaveragepooling globalpool globalpooling globalmaxpool globalmaxpooling "
        "adaptiveavgpool adaptiveaveragepool adaptivemaxpool avgpoolglobal selectadaptivepool"
    ),
    "concat": "cat concatenate concatenation torchcat merge stackchannels joinchannels route",
    "add": "sum plus residual skip shortcut elementwiseadd eltwiseadd addv",
    "mul": "multiply times product elementwisemul hadamard",
    "dropout": "droprate dropoutlayer",
    "drop_path": "droppath stochasticdepth dropconnect survivalprob",
    "flatten": "flattenlayer unroll tovector",
    "rearrange": "reshape view resizetensor permute transpose swapaxes squeeze unsqueeze expanddims einops",
    "embedding": "embeddingbag wordembedding lookuptable",
    "l2_norm": "vectornorm l2normalize l2normalise normalize unitnorm",
    "offset": "addscalar addconstant biasadd addbias learnedbias",
    "sub": "subtract minus difference",
    "div": "divide truediv",
    "clamp": "clip",
    "relative_bias": "relposbias relativepositionbias",
    "relative_mlp": "relposmlp cpbmlp continuouspositionbias logcpb metanetwork",
    "identity": "noop linearactivation passthrough nothing none noact",
    "pad": "zeropad zeropadding reflectionpad replicationpad padding constantpad",
    "upsample": "interpolate resize upsampling upsamplebilinear upsamplenearest scaleup",
    "conv_transpose": "deconv deconvolution convtranspose transposedconv transposeconv convtransposed upconv fractionalconv",
    "pixel_shuffle": "pixelshuffle depthtospace subpixel",
    "pixel_unshuffle": "pixelunshuffle spacetodepth focus",
    "resize_like": "resizeas interpolatelike upsamplelike",
    "crop": "centercrop cropping stridedslice subsample",
    "shuffle": "channelshuffle shufflechannels",
    "softmax": "softmaxlayer softmaxactivation",
    "log_softmax": "logsoftmax",
    "reduce": "mean max min amax amin reducemean reducemax reducemin reducesum torchmean channelmean channelmax",
    "slice": "narrow channelslice chunk unbind",
    "tokens": "patchembed flattentokens maptotokens topatches",
    "class_token": "clstoken cls",
    "position": "posembed positionembedding positionalembedding positionalencoding posenc",
    "layer_scale": "layerscale gamma lambdascale",
    "matmul": "bmm batchmatmul dot",
    "elu": "exponentiallinear exponentiallinearunit",
    "selu": "scaledelu",
    "softplus": "softpluslayer smoothrelu",
    "hardtanh": "hardtanhact cliptanh",
    "quick_gelu": "quickgelu sigmoidgelu",
    "squared_relu": "squaredrelu relusquared relu2 sqrrelu",
    "glu": "gatedlinearunit gatedlinear",
    "swiglu": "swishglu siluandmul",
    "std_conv": "stdconv weightstandardization weightstandardisation scaledstdconv wsconv standardisedconv standardizedconv",
    "lstm": "bilstm longshorttermmemory lstmlayer",
    "gru": "bigru gatedrecurrentunit grulayer",
    "rms_norm": "rmsnorm rmsnormalization rmsnormalisation rms simplenorm",
    "group_norm": "gn groupnorm groupnormalization groupnormalisation groupnormact",
    "instance_norm": "instancenorm instancenormalization instancenormalisation",
    "grn": "globalresponsenorm globalresponsenormalization globalresponsenormalisation",
    "lrn": "localresponsenorm localresponsenormalization responsenorm crossmaplrn",
}
"""By our word, the names elsewhere."""

ARGUMENTS: dict[str, str] = {
    "out": (
        "hiddensize outchannels outputchannels outchs outplanes planes filters channels cout numfilters "
        "features outfeatures units numoutput dim "
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
    "bidirectional": "bi bothways",
    "projection": "projsize",
    "heads": "numheads nhead nheads",
    "exp": "expansion expand expandratio exprate t expsize hidden mid midchannels",
    "nl": "act activation actlayer nonlinearity",
    "se": "seratio usese attention attn squeezeexcite",
    "repeat": "n num depth layers repeats times numlayers numblocks",
    "share": "tie tied tieweights sharedweights shareweights weightsharing reuse reuseweights",
    "width": "planes filters channels",
    "mode": "method interpolation",
    "over": "axis axes dim dims",
    "keep": "keepdim keepdims",
    "s": "stride strides step",
}
"""By our argument or modifier, the names elsewhere."""

KEYS: dict[str, str] = {
    "net": "layers model backbone architecture network steps features head sequential",
    "input": "inputs inputshape inputsize imgsize imagesize shape insize",
    "import": "imports include includes uses using requires",
    "extends": "extend inherits inherit base parent from",
    "knobs": "knob params parameters hyperparameters hparams config variables settings args",
    "blocks": "block modules functions definitions defs",
    "defaults": "default",
    "init": "initialization initialisation initializer weightinit",
    "space": "free searchspace designspace tunable",
    "source": "paper reference cite citation",
    "doc": "description desc comment",
    "body": "layers steps net",
    "columns": "header headers head cols",
    "rows": "layers body data",
    "path": "branch",
    "paths": "branches towers",
    "join": "merge combine aggregate",
    "choices": "options values enum allowed",
    "range": "bounds limits interval minmax",
}
"""By our key, the names elsewhere."""

ABSENT: dict[str, str] = {
    "deformable convolution": "deformconv deformableconv dcn dcnv2",
    "recurrent layer of that kind": "rnn rnncell elmanrnn simplernn lstmcell grucell convlstm recurrent",
    "state space layer": "ssm mamba s4",
    "gated linear unit of that kind": "geglu reglu bilinearglu maxout",
    "threshold": "threshold thresholdedrelu rrelu hardshrink softshrink tanhshrink",
    "normalisation by another image": "adain adaptiveinstancenorm",
    "normalisation of weights": "weightnorm spectralnorm",
    "power or root": "pow power square sqrt rsqrt reciprocal",
    "function of single values of that kind": "exp log sin cos abs neg",
    "choosing of values by indices": "index gather indexselect take where",
    "expansion of axes; mul, sub and div stretch an axis of length 1": "expand expandas broadcastto",
    "attention as one operator; import: [blocks/transformer] has it": (
        "scaleddotproductattention sdpa multiheadattention mha multiheadselfattention selfattention"
    ),
    "Einstein summation": "einsum",
    "unpooling": "unpool maxunpool",
    "unfolding": "unfold fold im2col col2im",
    "fractional pooling": "fractionalmaxpool lppool stochasticpool",
    "softmax of that kind": "softmin adaptivelogsoftmax sparsemax",
    "maximum or minimum of tensors": "maximum minimum eltwisemax",
    "dropout of blocks or channels": "dropblock alphadropout featuredropout spatialdropout",
    "loss": "crossentropy crossentropyloss mseloss nllloss loss",
    "detection layer": "nms roialign roipool anchors detect yololayer",
}
"""What the language has no operator for, in words: `the language has no …`. By it the names elsewhere."""

FEEDS = frozenset(
    ["in", "inchannels", "inputchannels", "inplanes", "inp", "cin", "numinputfeatures", "infeatures", "nin", "inputdim", "indim"]
)
"""Arguments elsewhere that say what arrives, which is known here."""


def _bare(name: str) -> str:
    """A name without what differs between tools: case, signs, the module in front."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"[.:/]", name)[-1].lower())


def _plain(name: str) -> str:
    """The same without the dimension at the end."""
    return re.sub(r"(?<=[a-z])[123]d(?=transpose$|$)", "", _bare(name))


def _turned(table: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ours, theirs in table.items():
        for name in (_plain(ours), *theirs.split()):
            if ours not in (places := found.setdefault(name, [])):
                places.append(ours)
    return found


_OPERATORS, _ARGUMENTS, _KEYS = _turned(OPERATORS), _turned(ARGUMENTS), _turned(KEYS)
_ABSENT = {name: what for what, names in ABSENT.items() for name in names.split()}


def _meant(table: dict[str, list[str]], name: str, known: Container[str]) -> str | None:
    return next((word for word in table.get(_plain(name), ()) if word in known), None)


def meant_operator(name: str, known: Container[str]) -> str | None:
    """The known operator or block that a name from elsewhere means; None where the table has none."""
    return None if absent(name) else _meant(_OPERATORS, name, known)


def meant_argument(name: str, known: Container[str]) -> str | None:
    """The known argument that a name from elsewhere means; None where the table has none."""
    return _meant(_ARGUMENTS, name, known)


def meant_key(name: str, known: Container[str]) -> str | None:
    """The known key that a name from elsewhere means; None where the table has none."""
    return _meant(_KEYS, name, known)


def absent(name: str) -> str | None:
    """What an operator elsewhere is that the language does not have, in words; None where the table has none."""
    return _ABSENT.get(_bare(name)) or _ABSENT.get(_plain(name))


def is_fed(name: str) -> bool:
    """Whether an argument elsewhere says what arrives."""
    return _plain(name) in FEEDS


def operator_names(known: Container[str]) -> dict[str, str]:
    """By each name elsewhere the known operator that it means."""
    return {name: word for name, words in _OPERATORS.items() for word in words if word in known}
