"""What the events of a run say: its state in data, small enough to be sent often.

Nothing here is a change to what was said before: each event tells the whole of its part, so whoever
comes late needs the last of each kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from engine import events as ev
from engine.cricket.formats import format_of
from engine.result import EpisodeResult
from flows import stages
from flows.pace import Pace
from flows.run import Run
from flows.summary import RunSummary, spent_of
from tournaments.crosstable import Cell, cells, fixture_scores, ratings
from tournaments.stats.means import Estimate

MOST_PLAYING: Final = 24
MOST_FIXTURES: Final = 2_000  # a longer schedule is not sent: some 30 bytes each
DECIMALS: Final = 4


def started(run: Run) -> ev.TournamentStarted:
    spec, fixtures = run.spec, run.plan.fixtures
    rounds = stages.schedule(run.plan)
    return ev.TournamentStarted(
        name=spec.name,
        file_digest=run.file_digest,
        captains=run.plan.captains,
        episodes=run.total,
        kind=spec.format.kind,
        format=format_of(spec.match.max_overs).name,
        pairs=spec.pairs,
        best_of=spec.best_of or 0,
        rounds=len(rounds),
        schedule=rounds if len(fixtures) <= MOST_FIXTURES else (),
        spectate=spec.spectate.episodes,
    )


def standings(run: Run, pace: Pace, recent: Iterable[ev.JustEnded] = ()) -> ev.TournamentStandings:
    spent, ahead = spent_of(run), run.outlook()
    return ev.TournamentStandings(
        name=run.spec.name,
        played=run.done,
        episodes=run.total,
        rows=tuple(stages.row_of(row) for row in run.book.table.standings()),
        progress=ev.RunProgress(
            counted=run.done - run.book.void,
            void=run.book.void,
            forfeits=run.book.forfeits,
            open=run.total - run.done,
            seconds=round(pace.seconds, 1),
            per_s=_rounded(pace.per_s),
            left_s=_rounded(pace.left_s(ahead.episodes, ahead.work_s)),
        ),
        cost=ev.RunCost(
            **{name: spent[name] for name in ("tokens", "calls", "usd", "usd_priced")},
            unpriced_calls=spent["unpriced_calls"],
            left_tokens=None if ahead.tokens is None else round(ahead.tokens),
            left_usd=_rounded(ahead.usd),
        ),
        playing=run.playing.told(MOST_PLAYING),
        recent=tuple(recent),
    )


def crosstable(run: Run) -> ev.TournamentCrosstable:
    pairs = list(run.book.season.pairs())
    place = {captain: index for index, captain in enumerate(run.plan.captains)}
    fixtures, outcomes = run.plan.fixtures, run.book.table.outcomes()
    return ev.TournamentCrosstable(
        name=run.spec.name,
        played=run.done,
        episodes=run.total,
        cells=tuple(_cell(cell, place) for cell in cells(run.book.table, pairs)),
        ratings=tuple(
            ev.CaptainRating(share=_rounded(one.share), adjusted=_estimated(one.adjusted))
            for one in ratings(run.book.table, pairs)
        ),
        fixtures=tuple(
            (one.first, one.second, one.tied, one.void)
            for one in fixture_scores(run.plan, outcomes)
        )
        if len(fixtures) <= MOST_FIXTURES
        else (),
        **(stages.growing(run) if run.may_grow and len(fixtures) <= MOST_FIXTURES else {}),
    )


def ended(run: Run, summary: RunSummary) -> ev.TournamentEnded:
    """The run played all that it could."""
    stopped = [] if summary.stopped is None else [summary.stopped]
    verdict = [] if summary.stopping is None else [summary.stopping["said"]]
    return ev.TournamentEnded(
        name=run.spec.name,
        played=summary.episodes.played + summary.episodes.resumed,
        void=summary.episodes.void,
        forfeit=summary.episodes.forfeit,
        seconds=summary.seconds,
        state="stopped" if stopped else "finished",
        why=(*stopped, *verdict, *summary.unplayable),
        unranked=tuple(summary.unranked),
        episodes=run.total,
    )


def broken_off(run: Run, pace: Pace, error: BaseException) -> ev.TournamentEnded:
    """The run ended in mid-play; what was played counts, and the same file plays the rest."""
    failed = isinstance(error, Exception)
    return ev.TournamentEnded(
        name=run.spec.name,
        played=run.done - run.book.void,
        void=run.book.void,
        forfeit=run.book.forfeits,
        seconds=round(pace.seconds, 3),
        state="failed" if failed else "interrupted",
        why=(type(error).__name__,) if failed else (),
        episodes=run.total,
    )


def just_ended(run: Run, result: EpisodeResult) -> ev.JustEnded:
    return ev.JustEnded(
        episode_id=result.episode_id,
        attempt=result.attempt,
        home=result.home,
        away=result.away,
        winner=result.winner.value if result.winner else None,
        end_reason=result.end_reason,
        result=result.result,
        score=", ".join(f"{line.runs}/{line.wickets}" for line in result.innings),
        on_bus=run.is_on_bus(result.episode_id),
    )


def _cell(cell: Cell, place: dict[str, int]) -> ev.CrosstableCell:
    told = asdict(cell) | {"first": place[cell.first], "second": place[cell.second]}
    return ev.CrosstableCell(**told | {"adjusted": _estimated(cell.adjusted)})


def _estimated(estimate: Estimate | None) -> ev.Estimated | None:
    if estimate is None:
        return None
    told = estimate.as_score()
    return ev.Estimated(
        mean=round(told.mean, DECIMALS),
        low=_rounded(told.low),
        high=_rounded(told.high),
        pairs=told.pairs,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def changed(before: ev.TournamentStandings | None, now: ev.TournamentStandings) -> bool:
    """Whether there is more news than that time has passed."""
    return before is None or _still(before) != _still(now)


def _still(told: ev.TournamentStandings) -> Sequence[object]:
    return told.rows, told.played, told.cost, told.playing
