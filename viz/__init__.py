"""Drawings of networks and blocks, from the graph.

structure   the graph as boxes, edges and clusters    (viz/structure.py)
dot         those in the DOT language                 (viz/dot.py)
layout      DOT to SVG and PNG, by a dot program      (viz/layout.py)
svg         an SVG that stands alone                  (viz/svg.py)
picture     all of it, when it is looked at           (viz/picture.py)
"""

from archdsl.viz.picture import Picture, diagram

__all__ = ["Picture", "diagram"]
