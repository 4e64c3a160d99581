"""A grid of variants, and how all of them are counted at once.

axis       a knob, a cell or an argument, and the values that it takes
box        some places of every axis: what is elaborated in one pass
cut        cutting a grid, or a part of one, into smaller parts
region     variants that one graph stands for, with their costs
partition  boxes into regions, by elaborating them
total      a cost of every variant of a region: a sum of products of small arrays
chunk      a hundred thousand variants of a region at a time, as columns of numbers
"""
