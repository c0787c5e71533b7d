"""What a run left, read once: its results, its table, its pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine.cricket.choices import Seat
from engine.result import EpisodeResult
from flows.gists import gists
from flows.ledger import RunFolder
from flows.past import PastRun
from flows.report.play import Play
from tournaments.pairs import LegScore, Pair, pairs_of
from tournaments.standings import Table

_LEGS: Final = ("a", "b")  # as the ids of a pair's episodes end


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """`results` of every episode that was tried, `counted` those that are not void, `pairs` the
    whole ones among them.
    """

    run: PastRun
    results: tuple[EpisodeResult, ...]
    counted: tuple[EpisodeResult, ...]
    table: Table
    play: Play
    pairs: tuple[Pair, ...]

    @classmethod
    def of(cls, folder: RunFolder) -> Material:
        """Raises `NoRun`."""
        run = PastRun.at(folder.path)
        results = tuple(run.results().values())
        counted = tuple(result for result in results if not result.end_reason.is_void)
        play = Play(counted)
        play.add(gists(folder, (result.episode_id for result in counted)))
        return cls(
            run=run,
            results=results,
            counted=counted,
            table=run.table(results),
            play=play,
            pairs=tuple(_tossed(pair, play.tosses) for pair in pairs_of(counted)),
        )


def _tossed(pair: Pair, tosses: Mapping[str, Seat]) -> Pair:
    """The pair with who won its tosses."""
    won = [tosses.get(f"{pair.pair_id}-{leg}") for leg in _LEGS]
    one, other = (
        _leg(leg, seat, at_home=number == 0)
        for number, (leg, seat) in enumerate(zip(pair.legs, won, strict=True))
    )
    return replace(pair, legs=(one, other))


def _leg(leg: LegScore, won: Seat | None, *, at_home: bool) -> LegScore:
    if won is None:
        return leg
    return replace(leg, toss=1 if (won is Seat.HOME) == at_home else -1)
