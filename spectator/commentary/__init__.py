"""The commentary: a fold over events that gives a line for each thing worth one."""

from spectator.commentary.fold import SILENT, Commentator, Line, Told, comment, commentary_of
from spectator.commentary.words import Weight

__all__ = ["SILENT", "Commentator", "Line", "Told", "Weight", "comment", "commentary_of"]
