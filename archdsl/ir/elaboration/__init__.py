"""How steps become nodes: each module runs one thing that a spec may hold, over one `State`."""
