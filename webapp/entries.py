"""The visitor's entries, for the pages that tell more about one."""

from webapp.history import ENTRY as PATH
from webapp.history import _get as get
from webapp.history import _own as own
from webapp.history import _png as png

__all__ = ["PATH", "get", "own", "png"]
