"""What lies between two captains of a league, and who cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from tournaments.stats.bradley_terry import Fit
from tournaments.stats.scale import ELO_A_NAT
from tournaments.stats.student import CONFIDENCE, below, reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Between neighbours of the table, with its 95 % interval, of which an end may be open (None).
    `p`: two-sided, corrected for all gaps (Holm).
    """

    better: str
    worse: str
    elo: float
    low: float | None
    high: float | None
    p: float

    @property
    def is_resolved(self) -> bool:
        return self.p < 1 - CONFIDENCE


def gap_between(found: Fit, better: str, worse: str) -> Gap:
    """How far one captain is ahead of another (below 0 where he is behind), `p` not corrected."""
    apart = contrast(found, better, worse)
    margin = apart.margin(CONFIDENCE)
    up, down = found.captains.index(better), found.captains.index(worse)
    is_open_below = any(down in above and up not in above for above in found.apart)
    is_open_above = any(up in above and down not in above for above in found.apart)
    may_be_none = is_open_below if apart.elo >= 0 else is_open_above
    return Gap(
        better=better,
        worse=worse,
        elo=apart.elo,
        low=None if is_open_below else apart.elo - margin,
        high=None if is_open_above else apart.elo + margin,
        p=1.0 if may_be_none else apart.p,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A difference in Elo and its standard error."""

    elo: float
    error: float
    freedom: int

    @property
    def p(self) -> float:
        """Two-sided, that there is none."""
        return 2 * below(-abs(self.elo) / self.error, self.freedom) if self.error else 1.0

    def margin(self, confidence: float) -> float:
        """Half of the interval."""
        return reach(self.freedom, confidence) * self.error


def contrast(found: Fit, better: str, worse: str) -> Contrast:
    one, other = found.captains.index(better), found.captains.index(worse)
    v = found.covariance
    variance = max(float(v[one, one] + v[other, other] - 2 * v[one, other]), 0.0)
    return Contrast(
        elo=float(found.strengths[one] - found.strengths[other]) * ELO_A_NAT,
        error=sqrt(variance) * ELO_A_NAT,
        freedom=max(int(found.clusters[[one, other]].min()) - 1, 1),
    )


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): each p as if it were the only one tested."""
    corrected, least = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        corrected[place] = least
    return corrected


def tied_groups(gaps: Sequence[Gap]) -> tuple[tuple[str, ...], ...]:
    groups: list[list[str]] = []
    for gap in gaps:
        if gap.is_resolved:
            continue
        if groups and groups[-1][-1] == gap.better:
            groups[-1].append(gap.worse)
        else:
            groups.append([gap.better, gap.worse])
    return tuple(map(tuple, groups))
