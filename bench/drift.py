"""Where the win probability drifts: what the mean of a ball is beside the value before it.

`python -m bench.drift [--matches N] [--home baseline] [--away baseline] [--overs 20]` plays
matches, squads and conditions drawn, and prints for each over of both innings by how much the value
to the side batting is greater, without luck, than it was before: thousandths a match, with standard
errors. Where V is right it is nought everywhere. Luck is not touched by it: its mean is zero.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.captains import resolve
from engine.casting import Cast, setup_of
from engine.cricket.choices import Seat
from engine.cricket.distribution import MatchModel
from engine.cricket.nodes import BallBowled
from engine.cricket.outcomes import OUTCOMES
from engine.episode import play_episode
from engine.models import Models
from engine.seeds import derive_seed
from engine.spec import EpisodeSpec

Floats = npt.NDArray[np.float64]
_PLACE: Final = {outcome: place for place, outcome in enumerate(OUTCOMES)}


@dataclass(slots=True)
class Account:
    """Of one match, to the side batting: (innings, over) what V drifted and what was luck, and V
    `at_first` of each innings that was begun. Together they come to how a chase ended.
    """

    value: MatchModel
    drift: Floats
    luck: Floats
    at_first: dict[int, float] = field(default_factory=dict)
    _last: float = 0.0

    @classmethod
    def of(cls, value: MatchModel, overs: int) -> Account:
        return cls(value, np.zeros((2, overs)), np.zeros((2, overs)))

    def hear(self, ball: BallBowled, home_luck: float) -> None:
        before = ball.before
        if before.is_super_over:
            return
        place = before.number - 1, before.over
        if before.number not in self.at_first:
            self._last = self.at_first[before.number] = self.value.of(before)
        luck = home_luck if before.batting is Seat.HOME else -home_luck
        came = float(self.value.after(before)[_PLACE[ball.outcome]])
        self.drift[place] += came - luck - self._last
        self.luck[place] += luck
        self._last = came


def accounts(home: str, away: str, overs: int, seeds: Sequence[int]) -> Iterator[Account]:
    """One match a seed."""
    models = Models.shipped()
    for seed in seeds:
        spec = EpisodeSpec(
            episode_id="drift", seed=seed, overs=overs, home=resolve(home), away=resolve(away)
        )
        value = models.value_for(setup_of(spec, Cast()))
        assert value is not None
        found = Account.of(value, overs)
        asyncio.run(play_episode(spec, models=models, on_ball=found.hear, with_events=False))
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drift", description=__doc__)
    parser.add_argument("--matches", type=_matches, default=1_000)
    parser.add_argument("--home", default="baseline")
    parser.add_argument("--away", default="baseline")
    parser.add_argument("--overs", type=int, default=20)
    options = parser.parse_args()
    seeds = [derive_seed("drift", number) for number in range(options.matches)]
    played = accounts(options.home, options.away, options.overs, seeds)
    drift = 1_000 * np.stack([each.drift for each in played])
    for over in range(options.overs):
        print(f"over {over + 1:>2}", *(_told(drift[:, innings, over]) for innings in (0, 1)))
    print("all    ", *(_told(drift[:, innings].sum(axis=1)) for innings in (0, 1)))


def _matches(text: str) -> int:
    """Standard errors are of two at least."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text}; allowed: 2 or more")
    return int(text)


def _told(drift: Floats) -> str:
    return f"{drift.mean():+7.2f} ± {drift.std(ddof=1) / len(drift) ** 0.5:.2f}"


if __name__ == "__main__":
    main()
