"""Help while a spec is typed: what may stand at a place, what stands there, how a mistake is mended.

All are functions of a text that may be broken. Places count from 0, columns in characters.
"""
