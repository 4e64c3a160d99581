"""Plots of what-if questions and measurements: a Pareto scatter, parallel coordinates, tornado charts, dots with their spread.

data        variants with their costs, single steps, and what is drawn of them   (viz/plots/data.py)
column      one setting or cost of all variants                                  (viz/plots/column.py)
scatter, parallel, tornado, dots   what each shows, and its figure for plotly
page        one HTML file that needs no network                                  (viz/plots/page.py)
paper       PNG, SVG and PDF through matplotlib                                  (viz/plots/paper.py)
save        any of these by the ending of a file                                 (viz/plots/save.py)
"""

from archdsl.viz.plots.data import Bar, Dot, Dots, Parallel, Plot, Points, Scatter, Tornado
from archdsl.viz.plots.save import ENDINGS, check_ending, write_plot

__all__ = ["ENDINGS", "Bar", "Dot", "Dots", "Parallel", "Plot", "Points", "Scatter", "Tornado", "check_ending", "write_plot"]
