"""Edits of a spec's text as a person would have made them: steps and rows moved, doubled, deleted, put in; tables aligned.

All are functions of a text. Lines and columns count from 0. What an edit does not name stays as it is, to the byte.
"""
