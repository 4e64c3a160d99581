"""Specs are written: the text of a spec from a graph."""

from archdsl.importer.write.spec_text import spec_text

__all__ = ["spec_text"]
