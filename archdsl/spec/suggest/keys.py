"""The words of the language, each with what it means."""

from __future__ import annotations

FILE = {
    "archdsl": "Version of the language: 1.",
    "name": "Name of the network.",
    "doc": "What it is, in a sentence.",
    "source": "Paper and table that it is from.",
    "import": "Files whose blocks and knobs are brought in.",
    "extends": "The spec that this one starts from; what it says itself comes first.",
    "input": "Shape of what arrives, without the batch: [channels, height, width]; or several by name.",
    "knobs": "Named values that may be changed from outside.",
    "defaults": "Arguments of operators wherever no step gives them.",
    "init": "How weights begin, by kind of layer.",
    "blocks": "Lists of steps with arguments, called like operators.",
    "net": "The steps of the network.",
    "outputs": "Labels of what the network returns, or names for them.",
    "rows": "Changes of single rows of the tables, by number.",
    "reported": "Figures that the source prints, to compare with.",
    "titles": "Printed names of operators, blocks and columns.",
    "space": "Settings that are free, and their values.",
}
PARAMETER = {
    "type": "int, number, bool, word, list, block or any; follows from the default where it is left out.",
    "default": "The value where none is given.",
    "range": "[lowest, highest], both inclusive.",
    "choices": "List of the values that it may have.",
    "doc": "What it is.",
}
KNOB = {
    **PARAMETER,
    "step": "What one value is from the next, where what-if questions walk along the range.",
    "reading": "true where the source leaves it open, or a list of the values that the source may mean.",
}
TYPES = {
    "int": "A whole number.",
    "number": "A number, exact.",
    "bool": "true or false.",
    "word": "A word.",
    "list": "A list of values.",
    "block": "A block or operator, which can be called.",
    "any": "Anything.",
}
BLOCK = {
    "doc": "What the block is.",
    "title": "Its printed name.",
    "wraps": "The block that $wrapped is in the body.",
    "args": "Arguments by name: each a type, a default, or a mapping of type, default, range, choices, doc.",
    "inputs": "Labels of the tensors that it is called with.",
    "outputs": "Labels of the tensors that it gives.",
    "body": "Its steps.",
}
MODIFIERS = {
    "name": "Name of the nodes, in place of the operator's.",
    "when": "Condition; where it is false, the step is left out.",
    "repeat": "How often; $i counts from 0.",
    "for": "Loop variables and their lists: {k: [3, 5]}.",
    "as": "Label of the output, or of each; {append: label} for one that gathers.",
    "from": "Labels of the inputs; in is what arrives at the block, * stands for any text.",
    "share": "Name of a set of weights: steps with the same name use one.",
}
STRUCTURE = {
    "split": "Shares the channels out over paths: even, or a list of shares.",
    "fork": "Gives every path all channels.",
    "stage": "A named part of the network.",
    "table": "Rows of steps under columns.",
    "if": "Condition of what follows under then.",
}
BESIDE = {
    "split": {"paths": "The paths, in a list or by name.", "join": "What closes them: concat, add or mul."},
    "fork": {
        "paths": "The paths, in a list or by name.",
        "path": "One path, of which `for` makes several.",
        "join": "What closes them: concat, add or mul.",
    },
    "stage": {"body": "Its steps.", "end": "Steps at its end."},
    "if": {"then": "Steps where it is true.", "else": "Steps where it is false."},
}
"""What stands beside each of these words in a step."""

TABLE = {
    "columns": "Names of the columns; `op` is the operator or block, the others are its arguments or modifiers.",
    "scale": "By column a formula of $value, the printed number.",
    "rows": "The rows: lists of cells, ~ for one that is not given; {stage: name} opens a stage.",
    "stage_end": "Steps at the end of every stage.",
}
PATH = {"when": "Where it is false, the path is not there.", "body": "The steps of the path."}
FIGURE = {
    "params": "Parameters: 3.41M.",
    "macs": "Multiply-accumulates: 118M.",
    "flops": "As a convention counts them: 118M.",
    "top1": "Accuracy in percent.",
    "top5": "Accuracy in percent, of the first five.",
    "latency": "Time of one image: 12.3ms.",
    "convention": "How flops are counted.",
    "source": "Where it is printed.",
    "dataset": "What an accuracy is measured on.",
    "note": "Anything else that is to be known.",
}
SIGNS = {
    "and": "both are true",
    "or": "one is true",
    "not": "the opposite",
    "if": "a if condition else b",
    "else": "a if condition else b",
    "in": "among the items of a list",
    "true": "true",
    "false": "false",
}
"""Words of expressions that are no functions."""

ARRIVING = {"in": "Number of channels that arrive at the step."}
COUNTER = {"i": "Counts the rounds of repeat and for, from 0."}
CELL = {"value": "The printed number of the cell."}
