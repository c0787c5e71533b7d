"""A ladder: a challenger plays up, rung by rung, until he does not win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """How a ladder stands. `order` from the top; `next`: who challenges whom, None where everybody
    has had his turn. `to_come`: challengers after the one whose turn it is.
    """

    order: tuple[str, ...]
    next: tuple[str, str] | None
    to_come: tuple[str, ...]


def climb(captains: Sequence[str], challengers: int, won: Mapping[tuple[str, str], bool]) -> Climb:
    """The ladder after these encounters: `won[challenger, holder]`, whether the challenger did.

    `captains` from the top rung down; the last `challengers` of them come from below, one after
    the other. Who wins takes the rung and goes on; a holder keeps his when they are level.
    """
    order, coming = list(captains[:-challengers]), captains[-challengers:]
    for number, challenger in enumerate(coming):
        order.append(challenger)
        place = len(order) - 1
        while place > 0:
            holder = order[place - 1]
            result = won.get((challenger, holder))
            if result is None:
                to_come = tuple(coming[number + 1 :])
                return Climb(order=tuple(order), next=(challenger, holder), to_come=to_come)
            if not result:
                break
            order[place - 1], order[place] = challenger, holder
            place -= 1
    return Climb(order=tuple(order), next=None, to_come=())
