"""A network as one HTML file that is looked at in a browser: blocks fold and unfold, everything can be searched.

outline     the graph as parts in parts, and the tensors between them    (viz/page/outline.py)
data        those with their costs and their lines, as JSON              (viz/page/data.py)
write       the file, with all that it needs in it                       (viz/page/write.py)
*.js, css   what runs in the browser; dagre arranges the boxes of a block
"""

from archdsl.viz.page.write import page

__all__ = ["page"]
