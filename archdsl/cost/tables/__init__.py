"""Costs as tables and plain data: the layout of a paper, Markdown, LaTeX, CSV, HTML, JSON."""
