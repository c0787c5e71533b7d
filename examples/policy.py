"""A captain of one's own: admitted by the conformance suite, then played against `heuristic`."""

import asyncio

from engine.captains import Baseline, CaptainSpec, resolve
from engine.casting import Cast
from engine.conformance import check_captain
from engine.cricket import Decision, DecisionKind, DecisionRequest, Seat
from engine.cricket.choices import ShotDecision
from engine.episode import play_episode
from engine.seeds import CaptainDraws
from engine.spec import EpisodeSpec


class Saver(Baseline):
    """Does what is usual, but bats with little risk until a third of the innings is left."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if request.kind is not DecisionKind.SHOT or innings is None:
            return super().decide(request, draws)
        late = 3 * innings.balls_left <= innings.format.max_balls
        return ShotDecision(aggression=0.6 if late else 0.2)


async def main() -> None:
    failed = [check for check in check_captain(Saver) if not check.passed]
    print(f"{len(failed)} checks failed {[f'{check.name}: {check.detail}' for check in failed]}")
    spec = EpisodeSpec(
        episode_id="saver-v-heuristic-1",
        seed=1,
        overs=5,
        home=CaptainSpec(name="saver", kind="saver"),
        away=resolve("heuristic"),
    )
    result = await play_episode(spec, cast=Cast(captains={Seat.HOME: Saver()}))
    print(f"{result.home} v {result.away}: {result.result}, luck {result.luck:+.3f}")


asyncio.run(main())
