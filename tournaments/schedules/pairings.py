"""Schedules that need no results: everybody against everybody, captains against opponents.

The published tables are the Berger tables of the FIDE Handbook (C.05, annex 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two captains who meet in `round`, for the `meeting`-th time. `first` has the first seat."""

    round: int
    first: str
    second: str
    meeting: int = 1


def round_robin(captains: Sequence[str], *, legs: int = 1) -> tuple[Pairing, ...]:
    """Everybody meets everybody `legs` times, in Berger's order; every second leg swaps seats."""
    rounds = max(0, len(captains) - 1 + len(captains) % 2)
    return tuple(
        pairing
        for leg in range(legs)
        for number in range(rounds)
        for pairing in _berger_round(captains, number, leg=leg, round_=leg * rounds + number + 1)
    )


def _berger_round(captains: Sequence[str], number: int, *, leg: int, round_: int) -> list[Pairing]:
    """Round `number` (from 0) of a leg. An odd field has an empty last place: its partner rests."""
    places = len(captains) + len(captains) % 2
    circle = places - 1
    top = number * (places // 2) % circle
    boards = [(top, circle) if number % 2 == 0 else (circle, top)]
    boards += [((top + k) % circle, (top - k) % circle) for k in range(1, places // 2)]
    turned = [(b, a) if leg % 2 else (a, b) for a, b in boards]
    return [
        Pairing(round=round_, first=captains[a], second=captains[b], meeting=leg + 1)
        for a, b in turned
        if max(a, b) < len(captains)
    ]


def gauntlet(captains: Sequence[str], opponents: Sequence[str]) -> tuple[Pairing, ...]:
    """Every captain meets every opponent once; each round all move on to the next opponent."""
    rounds = max(len(captains), len(opponents))
    return tuple(
        Pairing(round=number + 1, first=captain, second=opponents[place])
        for number in range(rounds)
        for index, captain in enumerate(captains)
        if (place := (index + number) % rounds) < len(opponents)
    )
