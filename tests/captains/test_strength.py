"""No single answer to every ball may run away with the game."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from engine.captains import Baseline, resolve
from engine.casting import Cast
from engine.cricket.choices import Decision, Seat, ShotDecision
from engine.cricket.nodes import DecisionRequest
from engine.episode import play_episode
from engine.seeds import CaptainDraws
from engine.spec import EpisodeSpec

PAIRS = 40


class AllOutAttack(Baseline):
    """The baseline, but for its batters, who try to hit every ball for six."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        decision = super().decide(request, draws)
        if isinstance(decision, ShotDecision):
            return replace(decision, aggression=1.0)
        return decision


async def adjusted_score(seed: int, overs: int, seat: Seat) -> float:
    spec = EpisodeSpec(
        episode_id="x", seed=seed, overs=overs, home=resolve("baseline"), away=resolve("baseline")
    )
    cast = Cast(captains={seat: AllOutAttack()})
    result = await play_episode(spec, cast=cast, with_events=False)
    score = 0.5 if result.winner is None else float(result.winner is seat)
    return score - (result.luck if seat is Seat.HOME else -result.luck)


def gain(overs: int) -> float:
    """All-out attack against the baseline over swapped pairs, luck taken out, in match results."""

    async def scores() -> list[float]:
        return [await adjusted_score(s, overs, seat) for s in range(PAIRS) for seat in Seat]

    found = asyncio.run(scores())
    return sum(found) / len(found) - 0.5


def test_all_out_attack_does_not_run_away_with_a_five_over_match() -> None:
    assert gain(5) < 0.08


def test_all_out_attack_loses_twenty_over_matches() -> None:
    assert gain(20) < 0.0
