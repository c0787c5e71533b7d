"""Whether tonight's ratings are what the nights before let expect.

Tonight's Elo is compared with that of the nights before together, luck taken out of both, and the
errors of both counted: a night's own error is most of it. `outside` is a difference that chance
gives any captain of the ladder on one night of a hundred (Bonferroni over the captains).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import hypot
from statistics import NormalDist
from typing import Final

from flows.ledger import RunFolder
from flows.occasions import alike, latest_runs
from flows.past import PastRun
from tournaments.pairs import Pair, pairs_of
from tournaments.ratings import FEW_SEEDS, rate
from tournaments.stats.ranking import RatedCaptain

MOST_NIGHTS: Final = 30
MOST_MATCHES: Final = 20_000  # of the nights before: some seconds to read
FALSE_ALARMS: Final = 0.01  # a night
_IN_WIDTH: Final = 2 * NormalDist().inv_cdf(0.975)  # standard errors in a 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """In Elo. `low` and `high`: where tonight's rating was to be expected, by `nights` before."""

    captain: str
    tonight: float
    before: float
    low: float
    high: float
    nights: int

    def __str__(self) -> str:
        return (
            f"{self.captain} is at {self.tonight:+.0f} Elo; the {self.nights} runs before put him "
            f"at {self.before:+.0f}, and let expect {self.low:+.0f} to {self.high:+.0f}"
        )


def outside(folder: RunFolder) -> list[Outside]:
    """Of the run in `folder`, against the other occasions of its name that can be rated with it.
    Nothing where either has fewer than `FEW_SEEDS` seeds, or stops when it is decided: the Elo of a
    run that stops so leans. Raises `NoRun`, `OSError`.
    """
    tonight = PastRun.at(folder.path)
    pairs = [] if tonight.spec.stop is not None else [*_pairs(tonight)]
    if _seeds(pairs) < FEW_SEEDS:
        return []
    before = [*_before(folder)]
    earlier = [pair for run in before for pair in _pairs(run)]
    if _seeds(earlier) < FEW_SEEDS:
        return []
    now, then = _rated(pairs), _rated(earlier)
    if not now or now.keys() != then.keys():
        return []
    bound = NormalDist().inv_cdf(1 - FALSE_ALARMS / (2 * len(now)))
    compared = (_compared(now[name], then[name], bound, len(before)) for name in sorted(now))
    return [one for one in compared if one is not None]


def _before(folder: RunFolder) -> Iterator[PastRun]:
    """The nights before, the latest first; no more than can be read in some seconds."""
    runs, matches = alike([*latest_runs(folder.path.parent), folder]), 0
    for one in [run for run in reversed(runs) if run.path != folder.path][:MOST_NIGHTS]:
        run = PastRun.at(one.path)
        matches += int(run.about.get("episodes", 0))
        if matches > MOST_MATCHES:
            return
        if run.about.get("occasion") != folder.about().get("occasion"):
            yield run


def _pairs(run: PastRun) -> Iterator[Pair]:
    yield from pairs_of([one for one in run.standing() if not one.end_reason.is_void])


def _seeds(pairs: Iterable[Pair]) -> int:
    return len({pair.seed for pair in pairs})


def _rated(pairs: Iterable[Pair]) -> dict[str, RatedCaptain]:
    """By captain; nothing where some never met."""
    adjusted = rate(pairs).adjusted
    return {row.captain: row for row in adjusted.captains} if adjusted else {}


def _compared(now: RatedCaptain, then: RatedCaptain, bound: float, nights: int) -> Outside | None:
    if now.width is None or then.width is None:
        return None
    margin = bound * hypot(now.width, then.width) / _IN_WIDTH
    if abs(now.elo - then.elo) <= margin:
        return None
    return Outside(
        captain=now.captain,
        tonight=round(now.elo, 1),
        before=round(then.elo, 1),
        low=round(then.elo - margin, 1),
        high=round(then.elo + margin, 1),
        nights=nights,
    )
