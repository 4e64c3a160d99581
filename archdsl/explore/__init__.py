"""What-if questions: many variants of a network at once, counted exactly without building any.

grid/       a grid of variants: its axes, how it is cut into regions of one graph each, the totals of a region
criteria/   budgets, conditions and objectives
keep/       what is kept of variants that stream by: fronts, the first few, samples, files
work/       other processes, on this machine or on a Ray cluster
sweep       every variant of a grid
solve/      the best variants inside a budget
reconcile/  readings of a source that give its printed figures
search/     the best variants by objectives that have to be measured; proxies/ has some of these
sensitivity what one step of each knob does
variants    rows of settings and costs
plot        what a sweep or a sensitivity found, drawn
"""
