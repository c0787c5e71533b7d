"""The commentary: a fold over events that gives a line for each thing worth one."""

from spectator.commentary.fold import SILENT, comment, commentary_of
from spectator.commentary.state import Commentator, Line, Told
from spectator.commentary.words import Weight

__all__ = ["SILENT", "Commentator", "Line", "Told", "Weight", "comment", "commentary_of"]
