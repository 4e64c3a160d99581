"""Which readings of a source that leaves things open give the figures that it prints.

figures   printed figures that can be counted
tally     which figures every combination of one spec's readings explains
ranking   the combinations of all specs, best first
readings  the whole search, and what it found
typos     printing errors as one more thing that may be read otherwise
"""
