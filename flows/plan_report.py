"""What `captains plan` says: the JSON of `--json`."""

from __future__ import annotations

from math import floor
from typing import Literal, Self

from pydantic import BaseModel

from flows.ranges import Range


class Span(BaseModel):
    """A figure that is not known yet, to four digits."""

    low: float
    expected: float
    high: float

    @classmethod
    def of(cls, found: Range) -> Self:
        return cls(**found.shown())


class CaptainNeed(BaseModel):
    """Of one captain who is asked. `usd` null: nobody knows the price of what he answers."""

    captain: str
    calls: Span
    tokens: Span
    usd: Span | None
    source: str


class Resolved(BaseModel):
    """What a difference between two captains must be to be seen, in Elo points; null where too
    little is planned to tell. The first two are of the two who are the hardest to compare, with all
    whom they met; the next two of a pairing alone.

    `pair_variance` of a pair's mean score; `gain`: how many times as many unpaired matches would
    tell as much.
    """

    scores: Literal["raw", "adjusted"]
    half_width_elo: float | None
    detectable_elo: float | None
    head_to_head_half_width_elo: float | None
    head_to_head_detectable_elo: float | None
    pair_variance: float
    gain: float
    source: str


class MachinesFor(BaseModel):
    """To be done in so many hours: machines like this one for scripted play, and answers under way
    at once at the endpoints together.
    """

    hours: int
    machines: int
    slots: int


class LimitCheck(BaseModel):
    """One of the file's limits. `fits`: `yes` also at the high end, `perhaps` as expected, else
    `no`; then it is enough for about so many `pairs`.
    """

    name: str
    limit: float
    spent: float
    fits: Literal["yes", "perhaps", "no"]
    pairs: int

    @classmethod
    def of(cls, name: str, limit: float, spent: float, need: Range, pairs: int) -> Self:
        """`need` is for so many `pairs`, beside what has been `spent`."""
        room = max(0.0, limit - spent)
        fits: Literal["yes", "perhaps", "no"] = "no"
        if need.high <= room:
            fits = "yes"
        elif need.expected <= room:
            fits = "perhaps"
        enough = pairs if need.expected <= room else floor(pairs * room / need.expected)
        return cls(name=name, limit=limit, spent=round(spent, 6), fits=fits, pairs=enough)


class PlanReport(BaseModel):
    """What a tournament will take, and what it can tell.

    `episodes` of this occasion are `fixtures` × pairs × 2; where results decide how many there will
    be, these are the most, and what ends in `_at_least` the fewest. `played` have a sealed record,
    `taken_over` are those that an earlier version of the file has played.
    Calls, tokens, dollars, hours and megabytes of records are of what is `left`; `spent` is what
    the run has taken. `usd` null: some price is not known.
    """

    file: str = ""
    name: str
    file_digest: str
    occasion: str
    captains: list[str]
    fixtures: int
    fixtures_at_least: int
    pairs: int
    episodes: int
    episodes_at_least: int
    played: int
    taken_over: int
    left: int
    calls: Span
    tokens: Span
    usd: Span | None
    hours: Span
    disk_mb: Span
    disk_free_mb: int
    processes: int
    slots: int
    by_captain: list[CaptainNeed]
    machines: list[MachinesFor]
    resolution: list[Resolved]
    limits: list[LimitCheck]
    spent: dict[str, float]
    sources: dict[str, str]
