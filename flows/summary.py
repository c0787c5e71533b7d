"""What a run comes to: the JSON of `captains run --json`, and the flow's result."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from flows.accounts import CaptainAccount
from flows.run import Run
from tournaments import stages_data, standings_data, stopping_data


class EpisodeCounts(BaseModel):
    """`played` now, `resumed` from before; `void` and `forfeit` of both."""

    played: int
    resumed: int
    void: int
    forfeit: int


class RunRest(BaseModel):
    """What is left to be played and what it will take at the pace and the cost of those that were;
    null where nobody can tell.
    """

    episodes: int
    seconds: float | None
    tokens: int | None
    usd: float | None


class RunSummary(BaseModel):
    """`stopped` by what, where its budget is spent; `champion` of a format that makes one, once it
    has; `stages` how each part of the tournament ended; `stopping` what the file's rule says of
    when it is over; `unplayable` says which captains could not play as they are set up, and why;
    `unranked` why the standings are no ranking; `voided` why episodes are void, each reason once.
    `taken_over` from runs of the file as it was before, which are in the folders `earlier`;
    `changed` says in what the newest of them differs. `report` where the page is, None where it
    could not be written.
    """

    run_dir: str
    file_digest: str
    seconds: float
    episodes: EpisodeCounts
    standings: list[dict[str, Any]]
    champion: str | None = None
    stages: list[dict[str, Any]] = []
    stopping: dict[str, Any] | None = None
    stopped: str | None = None
    unplayable: list[str] = []
    unranked: list[str] = []
    voided: list[str] = []
    taken_over: int = 0
    earlier: list[str] = []
    changed: list[str] = []
    spent: dict[str, Any] = {}
    left: RunRest | None = None
    captains: list[CaptainAccount] = []
    report: str | None = None


def spent_of(run: Run) -> dict[str, Any]:
    """What a run has spent, over all its starts: tokens, usd, usd_priced, calls, unpriced_calls,
    wall_s. What workers spend is known as it comes home.
    """
    return run.budgets.spent()


def rest_of(run: Run, seconds: float) -> RunRest:
    """What is left, this start having gone on for so long."""
    ahead, work_s = run.outlook(), run.ended.work_s - run.began.work_s
    left_s = None
    if ahead.work_s is not None and work_s > 0:
        left_s = round(ahead.work_s * seconds / work_s, 1)
    return RunRest(
        episodes=ahead.episodes,
        seconds=left_s,
        tokens=None if ahead.tokens is None else round(ahead.tokens),
        usd=ahead.usd,
    )


def summary_of(run: Run, seconds: float) -> RunSummary:
    """What this start of a run comes to, which went on for so long."""
    course, book = run.course(), run.book
    return RunSummary(
        run_dir=str(run.folder.path),
        file_digest=run.file_digest,
        seconds=round(seconds, 3),
        episodes=EpisodeCounts(
            played=run.done - book.void - run.resumed - run.taken_over,
            resumed=run.resumed,
            void=book.void,
            forfeit=book.forfeits,
        ),
        standings=standings_data(book.table.standings()),
        champion=course.champion,
        stages=stages_data(course.stages),
        stopping=stopping_data(course.stopping),
        stopped=run.stopped,
        unplayable=[why for _, why in sorted(book.unplayable.items())],
        unranked=book.unranked(),
        voided=book.voided(),
        taken_over=run.taken_over,
        earlier=[str(one.folder.path) for one in run.heritage.earlier],
        changed=list(run.heritage.changed()),
        spent=spent_of(run),
        left=rest_of(run, seconds),
        captains=book.accounts(),
    )
