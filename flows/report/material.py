"""What a run left, read once: its results, its table, its pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from engine.cricket.nodes import TossMade
from engine.events import SeatCounts
from engine.result import EpisodeResult
from flows.accounts import Accounts, CaptainAccount
from flows.gists import gists
from flows.ledger import RunFolder
from flows.past import PastRun
from flows.report.play import Play
from tournaments.pairs import Pair, pairs_of
from tournaments.standings import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """`results` of every episode that was tried, `by_run` the same run by run, `counted` those that
    are not void, `pairs` the whole ones among them. Of what captains were asked, results keep only
    whose decisions they were: the rest is in `honesty` and `play`, and would be nine tenths of what
    a long run takes.
    """

    runs: tuple[PastRun, ...]
    captains: tuple[str, ...]
    results: tuple[EpisodeResult, ...]
    by_run: tuple[tuple[EpisodeResult, ...], ...]
    counted: tuple[EpisodeResult, ...]
    honesty: tuple[CaptainAccount, ...]
    table: Table
    play: Play
    pairs: tuple[Pair, ...]

    @property
    def run(self) -> PastRun:
        """The latest."""
        return self.runs[-1]

    @classmethod
    def of(cls, *folders: RunFolder) -> Material:
        """Of one run, or of several together, the latest last. Raises `NoRun`."""
        runs = tuple(PastRun.at(folder.path) for folder in folders)
        captains = tuple(dict.fromkeys(name for run in reversed(runs) for name in run.captains))
        honesty, play = Accounts(captains), Play()
        by_run: list[tuple[EpisodeResult, ...]] = []
        table = runs[-1].new_table(captains)
        if len(runs) > 1:  # captains come and go
            table.by_share, table.has_rests = True, False
        for run in runs:
            stand = tuple(sorted(_folded(run.standing(), honesty, play), key=_episode))
            by_run.append(stand)
            run.fill(table, stand)
            ids = (result.episode_id for result in stand if not result.end_reason.is_void)
            play.read(gists(run.folder, ids))
        results = tuple(chain.from_iterable(by_run))
        counted = tuple(
            _with_toss(result, play.tosses) for result in results if not result.end_reason.is_void
        )
        return cls(
            runs=runs,
            captains=captains,
            results=results,
            by_run=tuple(by_run),
            counted=counted,
            honesty=tuple(honesty.told()),
            table=table,
            play=play,
            pairs=tuple(pairs_of(counted)),
        )


def _episode(result: EpisodeResult) -> str:
    """What results are told in the order of: that in which they ended is another every time."""
    return result.episode_id


def _folded(
    results: Iterable[EpisodeResult], honesty: Accounts, play: Play
) -> Iterator[EpisodeResult]:
    for result in results:
        honesty.add(result)
        bare = {
            seat: _bare(counts.captain, counts.decisions, counts.own, counts.fallbacks)
            for seat, counts in result.counts.items()
        }
        slim = replace(result, counts=bare)
        if not result.end_reason.is_void:
            play.add(slim, result.counts)
        yield slim


@lru_cache(maxsize=10_000)
def _bare(captain: str, decisions: int, own: int, fallbacks: int) -> SeatCounts:
    """One for all results that are alike in this."""
    return SeatCounts(
        captain=captain,
        decisions=decisions,
        own=own,
        fallbacks=fallbacks,
        rethinks=0,
        illegal=0,
        malformed=0,
        fines=0.0,
        coverage=own / decisions if decisions else 1.0,
    )


def _with_toss(result: EpisodeResult, tosses: Mapping[str, TossMade]) -> EpisodeResult:
    """A result of old has no toss: its gist may."""
    toss = tosses.get(result.episode_id)
    return result if toss is None else replace(result, toss=toss)
