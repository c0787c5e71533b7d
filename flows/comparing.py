"""One question about a run: which of two captains is better, and how sure is that?"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from engine.result import EpisodeResult
from flows.accounts import accounts, against_ranking
from flows.past import PastRun
from tournaments.pairs import LEGS, Outcome, Pair, between, pairs_of, without_repeats
from tournaments.ratings import FEW_SEEDS, adjusted_games
from tournaments.report import plain_name
from tournaments.stats.bradley_terry import fit
from tournaments.stats.connected import NotConnected
from tournaments.stats.counts import Counts
from tournaments.stats.gaps import gap_between
from tournaments.stats.head_to_head import adjusted, head_to_head, run_margin
from tournaments.stats.intervals import widened
from tournaments.stats.means import Estimate
from tournaments.stats.scale import Interval, score_at
from tournaments.stats.student import reach
from tournaments.stop_spec import StopSprt
from tournaments.stopped import elo_after_stop

_Row = list[str]


class Measured(BaseModel):
    """With its 95 % interval; None where nothing bounds it, or too little was played to tell."""

    value: float | None
    low: float | None
    high: float | None

    def turned(self) -> Measured:
        """As the other captain sees it."""
        value, low, high = (
            None if one is None else -one for one in (self.value, self.high, self.low)
        )
        return Measured(value=value, low=low, high=high)


class Comparison(BaseModel):
    """What the run says of `a` against `b`, all of it as `a` sees it.

    From their own pairs: `elo` and `nelo` of what was won, `los` the likelihood that `a` is better,
    `adjusted_elo` with the luck taken out and `adjusted_los`, `margin` in runs a match.
    `after_stop`: Elo without the lean of a test of the two that has ended, else None. `league`:
    Elo, luck taken out, from everybody's pairs. `worth_matches`: so many matches would be as sure
    with the luck left in; None where they showed no spread. `unranked`: why it is no ranking.
    """

    run_dir: str
    a: str
    b: str
    sentence: str
    pairs: int
    won: int
    drawn: int
    lost: int
    score: Measured
    elo: Measured
    nelo: Measured
    los: float
    adjusted_score: Measured
    adjusted_elo: Measured
    adjusted_los: float | None
    margin: Measured
    after_stop: Measured | None
    league: Measured
    worth_matches: int | None
    unranked: list[str]
    warnings: list[str]

    def rows(self) -> list[_Row]:
        """The numbers for a terminal: what, how much, from where to where."""
        return [
            ["won–drawn–lost", f"{self.won}–{self.drawn}–{self.lost}", ""],
            ["score", *_told(self.score, ".3f")],
            ["Elo", *_told(self.elo, "+.0f")],
            ["nElo", *_told(self.nelo, "+.0f")],
            ["better with chance", f"{self.los:.1%}", ""],
            ["luck taken out: score", *_told(self.adjusted_score, ".3f")],
            ["luck taken out: Elo", *_told(self.adjusted_elo, "+.0f")],
            *([["after its test", *_told(self.after_stop, "+.0f")]] if self.after_stop else []),
            ["luck taken out: league", *_told(self.league, "+.0f")],
            [
                "worth so many matches",
                "–" if self.worth_matches is None else f"{self.worth_matches:,}",
                "",
            ],
            ["runs a match", *_told(self.margin, "+.1f")],
        ]


def compare(run: PastRun, a: str, b: str) -> Comparison | None:
    """None where they have played no whole pair."""
    results = list(run.results().values())
    every = without_repeats(pairs_of(results))
    pairs = between(every, a, b)
    if not pairs:
        return None
    against = against_ranking(run.captains, accounts(run.captains, results), results)
    raw, less_luck = head_to_head(Counts.of_pairs(pairs, a)), adjusted(pairs, a)
    assert less_luck is not None
    outcomes = [outcome for pair in pairs for outcome in pair.outcomes]
    adjusted_elo, after_stop = _of_interval(less_luck.elo), _after_stop(run, results, a, b)
    return Comparison(
        run_dir=str(run.folder.path),
        a=a,
        b=b,
        sentence=_sentence(a, b, adjusted_elo, less_luck.score, against),
        pairs=len(pairs),
        won=outcomes.count(Outcome.WIN),
        drawn=outcomes.count(Outcome.DRAW),
        lost=outcomes.count(Outcome.LOSS),
        score=_of_interval(raw.score),
        elo=_of_interval(raw.elo),
        nelo=_of_interval(raw.nelo),
        los=raw.los,
        adjusted_score=_of_estimate(less_luck.score.as_score()),
        adjusted_elo=adjusted_elo,
        adjusted_los=less_luck.los,
        margin=_of_estimate(run_margin(pairs, a)),
        after_stop=after_stop,
        league=_league(every, a, b),
        worth_matches=_worth(pairs, a, less_luck.score),
        unranked=against,
        warnings=_warnings(len(pairs), against, has_stopped=after_stop is not None),
    )


def _after_stop(run: PastRun, results: Sequence[EpisodeResult], a: str, b: str) -> Measured | None:
    stop = run.spec.stop
    if not isinstance(stop, StopSprt) or set(stop.sprt.pair) != {a, b}:
        return None
    stopping = run.course(results).stopping
    found = None if stopping is None else elo_after_stop(stopping)
    if found is None:
        return None
    told = _of_interval(found)
    return told if stop.sprt.pair[0] == a else told.turned()


def _worth(pairs: Sequence[Pair], a: str, less_luck: Estimate) -> int | None:
    """By the variance of a pair's score with its luck over that without."""
    if less_luck.high is None or not (raw := Counts.of_pairs(pairs, a).variance):
        return None
    error = (less_luck.high - less_luck.mean) / reach(less_luck.freedom)
    variance = raw * len(pairs) / (len(pairs) - 1)
    return round(LEGS * variance / error**2)


def _league(pairs: Sequence[Pair], a: str, b: str) -> Measured:
    try:
        found = widened(fit(adjusted_games(pairs)), adjusted=True)
    except NotConnected:
        return Measured(value=None, low=None, high=None)
    gap = gap_between(found, a, b)
    return Measured(value=gap.elo, low=gap.low, high=gap.high)


def _sentence(a: str, b: str, elo: Measured, score: Estimate, against: Sequence[str]) -> str:
    """The answer, by their own pairs with the luck taken out."""
    ahead, behind = (a, b) if score.mean >= 0.5 else (b, a)
    if ahead == b:
        elo = elo.turned()
    after = f"after {_pairs(score.pairs)}, luck taken out"
    names = plain_name(ahead), plain_name(behind)
    said = _said(*names, elo, after) if _is_sure(score) else _unsure(*names, elo, after)
    return f"{said}; but this is no ranking: {'; '.join(against)}." if against else f"{said}."


def _is_sure(score: Estimate) -> bool:
    """Also where an end of the interval has no Elo."""
    low, high = score.low, score.high
    return low is not None and high is not None and (low > 0.5 or high < 0.5)


def _said(better: str, worse: str, elo: Measured, after: str) -> str:
    if elo.value is None:
        much = "" if elo.low is None else f" by {_span(elo)}"  # all of it may lie beyond any Elo
        return f"{better} is better than {worse}{much} {after}"
    wins = 100 * score_at(elo.value)
    much = f"{elo.value:.0f} Elo ({_span(elo)}), {wins:.0f} of 100 matches"
    return f"{better} is better than {worse} by {much}, {after}"


def _unsure(ahead: str, behind: str, elo: Measured, after: str) -> str:
    much = "" if elo.value is None else f": {ahead} is {elo.value:.0f} Elo ahead ({_span(elo)})"
    return f"Nothing tells {ahead} and {behind} apart {after}{much}"


def _span(elo: Measured) -> str:
    if elo.low is None:
        return "no interval" if elo.high is None else f"at most {elo.high:.0f} Elo"
    return f"at least {elo.low:.0f} Elo" if elo.high is None else f"{elo.low:.0f} to {elo.high:.0f}"


def _warnings(pairs: int, against: Sequence[str], *, has_stopped: bool) -> list[str]:
    few = [f"only {_pairs(pairs)}: the interval is rough"] if pairs < FEW_SEEDS else []
    lean = [
        "their test has ended: a plain Elo overstates what a test stopped at, `after its test` not"
    ]
    return [*(f"not a ranking: {why}" for why in against), *few, *(lean if has_stopped else [])]


def _pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"


def _of_interval(found: Interval) -> Measured:
    return Measured(value=found.mean, low=found.low, high=found.high)


def _of_estimate(found: Estimate | None) -> Measured:
    if found is None:
        return Measured(value=None, low=None, high=None)
    return Measured(value=found.mean, low=found.low, high=found.high)


def _told(measured: Measured, form: str) -> _Row:
    """The value and its interval, an open end left out."""

    def of(value: float | None) -> str:
        return "–" if value is None else format(value, form)

    is_open = measured.low is measured.high is None
    return [of(measured.value), "" if is_open else f"{of(measured.low)} to {of(measured.high)}"]
