"""Who is better, by how much, and how sure that is: ratings of a whole league, raw and adjusted.

Elo, of mean 0. Intervals are 95 %, by Student's t over the seeds that a captain played: pairings
that play the same seeds share what is in them, so a seed is one observation. Where a captain won
or lost nearly all, an end of his interval is open, and its other end comes from his score alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tournaments.pairs import Pair, without_repeats
from tournaments.stats.bradley_terry import fit
from tournaments.stats.connected import NotConnected
from tournaments.stats.games import Game
from tournaments.stats.ranking import Effect, Ranking, RatedCaptain, ranking_of

__all__ = ["Effect", "Ranking", "RatedCaptain", "Ratings", "rate"]

FEW_SEEDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Both rankings; None where nothing was played or some captains never met. `worth` raw matches
    are as good as one adjusted match. `unranked` says why places mean nothing here.
    """

    raw: Ranking | None
    adjusted: Ranking | None
    pairs: int
    seeds: int
    worth: float | None
    warnings: tuple[str, ...]
    unranked: tuple[str, ...]


def rate(
    pairs: Iterable[Pair], captains: Sequence[str] = (), *, unranked: Sequence[str] = ()
) -> Ratings:
    """Ratings from whole pairs. `captains`: everybody who was to play; `unranked`: reasons against
    a ranking that come from elsewhere (`flows.accounts.unranked`).
    """
    told = list(pairs)
    counted = without_repeats(told)
    warnings = _warnings(told, counted, captains)
    raw, adjusted, apart = None, None, []
    try:
        if counted:
            raw = ranking_of(fit(raw_games(counted)))
            adjusted = ranking_of(fit(adjusted_games(counted)), adjusted=True)
    except NotConnected as error:
        apart = [str(error)]
    return Ratings(
        raw=raw,
        adjusted=adjusted,
        pairs=len(counted),
        seeds=len({pair.seed for pair in counted}),
        worth=_worth(raw, adjusted),
        warnings=(*apart, *warnings, *(raw.warnings if raw else ())),
        unranked=tuple(unranked),
    )


def raw_games(pairs: Iterable[Pair]) -> list[Game]:
    """Both legs of every pair; they and all others on their seed are one cluster."""
    return [
        Game(
            first=pair.first,
            second=pair.second,
            score=leg.outcome.score,
            cluster=pair.seed,
            side=side,
            toss=leg.toss,
        )
        for pair in pairs
        for leg, side in zip(pair.legs, (1, -1), strict=True)
    ]


def adjusted_games(pairs: Iterable[Pair]) -> list[Game]:
    """As `raw_games`; the toss is luck and has been taken out."""
    return [
        Game(
            first=pair.first,
            second=pair.second,
            score=leg.adjusted,
            cluster=pair.seed,
            side=side,
        )
        for pair in pairs
        for leg, side in zip(pair.legs, (1, -1), strict=True)
    ]


def _worth(raw: Ranking | None, adjusted: Ranking | None) -> float | None:
    """The mean variance of the raw ratings over that of the adjusted ones, of captains whose
    intervals are closed in both.
    """
    if raw is None or adjusted is None:
        return None
    wide = {one.captain: one.width for one in raw.captains}
    both = [
        (was, one.width)
        for one in adjusted.captains
        if one.width is not None and (was := wide[one.captain]) is not None
    ]
    below = sum(narrow**2 for _, narrow in both)
    return sum(was**2 for was, _ in both) / below if below else None


def _warnings(told: Sequence[Pair], counted: Sequence[Pair], captains: Sequence[str]) -> list[str]:
    seeds = len({pair.seed for pair in counted})
    played = {captain for pair in counted for captain in (pair.first, pair.second)}
    absent = [captain for captain in captains if captain not in played]
    warnings = []
    if absent:
        warnings.append(f"not rated, as no pair of theirs is whole: {', '.join(absent)}")
    if counted and seeds < FEW_SEEDS:
        few = f"{seeds} seed{'' if seeds == 1 else 's'}"
        warnings.append(f"only {few}: under {FEW_SEEDS} the intervals are rough")
    if len(counted) < len(told):
        repeats = len(told) - len(counted)
        warnings.append(f"{repeats} pairs repeat a play that is counted already, and are left out")
    return warnings
