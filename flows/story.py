"""What a run came to, in a line: the message of its final state in the Prefect UI."""

from __future__ import annotations

from typing import Final, TypeVar, cast

from prefect.states import Completed, Failed

from engine.events import EndReason
from engine.wording import printable, shortened
from flows.report import Report
from flows.report.answer import span
from flows.report.markup import signed
from flows.single import MatchReport
from flows.summary import RunSummary
from tournaments.report import plain_name
from tournaments.stats.gaps import Gap

LONGEST: Final = 300

T = TypeVar("T")


class NothingCounts(Exception):
    """Every episode of a run is void, so that its flow run has failed. The message is the story."""

    def __init__(self, story: str, summary: RunSummary | None = None) -> None:
        super().__init__(story)
        self.summary = summary


class MatchVoid(Exception):
    """A single match counts for nobody, so that its flow run has failed. The message is why."""

    def __init__(self, story: str, report: MatchReport | None = None) -> None:
        super().__init__(story)
        self.report = report


def ended_run(summary: RunSummary, story: str) -> RunSummary:
    """What a tournament's flow returns; whoever called it gets `NothingCounts` where that is so."""
    counts = summary.episodes
    if counts.void and not (counts.played or counts.resumed or summary.taken_over):
        return _failed(summary, story, NothingCounts(story, summary))
    return _completed(summary, story)


def ended_match(report: MatchReport) -> MatchReport:
    """What a match's flow returns; whoever called it gets `MatchVoid` where that is so."""
    story = story_of_match(report)
    if EndReason(report.end_reason).is_void:
        return _failed(report, story, MatchVoid(story, report))
    return _completed(report, story)


def _completed(result: T, story: str) -> T:
    """Prefect shows the story, and gives the result to whoever called the flow."""
    return cast("T", Completed(data=result, message=story))


def _failed(_result: T, story: str, error: Exception) -> T:
    """Prefect shows the story, and raises the error where the flow was called."""
    return cast("T", Failed(data=error, message=story))


def story_of(done: int, total: int, summary: RunSummary, report: Report | None) -> str:
    """`47 of 120 episodes, qwen +38 ± 22 Elo on heuristic, tied; stopped: …`."""
    parts = [counts_of(done, total, summary.episodes.void)]
    if summary.champion is not None:
        parts.append(f"champion {plain_name(summary.champion)}")
    if summary.unranked:
        parts.append("no ranking")
    elif report is not None and (found := report.ratings.adjusted) is not None and found.gaps:
        parts.append(told_of(found.gaps[0]))
    told = ", ".join(parts)
    if summary.stopped is not None:
        told += f"; stopped: {summary.stopped}"
    return shortened(printable(told), LONGEST)


def counts_of(done: int, total: int, void: int) -> str:
    """`47 of 120 episodes, 2 void`; `done` have ended, void ones too."""
    return f"{done - void} of {total} episodes{f', {void} void' if void else ''}"


def told_of(gap: Gap) -> str:
    """The first of the table and who is next, luck taken out; `tied` where the data does not tell
    them apart.
    """
    if gap.low is None or gap.high is None:  # who has not lost yet may be any better
        much = f"{span(gap)} " if gap.is_resolved else ""  # else its end lies on the other side
        told = f"{plain_name(gap.better)} {much}ahead of {plain_name(gap.worse)}"
    else:
        margin = (gap.high - gap.low) / 2
        told = f"{plain_name(gap.better)} {signed(gap.elo)} ± {margin:.0f} Elo"
        told += f" on {plain_name(gap.worse)}"
    return f"{told}{'' if gap.is_resolved else ', tied'}"


def story_of_match(report: MatchReport) -> str:
    """`heuristic won by 12 runs`, or `void (transport): ` and why."""
    why = f": {report.error}" if report.error else ""
    return shortened(printable(f"{report.result}{why}"), LONGEST)
