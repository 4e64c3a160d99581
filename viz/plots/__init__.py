"""Plots of what-if questions and measurements: curves, contours, Pareto scatters, parallel coordinates, tornadoes, dots, named points.

points      variants with their costs; each setting or cost as a column        (viz/plots/points.py)
curves, contour, scatter, parallel, tornado, dots, named   a kind of plot each: what it is made of, how it is drawn on a page and on paper
kinds       one table from the class of a plot to what draws it               (viz/plots/kinds.py)
page        one HTML file that needs no network, by plotly                     (viz/plots/page.py)
paper       PNG, SVG and PDF, by matplotlib                                    (viz/plots/paper.py)
save        any of these, by the ending of a file                              (viz/plots/save.py)
"""

from archdsl.viz.plots.contour import Contour
from archdsl.viz.plots.curves import Curves
from archdsl.viz.plots.dots import Dot, Dots
from archdsl.viz.plots.kinds import Plot
from archdsl.viz.plots.named import Named, NamedPoint
from archdsl.viz.plots.parallel import Parallel
from archdsl.viz.plots.points import Points
from archdsl.viz.plots.save import ENDINGS, check_ending, need_library, write_plot
from archdsl.viz.plots.scatter import Scatter
from archdsl.viz.plots.tornado import Bar, Tornado

__all__ = [
    "ENDINGS",
    "Bar",
    "Contour",
    "Curves",
    "Dot",
    "Dots",
    "Named",
    "NamedPoint",
    "Parallel",
    "Plot",
    "Points",
    "Scatter",
    "Tornado",
    "check_ending",
    "need_library",
    "write_plot",
]
