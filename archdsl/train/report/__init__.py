"""What a person sees of training: one page for a run, one table and one plot for several.

page        a run as one HTML file: result, curves, confusion, worst answers, costs, recipe
curves, confusion, worst, facts   the parts of that page, from a record to HTML
png         pixels as a PNG that the page holds
words       how shares and names are written
comparison  several runs: means over the seeds, beside parameters, multiply-accumulates and latency
plot        accuracy against each of these
"""

from archdsl.train.report.comparison import Comparison, compare
from archdsl.train.report.page import report, write_report
from archdsl.train.report.plot import plot_comparison, plots

__all__ = ["Comparison", "compare", "plot_comparison", "plots", "report", "write_report"]
