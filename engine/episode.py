"""Play one episode: the driver of every live match.

`play_episode` is asynchronous and cancellable, never blocks the event loop, closes what it opened,
and ends for exactly one stated reason. The same spec gives the same `record_digest` in any
process, for captains that are functions of what they see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from time import monotonic
from typing import Any, Final

from engine import events as ev
from engine.answering import Chair
from engine.casting import Cast, captains_of, chair_of, setup_of
from engine.costs import Costs
from engine.cricket.choices import Seat
from engine.cricket.distribution import MatchModel
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import BallBowled, Fact, OverCompleted, TossMade
from engine.cricket.scorecard import innings_card
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Innings
from engine.driver import EVEN, BallLuck, MatchDriver
from engine.ending import Ending, ended, ending_by, in_words
from engine.fanout import Fanout, Observer
from engine.header import started
from engine.models import Models, solve_once
from engine.recap import line_of
from engine.reporter import Reporter
from engine.result import EpisodeResult
from engine.seeds import Streams
from engine.spec import EpisodeSpec
from engine.tool_captains import Preparable, Services
from engine.wire import DECIMALS

# A legal T20 match asks some 500 questions, an ODI 1,300; extras add a few. Twenty a ball is far
# above all of them.
_STEPS_PER_BALL: Final = 20
_LONGEST_HOLD_S: Final = 0.002  # of the event loop, to the over
# Events that scripted captains, who never wait, leave to be handed over together at the end of an
# over: an innings of a T20. Decisions are priced together, and that is several times as cheap.
_TOGETHER: Final = 400


async def play_episode(
    spec: EpisodeSpec,
    *,
    observers: Sequence[Observer] = (),
    models: Models | None = None,
    cast: Cast | None = None,
    services: Services | None = None,
    on_ball: Callable[[BallBowled, float], None] | None = None,
    with_events: bool = True,
) -> EpisodeResult:
    """Plays `spec` to its end and tells `observers` every event; closes none of them.

    `services` are lent to captains that call tools and stay open; without any, an episode makes its
    own. `cast` puts given squads and captains in place of those that `spec` names (replay, tests).
    `on_ball` hears each delivery directly, with the home side's luck in it. Without events (bulk
    simulation) there is no `record_digest`. Cancelling the task ends the episode as `cancelled`,
    event and all, and then raises `CancelledError`. A captain or squad that cannot be built raises
    its own error before anything is published.
    """
    chosen = models or Models.shipped()
    setup = setup_of(spec, cast or Cast())
    value, public = chosen.value_for(setup), chosen.public_for(setup)
    await solve_once(setup, chosen.ball.digest, value, public)
    async with AsyncExitStack() as closing:
        if services is None:
            services = Services()
            closing.push_async_callback(services.aclose)
        captains = captains_of(spec, cast or Cast(), services)
        for captain in captains.values():
            if isinstance(captain, Preparable):
                await captain.prepare()
        chairs = {seat: chair_of(spec, seat, captains[seat], chosen, public) for seat in Seat}
        for chair in chairs.values():
            closing.push_async_callback(_close_quietly, chair)
        episode = _Episode(
            spec,
            setup,
            chairs,
            models=chosen,
            value=value,
            fanout=Fanout(observers),
            on_ball=on_ball,
            with_events=with_events,
        )
        return await episode.run()


async def _close_quietly(chair: Chair) -> None:
    """A captain that cannot be closed does not take the result away."""
    with suppress(Exception):
        await chair.aclose()


class _Episode:
    """One attempt at one episode, from its spec to its result."""

    def __init__(
        self,
        spec: EpisodeSpec,
        setup: MatchSetup,
        chairs: Mapping[Seat, Chair],
        *,
        models: Models,
        value: MatchModel | None,
        fanout: Fanout,
        on_ball: Callable[[BallBowled, float], None] | None,
        with_events: bool,
    ) -> None:
        self._spec, self._setup, self._chairs = spec, setup, chairs
        self._listening = [chair for chair in chairs.values() if not chair.is_scripted]
        self._ball, self._value = models.ball, value
        self._costs = Costs(models.adviser_for(models.public_for(setup)) if with_events else None)
        self._fanout, self._on_ball = fanout, on_ball
        self._reporter = (
            Reporter(
                episode_id=spec.episode_id,
                attempt=spec.attempt,
                squads=setup.squads,
                captains={seat: spec.captain(seat).name for seat in Seat},
                costs=self._costs,
                start=setup.start,
                start_chance=value.opening().after if value is not None else EVEN,
            )
            if with_events
            else None
        )
        self._driver: MatchDriver | None = None
        self._asked = Seat.HOME
        self._held_since = monotonic()
        self._turns = 0
        self._toss: TossMade | None = None
        self._deliveries = 0
        self._over_ended = False
        self._innings = _found(setup)

    async def run(self) -> EpisodeResult:
        """Plays; whatever happens, the ending is published before this returns or raises."""
        if self._reporter is not None:
            self._reporter.add(started(self._spec, self._setup, self._ball.digest))
        try:
            await self._publish()
            ending = await self._play()
        except asyncio.CancelledError:
            await _to_its_end(self._finish(Ending(reason=ev.EndReason.CANCELLED)))
            raise
        return await _to_its_end(self._finish(ending))

    async def _play(self) -> Ending:
        """The match, and all that is told of it: whoever cancels still interrupts an observer."""
        ending = await self._counted(self._to_the_end())
        return await self._counted(self._told(ending))

    async def _told(self, ending: Ending) -> Ending:
        await self._publish()
        return ending

    async def _counted(self, play: Coroutine[Any, Any, Ending]) -> Ending:
        """What it comes to, also where it fails."""
        try:
            return await play
        except Exception as failure:  # noqa: BLE001 - whatever it is, the episode says so
            return ending_by(failure, self._asked)

    async def _to_the_end(self) -> Ending:
        """Question by question, until there is a result or too many were asked."""
        driver, limit = self._new_driver(), self._step_limit
        self._driver = driver
        while (request := driver.request) is not None:
            if self._turns >= limit:
                return Ending(reason=ev.EndReason.STEP_LIMIT, error="step limit reached")
            self._asked = request.seat
            chair = self._chairs[request.seat]
            if chair.is_scripted:
                answered = chair.answer_at_once(request, driver.draws())
            else:
                await self._publish()
                answered = await chair.answer(request, driver.draws())
            self._turns += 1
            if self._reporter is not None:
                self._reporter.decided(request, answered)
            driver.answer_checked(answered.decision)
            if self._over_ended:
                self._over_ended = False
                await self._publish(at_least=_TOGETHER)
                await self._let_others_run()
        winner = driver.result.winner if driver.result else None
        return Ending(reason=ev.EndReason.COMPLETED, winner=winner)

    async def _let_others_run(self) -> None:
        """Scripted captains never wait, so the loop is left to others from time to time."""
        now = monotonic()
        if now - self._held_since > _LONGEST_HOLD_S:
            await asyncio.sleep(0)
            self._held_since = monotonic()

    def _new_driver(self) -> MatchDriver:
        return MatchDriver(
            self._setup,
            model=self._ball,
            value=self._value,
            streams=Streams(self._spec.seed),
            on_fact=self._on_fact,
        )

    @property
    def _step_limit(self) -> int:
        balls = self._spec.overs * BALLS_PER_OVER * 2
        return self._spec.step_limit or (balls + 100) * _STEPS_PER_BALL

    def _on_fact(self, fact: Fact) -> None:
        if isinstance(fact, BallBowled):
            self._deliveries += 1
            self._innings[fact.after.number] = fact.after
            for chair in self._listening:
                chair.hear(fact)
            if self._on_ball is not None:
                ball = self._last_ball()
                self._on_ball(fact, ball.luck if ball else 0.0)
        elif isinstance(fact, OverCompleted):
            self._over_ended = True
        elif isinstance(fact, TossMade):
            self._toss = fact
        if self._reporter is not None:
            self._reporter.fact(fact, self._last_ball())

    def _last_ball(self) -> BallLuck | None:
        return self._driver.last_ball if self._driver else None

    async def _publish(self, at_least: int = 1) -> None:
        """Hands over the events since the last time, once there are so many."""
        if self._reporter is not None and self._reporter.waiting >= at_least:
            await self._fanout.send(self._reporter.drain())

    async def _finish(self, ending: Ending) -> EpisodeResult:
        if self._reporter is not None:
            self._reporter.release()
        result = self._result(ending)
        if self._reporter is not None:
            self._reporter.add(ended(result))
            await self._publish()
        return replace(result, observer_failures=tuple(self._fanout.failures))

    def _result(self, ending: Ending) -> EpisodeResult:
        spec, driver = self._spec, self._driver
        innings = tuple(self._innings[number] for number in sorted(self._innings))
        played = driver.result if driver else None
        return EpisodeResult(
            episode_id=spec.episode_id,
            attempt=spec.attempt,
            seed=spec.seed,
            home=spec.home.name,
            away=spec.away.name,
            winner=ending.winner,
            end_reason=ending.reason,
            result=in_words(ending, spec, played),
            innings=tuple(line_of(state) for state in innings),
            turns=self._turns,
            deliveries=self._deliveries,
            luck=round(driver.luck, DECIMALS) if driver else 0.0,
            setup_luck=round(driver.setup_luck, DECIMALS) if driver else 0.0,
            counts={
                seat: chair.counts().model_copy(update={"costs": self._costs.by_kind(seat)})
                for seat, chair in self._chairs.items()
            },
            record_digest=self._reporter.digest.hexdigest() if self._reporter else "",
            error=ending.error,
            failed=ending.failed,
            toss=self._toss,
            cards=tuple(innings_card(state, self._setup.squads) for state in innings),
        )


async def _to_its_end(work: Coroutine[Any, Any, EpisodeResult]) -> EpisodeResult:
    """`work`, which is short, whoever cancels meanwhile; a cancellation is raised after it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _found(setup: MatchSetup) -> dict[int, Innings]:
    """The innings that were played before the match began, by number."""
    if setup.start is None:
        return {}
    played = (*setup.start.finished, setup.start.innings)
    return {innings.number: innings for innings in played if innings.legal_balls}
