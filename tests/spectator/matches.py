"""Plausible events of a match, and of a tournament, without an engine's captains or ball model.

Legal play by dice, told by the engine's own reporter: cheap, the same for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from engine import events as ev
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.formats import T20, format_of
from engine.cricket.match import play_match
from engine.cricket.nodes import Answer, BallBowled, ChanceNode, DecisionRequest, Fact, MatchResult
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Outcome
from engine.cricket.players import Bowling, Hand, Player, Role, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.driver import BallLuck
from engine.packs import load_pack
from engine.reporter import Answered, Reporter
from spectator.reasoning import Reasoning, Shown
from tests.play import random_decision, random_draw

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
# A short match as a spectator expects it; the rare ones are there for the book to know.
WEIGHTS = {
    "0": 30, "1": 38, "2": 9, "3": 1, "4": 12, "6": 8, "wd1": 3, "nb1": 1, "nb1+4": 1, "lb1": 2,
    "b1": 1, "caught": 4, "bowled": 2, "lbw": 1, "run out+1/non-striker/bowler's end": 1,
    "stumped": 1, "retired hurt": 1,
}  # fmt: skip
HOME = "Asha Rao,Ben Carter,Chandra Iyer,Dev Malik,Ellis Grant,Faisal Khan,Gus Webb,Hari Nair"
AWAY = "Tom Ashby,Usman Tariq,Vik Sharma,Will Penn,Xavier Cole,Yusuf Ali,Zane Botha,Omar Siddiqui"
REASONS = (
    "Two set batters and a short straight boundary: keep it full and at the stumps.",
    "Wickets in hand, eleven an over needed. This is the bowler to go after.",
    "He has one over left; better now than at the death.",
)
TRIED = "set_field"


def squad(name: str, players: str) -> Squad:
    names = [*players.split(","), f"{name} Nine", f"{name} Ten", f"{name} Eleven"]
    bowls = [Bowling.NONE] * 5 + [Bowling.RIGHT_FAST, Bowling.OFF_SPIN] * 3
    return Squad(
        name=name,
        players=tuple(
            Player(
                name=player,
                role=Role.KEEPER if i == 4 else Role.BATTER,
                bats=Hand.RIGHT,
                bowls=bowls[i],
            )
            for i, player in enumerate(names)
        ),
    )


SQUADS = Squads(home=squad("Harbour", HOME), away=squad("Uplands", AWAY))


def match_events(
    episode_id: str = "match",
    *,
    seed: int = 1,
    overs: int = 5,
    home: str = "heuristic",
    away: str = "baseline",
    entry: tuple[str, str] | None = None,
) -> list[ev.Event]:
    """Every event of one match, numbered from 1; `entry` of a pack says where it begins."""
    teller = _Teller(episode_id, seed, overs, home, away, entry)
    teller.play()
    return teller.events


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a match comes to on the bus: its own stream, and the one beside it."""

    match: list[ev.Event]
    reasoning: list[ev.Event]


def published(events: Sequence[ev.Event], shown: Shown = "live") -> Published:
    parting = Reasoning(shown)
    match, thoughts = list[ev.Event](), list[ev.Event]()
    for event in events:
        match.append(parting.bare(event).event)
        thoughts += [thought.event for thought in parting.due(event)]
    return Published(match=match, reasoning=thoughts)


class _Teller:
    """Plays by dice and lets the reporter tell it."""

    def __init__(
        self,
        episode_id: str,
        seed: int,
        overs: int,
        home: str,
        away: str,
        entry: tuple[str, str] | None,
    ) -> None:
        self.events: list[ev.Event] = []
        self._dice = random.Random(seed)
        state = load_pack(entry[0]).entry(entry[1]).state if entry else None
        self._format = T20 if entry else format_of(overs)
        self._start = state.start(self._format, SQUADS) if state else None
        self._names = {Seat.HOME: home, Seat.AWAY: away}
        self._home_chance = 0.5
        self._ticks = 0
        self._reporter = Reporter(
            episode_id=episode_id,
            attempt=1,
            squads=SQUADS,
            captains=self._names,
            start=self._start,
            clock=self._clock,
        )

    def _clock(self) -> datetime:
        self._ticks += 1
        return START + timedelta(milliseconds=250 * self._ticks)

    def play(self) -> None:
        self._reporter.add(self._started())
        match = play_match(MatchSetup(format=self._format, squads=SQUADS, start=self._start))
        answer: Answer = None
        while True:
            try:
                node = match.send(answer)
            except StopIteration as finished:
                told = self._reporter.drain()
                deliveries = sum(event.type == "delivery" for event in told)
                self._reporter.add(self._ended(finished.value, deliveries))
                self.events = [each.event for each in (*told, *self._reporter.drain())]
                return
            if isinstance(node, DecisionRequest):
                answer = random_decision(node, self._dice)
                self._reporter.decided(node, self._answered(node, answer))
            elif isinstance(node, ChanceNode):
                answer = random_draw(node, self._dice, _catalogue())
            else:
                self._reporter.fact(node, self._luck(node))
                answer = None

    def _answered(self, request: DecisionRequest, decision: Decision) -> Answered:
        talks = request.kind is not DecisionKind.SHOT and self._dice.random() < 0.5
        slips = talks and self._dice.random() < 0.2
        return Answered(
            decision=decision,
            source="llm" if talks else "policy",
            reason=self._dice.choice(REASONS) if talks else None,
            errors=(f"{TRIED}: it is not a choice that is open",) if slips else (),
            calls=_calls(slips=slips) if talks else (),
            latency_ms=round(self._dice.uniform(300, 2500)) if talks else None,
        )

    def _luck(self, fact: Fact) -> BallLuck | None:
        if not isinstance(fact, BallBowled):
            return None
        before = self._home_chance
        worth = (fact.outcome.runs - 1.4 - 6 * fact.outcome.is_wicket) / 50
        worth = worth if fact.before.batting is Seat.HOME else -worth
        self._home_chance = min(0.99, max(0.01, before + worth))
        return BallLuck(before=before, expected=before, after=self._home_chance)

    def _started(self) -> ev.EpisodeStarted:
        home, away = (
            ev.SideInfo(
                captain=self._names[seat],
                kind="heuristic",
                squad=SQUADS.of(seat).name,
                players=tuple(p.name for p in SQUADS.of(seat).players),
            )
            for seat in Seat
        )
        return ev.EpisodeStarted(
            seed=7,
            format=self._format.name,
            max_overs=self._format.max_overs,
            home=home,
            away=away,
            spec={},
            squads=({}, {}),
            coefficients_digest="0" * 64,
            engine_version="1",
            versions={},
        )

    def _ended(self, result: MatchResult, deliveries: int) -> ev.EpisodeEnded:
        who = self._names[result.winner] if result.winner else None
        won = f"{who} won by {result.margin} {result.kind.value}" if who else "Match tied"
        return ev.EpisodeEnded(
            end_reason=ev.EndReason.COMPLETED,
            winner=result.winner.value if result.winner else None,
            result=won,
            innings=tuple(
                ev.InningsLine(
                    innings=i.number,
                    batting=i.batting.value,
                    runs=i.runs,
                    wickets=i.wickets,
                    legal_balls=i.legal_balls,
                    all_out=i.is_all_out,
                )
                for i in result.innings
            ),
            turns=0,
            deliveries=deliveries,
            luck=0.0,
            counts={},
            error=None,
            record_digest=self._reporter.digest.hexdigest(),
        )


def _calls(*, slips: bool) -> tuple[ev.CallMade, ...]:
    """A look at the situation, and sometimes a call that was refused."""
    looked = ev.CallMade.of("analyze_situation", {}, reply={"phase": "middle"})
    refused = ev.CallMade.of(TRIED, {"field": "everywhere"}, error="it is not a choice")
    return (looked, refused) if slips else (looked,)


@cache
def _catalogue() -> list[Outcome]:
    return [OUTCOMES[OUTCOME_INDEX[key]] for key, weight in WEIGHTS.items() for _ in range(weight)]


def run_events(name: str = "friday-night", *, played: int = 3) -> list[ev.Event]:
    """A tournament of four captains that has come as far as `played` episodes of 12."""
    captains = ("heuristic", "baseline", "aggressive", "random")
    stream: dict[str, Any] = {"episode_id": f"run:{name}", "attempt": 1}
    events: list[ev.Event] = [
        ev.TournamentStartedEvent(
            **stream,
            seq=1,
            ts=START,
            data=ev.TournamentStarted(
                name=name, file_digest="f" * 64, captains=captains, episodes=12
            ),
        )
    ]
    for count in range(1, played + 1):
        rows = tuple(_row(captain, i, count) for i, captain in enumerate(captains))
        standings = ev.TournamentStandings(name=name, played=count, episodes=12, rows=rows)
        events.append(
            ev.TournamentStandingsEvent(
                **stream, seq=count + 1, ts=START + timedelta(seconds=count), data=standings
            )
        )
    return events


def _row(captain: str, place: int, count: int) -> dict[str, Any]:
    won = max(0, count - place)
    return {
        "captain": captain,
        "played": count,
        "won": won,
        "lost": count - won,
        "tied": 0,
        "points": 2 * won,
        "nrr": round(1.6 - 0.9 * place, 3),
    }
