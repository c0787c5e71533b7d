"""An innings ball by ball, as a test writes it: outcomes of the catalogue, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import events as ev
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Outcome
from tests.spectator.matches import START

BATTERS = ("Rao", "Iyer", "Malik", "Grant", "Khan", "Webb", "Nair", "Cole", "Penn", "Ali", "Botha")


@dataclass(slots=True)
class Innings:
    """Events of one innings; strike does not change, a fallen batter is replaced, one bowler."""

    overs: int = 5
    target: int | None = None
    seed: int = 7
    striker: str = "Rao"
    bowler: str = "Shah"
    squads: tuple[str, str] = ("Harbour", "Uplands")
    free_hits: frozenset[int] = frozenset()
    events: list[ev.Event] = field(default_factory=list)
    runs: int = 0
    wickets: int = 0
    legal: int = 0
    this_over: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        sides = [
            ev.SideInfo(captain=captain, kind="heuristic", squad=squad, players=BATTERS)
            for captain, squad in zip(("ann", "bob"), self.squads, strict=True)
        ]
        started = ev.EpisodeStarted(
            seed=self.seed,
            format="T5",
            max_overs=self.overs,
            home=sides[0],
            away=sides[1],
            spec={},
            squads=({}, {}),
            coefficients_digest="0",
            engine_version="1",
            versions={},
        )
        self.add(ev.EpisodeStartedEvent, started)
        innings = ev.InningsStart(innings=1, batting="home", target=self.target)
        self.add(ev.InningsStartedEvent, innings)

    def add(self, kind: Any, data: Any) -> None:
        seq = len(self.events) + 1
        self.events.append(kind(episode_id="m", attempt=1, seq=seq, ts=START, data=data))

    def play(self, keys: Sequence[str]) -> list[ev.Event]:
        for key in keys:
            self.ball(OUTCOMES[OUTCOME_INDEX[key]])
        return self.events

    def ball(self, outcome: Outcome) -> None:
        over, before = self.legal // 6, self.legal
        self.runs += outcome.runs
        self.wickets += outcome.is_wicket
        self.legal += outcome.is_legal
        self.this_over.append(outcome)
        number = before % 6 + 1
        self.add(ev.DeliveryEvent, self._delivery(outcome, over, f"{over}.{number}"))
        if outcome.dismissal is not None:
            self.striker = f"Number {self.wickets + 2}"
        if outcome.is_legal and self.legal % 6 == 0:
            self._over(over)

    def score(self) -> ev.Score:
        overs = f"{self.legal // 6}.{self.legal % 6}"
        return ev.Score(runs=self.runs, wickets=self.wickets, legal_balls=self.legal, overs=overs)

    def _delivery(self, outcome: Outcome, over: int, ball: str) -> ev.Delivery:
        wicket = None
        if outcome.dismissal is not None:
            wicket = ev.Wicket(
                kind=outcome.dismissal.value,
                player_out=self.striker,
                end=outcome.end.value if outcome.end else None,
                credited_to_bowler=outcome.is_credited,
            )
        return ev.Delivery(
            innings=1,
            over=over,
            ball=ball,
            batting="home",
            striker=self.striker,
            non_striker="Iyer",
            bowler=self.bowler,
            field="standard",
            length="good",
            line="off",
            variation="stock",
            shot="on_merit",
            aggression=None,
            free_hit=len(self.events) in self.free_hits,
            outcome=outcome.key,
            bat=outcome.bat,
            extras=outcome.runs - outcome.bat,
            extra_kind=None,
            boundary=outcome.boundary,
            wicket=wicket,
            score=self.score(),
            needed=None if self.target is None else max(0, self.target - self.runs),
            win_probability=0.5,
            luck=0.0,
        )

    def _over(self, over: int) -> None:
        data = ev.OverComplete(
            innings=1,
            over=over,
            bowler=self.bowler,
            runs=sum(outcome.runs for outcome in self.this_over),
            wickets=sum(outcome.is_wicket for outcome in self.this_over),
            score=self.score(),
        )
        self.this_over = []
        self.add(ev.OverCompletedEvent, data)
