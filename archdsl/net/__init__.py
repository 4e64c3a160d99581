"""`archdsl.Net`: a design with what people ask of it in Python, the same questions as in the shell."""

from archdsl.net.network import Net, load, loads

__all__ = ["Net", "load", "loads"]
