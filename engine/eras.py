"""The seasons whose scoring can be played, and the one that is played unless somebody says so."""

from __future__ import annotations

from typing import Final

FIRST_ERA: Final = 2014
LAST_ERA: Final = 2027
CURRENT_ERA: Final = 2026  # a constant, not the clock: the same file means the same matches
