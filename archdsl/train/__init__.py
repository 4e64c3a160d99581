"""Training: data, a recipe, the loop, checkpoints, and what a person sees of it.

    data/       sets of images: where they lie, what they hold, in memory or read as they are needed
    recipe      how a network is trained, from a YAML file
    loop        the steps; deterministic by its seed, and resumable to the bit
    record      what came out of a run

torch, Lightning Fabric and the rest are imported when something is trained.
"""
