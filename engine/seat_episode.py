"""One match between a seat and its opponent, as the environment steps through it.

Every call goes through the seat's `SeatSession`, the match through the one `MatchDriver`; what is
added here is the order of asking, the reward and the state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from engine.answering import Chair
from engine.calls import CricketAction
from engine.captains import Baseline, CaptainSpec, Policy, build, is_scripted
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.nodes import BallBowled, Fact
from engine.cricket.setup import MatchSetup
from engine.cricket.state import MatchView
from engine.driver import EVEN, MatchDriver
from engine.errors import CallError
from engine.models import Models
from engine.observation import CricketObservation
from engine.options import EnvironmentOptions
from engine.outlook import PublicAccount
from engine.rewards import Outlook, Rubrics, result_of
from engine.seat import SeatSession
from engine.seeds import Streams
from engine.setup import both_drawn, match_setup, squads_named
from engine.tool_captains import Preparable, Services, ToolCaptain, build_captain

OWN_NAME: Final = "captain"


class CricketState(BaseModel):
    """Where an episode stands, for whoever runs it: the captain does not see this.

    `step_count` counts every call, refused ones too; `rewards` are the rubrics' sums so far; `luck`
    is this seat's, since the episode began.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    episode_id: str
    step_count: int = 0
    seed: int
    format: str
    pack: str
    entry: str
    seat: Seat
    opponent: str
    deliveries: int = 0
    decisions: int = 0
    fallbacks: int = 0
    match_over: bool = False
    winner: Seat | None = None
    win_probability: float = 0.5
    luck: float = 0.0
    rewards: Rubrics = Rubrics()


def setup_of(options: EnvironmentOptions, seed: int) -> MatchSetup:
    """The match that an episode plays. Raises `BadPreset`."""
    streams = Streams(seed)
    return match_setup(
        overs=options.played_format().max_overs,
        squads=squads_named(options.squads, streams),
        max_super_overs=options.max_super_overs,
        streams=streams,
        era=options.era,
        squads_drawn=both_drawn(options.squads),
        start=options.played_entry(seed).state,
    )


class SeatEpisode:
    """One match between the seat and its opponent."""

    def __init__(
        self,
        options: EnvironmentOptions,
        setup: MatchSetup,
        models: Models,
        services: Services,
        *,
        seed: int,
        episode_id: str,
    ) -> None:
        self._options, self._models = options, models
        self._seed, self._episode_id = seed, episode_id
        self._streams = Streams(seed)
        self._entry = options.played_entry(seed)
        self._setup = setup
        public = models.public_for(self._setup)
        spec = options.opponent_spec()
        self._opponent_name = spec.name
        self._captain = self._opponents_captain(spec, services)
        self._opponent = Chair(
            options.seat.other,
            self._captain,
            spec,
            max_rethinks=options.max_rethinks,
            value=public,
        )
        adviser = models.adviser_for(public)
        self._seat = SeatSession(options.seat, OWN_NAME, value=public, adviser=adviser)
        self._known = PublicAccount(self._setup, models.ball, public) if public else None
        self._deliveries = self._steps = 0
        self._sum = Rubrics()
        self._played, self._error = False, ""  # what the last call came to
        self._luck_before = 0.0
        self._stepping = asyncio.Lock()
        self._driver = self._new_driver(value_known=True)
        self._outlook = self._now()

    async def begun(self) -> CricketObservation:
        """To the seat's first question; the reward counts from there. Closed if that fails."""
        try:
            if isinstance(self._captain, Preparable):
                await self._captain.prepare()
            return await self._begin()
        except (Exception, asyncio.CancelledError):
            await self.close()
            raise

    async def _begin(self) -> CricketObservation:
        if self._options.random_start:
            self._play_to_a_random_ball()
            self._deliveries = 0
        self._luck_before = self._driver.luck
        await self._play_opponent()
        self._outlook = self._now()
        return self._observe(error=None, rewards=None)

    async def step(self, action: CricketAction | Mapping[str, Any]) -> CricketObservation:
        """Calls that are made together are taken one after another."""
        async with self._stepping:
            if not self._is_opponents_turn():
                self._call(action)
            await self._play_opponent()
            rewards = self._reward(played=self._played)
            self._sum = self._sum + rewards
            return self._observe(error=self._error or None, rewards=rewards)

    def _call(self, action: CricketAction | Mapping[str, Any]) -> None:
        self._steps += 1
        decision, error = self._answer(action)
        self._played, self._error = decision is not None, error or ""
        if decision is not None:
            self._driver.answer_checked(decision)

    def state(self) -> CricketState:
        driver, tally, result = self._driver, self._seat.tally, self._driver.result
        own_side = 1.0 if self._seat.seat is Seat.HOME else -1.0
        home = driver.home_win_probability
        return CricketState(
            episode_id=self._episode_id,
            step_count=self._steps,
            seed=self._seed,
            format=self._setup.format.name,
            pack=self._options.played_pack().name,
            entry=self._entry.name,
            seat=self._seat.seat,
            opponent=self._opponent_name,
            deliveries=self._deliveries,
            decisions=tally.decisions,
            fallbacks=tally.fallbacks,
            match_over=result is not None,
            winner=None if result is None else result.winner,
            win_probability=home if own_side > 0 else 1.0 - home,
            luck=own_side * (driver.luck - self._luck_before),
            rewards=self._sum,
        )

    async def close(self) -> None:
        self._driver.close()
        await self._opponent.aclose()

    def _opponents_captain(self, spec: CaptainSpec, services: Services) -> Policy | ToolCaptain:
        if is_scripted(spec):
            return build(spec)
        seat = self._options.seat.other
        return build_captain(spec, seat=seat, episode_id=self._episode_id, services=services)

    def _new_driver(self, *, value_known: bool) -> MatchDriver:
        return MatchDriver(
            self._setup,
            model=self._models.ball,
            value=self._models.value_for(self._setup) if value_known else None,
            streams=self._streams,
            on_fact=self._hear if value_known else _ignore,
        )

    def _hear(self, fact: Fact) -> None:
        self._deliveries += isinstance(fact, BallBowled)
        if self._known is not None:
            self._known.hear(fact)
        self._seat.hear(fact)
        self._opponent.hear(fact)

    def _answer(
        self, action: CricketAction | Mapping[str, Any]
    ) -> tuple[Decision | None, str | None]:
        """The decision that the call comes to, if any, and why it was refused, if it was."""
        request = self._driver.request
        try:
            return self._seat.call(action, request), None
        except CallError as refused:
            error = str(refused)
        if request is None or self._seat.refused_on_question <= self._options.max_rethinks:
            return None, error
        return self._seat.fall_back(request, self._driver.draws()), f"{error}; the fallback decided"

    @property
    def is_waited_for(self) -> bool:
        """Whether the opponent may have to be."""
        return not self._opponent.is_scripted

    def _is_opponents_turn(self) -> bool:
        request = self._driver.request
        return request is not None and request.seat is not self._seat.seat

    async def _play_opponent(self) -> None:
        while (request := self._driver.request) is not None and self._is_opponents_turn():
            answered = await self._opponent.answer(request, self._driver.draws())
            self._driver.answer_checked(answered.decision)

    def _play_to_a_random_ball(self) -> None:
        """A ball that two baselines reach with this seed, each of theirs as likely as any other."""
        whole = self._new_driver(value_known=False)
        balls = _play_baselines(whole, before_ball=None)
        start = int(self._streams.uniform("random_start") * balls)
        _play_baselines(self._driver, before_ball=start)

    def _now(self) -> Outlook:
        """As far as the seat may know; even for ever where no public model says more."""
        known = self._known
        if known is None:
            return Outlook(home_win_probability=EVEN, luck=0.0)
        return Outlook(home_win_probability=known.home_win_probability, luck=known.luck)

    def _reward(self, *, played: bool) -> Rubrics:
        before, self._outlook = self._outlook, self._now()
        seat = self._seat.seat
        coherence, discipline = self._seat.take_behaviour()
        return Rubrics(
            result=result_of(self._driver.result, seat) if played else 0.0,
            cricket=self._outlook.of(seat) - before.of(seat),
            coherence=coherence,
            discipline=discipline,
        )

    def _observe(self, *, error: str | None, rewards: Rubrics | None) -> CricketObservation:
        result = self._driver.result
        final = None
        if result is not None:
            final = MatchView(
                format=self._setup.format,
                squads=self._setup.squads,
                venue=self._setup.conditions.venue,
                era=self._setup.conditions.era,
                finished=result.innings,
            )
        return self._seat.observation(
            self._driver.request,
            final=final,
            error=error,
            rewards_now=rewards,
            metadata={"episode_id": self._episode_id, "step": self._steps},
        )


def _play_baselines(driver: MatchDriver, *, before_ball: int | None) -> int:
    """Plays `driver` on until a bowler is asked for delivery number `before_ball` (0-based), or to
    the end; the number of deliveries bowled.
    """
    captain = Baseline()
    asked = 0
    while (request := driver.request) is not None:
        if request.kind is DecisionKind.DELIVERY:
            if asked == before_ball:
                return asked
            asked += 1
        driver.answer(captain.decide(request, driver.draws()))
    return asked


def _ignore(_: Fact) -> None:
    return None
