"""Views of a run in the Prefect UI. An artifact is never the truth, so one that fails is logged
and missed.

Keys are stable (`a-z0-9-` only), so that the UI keeps their history: a run's table is the newest
of its line.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Collection, Sequence
from typing import Final, TypeVar
from uuid import UUID

import httpx
from prefect.artifacts import (
    acreate_link_artifact,
    acreate_markdown_artifact,
    acreate_progress_artifact,
    aupdate_progress_artifact,
)
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger

from engine.result import EpisodeResult
from engine.wording import printable
from flows.budget import budget_markdown
from flows.honesty import accounts_markdown
from flows.report import PAGE, Report
from flows.report.markdown import (
    quality_markdown,
    ratings_markdown,
    report_markdown,
    stopping_markdown,
    turning_markdown,
)
from flows.run import Run
from flows.scorecards import results_markdown, scorecards_markdown
from flows.single import SINGLES
from flows.summary import spent_of
from tournaments import crosstable_markdown, stages_markdown, standings_markdown
from tournaments.report import markdown_text

MOST_SCORECARDS: Final = 200  # a run's take 20 ms each; above this, matches are listed

T = TypeVar("T")
_NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")


def key(*parts: str) -> str:
    """An artifact key from names: small letters, digits and hyphens."""
    return "-".join(
        filter(None, (_NOT_IN_KEYS.sub("-", part.lower()).strip("-") for part in parts))
    )


async def show_table(run: Run) -> None:
    """The standings and the crosstable, as they are now."""
    rows = run.book.table.standings()
    about = f"{run.done} of {run.total} episodes"
    await _made(
        acreate_markdown_artifact(
            standings_markdown(rows), key=key("standings", run.spec.name), description=about
        )
    )
    await _made(
        acreate_markdown_artifact(
            crosstable_markdown(run.book.table),
            key=key("crosstable", run.spec.name),
            description=about,
        )
    )
    if run.has_stages:
        stages = stages_markdown(run.course())
        await _made(
            acreate_markdown_artifact(stages, key=key("stages", run.spec.name), description=about)
        )


async def show_accounts(run: Run) -> None:
    """Who decided for each captain and what it took, and why the table is no ranking."""
    text = "\n\n".join(
        [accounts_markdown(run.book.accounts()), *map(markdown_text, run.book.unranked())]
    )
    about = f"{run.done} of {run.total} episodes"
    await _made(
        acreate_markdown_artifact(text, key=key("captains", run.spec.name), description=about)
    )


async def show_budget(run: Run) -> None:
    """What was spent of what the run may spend."""
    text = budget_markdown(run.order.allowance, spent_of(run), run.stopped)
    about = f"{run.done} of {run.total} episodes"
    await _made(
        acreate_markdown_artifact(text, key=key("budget", run.spec.name), description=about)
    )


async def show_report(run: Run, report: Report, story: str, run_page: str | None) -> None:
    """Ratings, what the stopping rule says, decisions and turning points; the answer, and where the
    report is. `run_page`: where a cockpit shows the run.
    """
    name, page = run.spec.name, run.folder.path / PAGE
    about = f"{run.done} of {run.total} episodes"
    parts = {
        "ratings": ratings_markdown(report),
        "stopping": stopping_markdown(report),
        "decisions": quality_markdown(report),
        "turning-points": turning_markdown(report),
    }
    for what, text in parts.items():
        if text:
            await _made(acreate_markdown_artifact(text, key=key(what, name), description=about))
    text = report_markdown(report, page, run_page)
    await _made(acreate_markdown_artifact(text, key=key("report", name), description=story))


async def show_cockpit(run: Run, page: str | None) -> None:
    """Where the featured match can be watched."""
    if page is not None:
        await _made(
            acreate_link_artifact(page, link_text="Watch live", key=key("cockpit", run.spec.name))
        )


def has_scorecards(run: Run) -> bool:
    """Whether each of its matches has one."""
    return run.total <= MOST_SCORECARDS


async def show_scorecards(run: Run, results: Sequence[EpisodeResult]) -> None:
    """Of matches that ended together; in a large run none, as its matches are listed."""
    if results and has_scorecards(run):
        await _show_cards(run.spec.name, results, f"{run.done} of {run.total} episodes")


async def show_featured(run: Run, result: EpisodeResult) -> None:
    """The scorecard of the match that was shown, in a large run too."""
    await _show_cards(run.spec.name, [result], f"featured: {result.result}")


async def show_matches(run: Run, rows: Collection[Sequence[str]]) -> None:
    """A list of them, if there are any; `rows` as `scorecards.cells_of` gives them."""
    if not rows:
        return
    title = f"{run.spec.name} · {run.done} of {run.total} episodes"
    text = results_markdown(title, rows)
    await _made(acreate_markdown_artifact(text, key=key("results", run.plan.run_id)))


async def show_scorecard(result: EpisodeResult) -> None:
    """The scorecard of a single match."""
    await _show_cards(SINGLES, [result], result.result)


async def _show_cards(name: str, results: Sequence[EpisodeResult], about: str) -> None:
    """One key for all matches of a name: its versions are those that ended together."""
    text = scorecards_markdown(f"{name} · {about}", results)
    about = printable(about)
    await _made(acreate_markdown_artifact(text, key=key("scorecards", name), description=about))


class Progress:
    """The progress artifact of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._id: UUID | None = None

    async def update(self) -> None:
        percent = 100 * self._run.done / self._run.total if self._run.total else 100.0
        if self._id is not None:
            await _made(aupdate_progress_artifact(self._id, progress=percent))
            return
        name = self._run.spec.name
        made = acreate_progress_artifact(percent, key=key("progress", name), description=name)
        self._id = await _made(made)


async def _made(artifact: Awaitable[T]) -> T | None:
    try:
        return await artifact
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("an artifact could not be made: %s", error)
        return None
