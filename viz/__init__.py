"""Drawings of networks and blocks, from the graph.

view        how a picture is wanted                   (viz/view.py)
structure   the graph as boxes, edges and clusters    (viz/structure.py)
heat        what sets them apart: cost, the peak of   (viz/heat.py, viz/peak.py,
            memory, the difference of two networks     viz/difference.py)
series      boxes in a row and paths side by side,    (viz/series.py, viz/balanced.py,
            where a part is that: laid out evenly      viz/even.py)
dot         those in the DOT language                 (viz/dot.py)
layout      DOT to SVG, by a dot program              (viz/layout.py)
titles      titles of frames out of the way of lines  (viz/titles.py)
svg         an SVG that stands alone                  (viz/svg.py)
forms       that, or another form, as a file          (viz/forms.py)
picture     all of it, when it is looked at           (viz/picture.py)
figures     the figures of the paper                  (viz/figures.py)
text        how names, numbers and values are written (viz/text.py)
"""

from archdsl.viz.picture import Picture, diagram, difference
from archdsl.viz.view import View

__all__ = ["Picture", "View", "diagram", "difference"]
