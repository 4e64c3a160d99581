"""Zero-cost proxies: scores of a network with fresh weights, from one batch of random images, that rank networks before training.

Each is an objective (see `archdsl.explore.search.objectives`): a frozen dataclass with `name`, `direction`, `unit` and
`measure(net, seed)`. The same seed gives the same weights and images, so a score depends on the network and the seed alone.
torch is imported when something is measured.
"""
