"""Who meets whom, in which order: pure functions of names, of numbers, and of results so far.

Rounds count from 1; in a round nobody plays twice. Published orders are the tests.
"""

from tournaments.schedules.brackets import (
    FINAL,
    Encounter,
    LoserOf,
    Seeded,
    Source,
    WinnerOf,
    bracket_slots,
    knockout,
    page_playoffs,
)
from tournaments.schedules.groups import Qualifier, qualifiers, serpentine
from tournaments.schedules.ladder import Climb, climb
from tournaments.schedules.matching import largest_matching
from tournaments.schedules.pairings import Pairing, gauntlet, round_robin
from tournaments.schedules.swiss import SwissRound, default_rounds, most_rounds, swiss_round

__all__ = [
    "FINAL",
    "Climb",
    "Encounter",
    "LoserOf",
    "Pairing",
    "Qualifier",
    "Seeded",
    "Source",
    "SwissRound",
    "WinnerOf",
    "bracket_slots",
    "climb",
    "default_rounds",
    "gauntlet",
    "knockout",
    "largest_matching",
    "most_rounds",
    "page_playoffs",
    "qualifiers",
    "round_robin",
    "serpentine",
    "swiss_round",
]
