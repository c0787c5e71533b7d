"""Matches as Cricsheet's JSON, data version 1.1.0 (https://cricsheet.org/format/json/).

A team bears its captain's name, as it is captains who play each other here; the squad's players
stand below it. What Cricsheet has a field for and the engine does not know (fielders, umpires, the
city) is left out. A match that began in the middle has no first balls, and is not exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from engine import events as ev
from engine.cricket.formats import BALLS_PER_OVER, format_of
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Outcome
from engine.record import ending_of, header_of, read_record
from flows.exports.written import Written, left_out, records
from flows.ledger import RunFolder
from flows.saving import save

DATA_VERSION: Final = "1.1.0"
VENUE: Final = "simulated"

_LONGEST_T20: Final = 20  # overs; Cricsheet calls longer ones between clubs ODM
_MATCH_INNINGS: Final = 2  # more of them are super overs
_WICKETS: Final = 10
_ID_DIGITS: Final = 8  # of a person in Cricsheet's register
_GENDER: Final = {"men": "male", "women": "female"}
_EXTRAS: Final = (
    *(("byes", "byes"), ("legbyes", "leg_byes"), ("noballs", "no_balls")),
    *(("penalty", "penalty"), ("wides", "wides")),
)

Json = dict[str, Any]


def write_cricsheet(folder: RunFolder, out: Path, *, event: str) -> Written:
    """A file a match. `event` names what they were played for. Raises `BrokenRecord`, `OSError`."""
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    why = [*left_out(folder)]
    for number, path in enumerate(records(folder), start=1):
        match = cricsheet_of(path, event=event, number=number)
        if match is None:
            why.append(f"{path.stem} began in the middle")
            continue
        files.append(out / f"{path.stem}.json")
        save(files[-1], orjson.dumps(match, option=orjson.OPT_INDENT_2))
    return Written(files=tuple(files), matches=len(files), left_out=tuple(why))


def cricsheet_of(path: Path, *, event: str, number: int = 1) -> Json | None:
    """The match of a record; None for one that began in the middle. Raises `BrokenRecord`."""
    header, ended = header_of(path), ending_of(path).data
    if header.data.spec.get("start") is not None:
        return None
    sides = _Sides.of(header.data)
    day = f"{header.ts:%Y-%m-%d}"
    told = _Told(sides=sides, balls=format_of(header.data.max_overs).max_balls)
    for happened in read_record(path):
        told.add(happened)
    return {
        "meta": {"data_version": DATA_VERSION, "created": day, "revision": 1},
        "info": {
            "balls_per_over": BALLS_PER_OVER,
            "dates": [day],
            "event": {"name": event, "match_number": number},
            "gender": _GENDER[header.data.squads[0].get("game", "men")],
            "match_type": "T20" if header.data.max_overs <= _LONGEST_T20 else "ODM",
            "outcome": _outcome(ended, sides),
            "overs": header.data.max_overs,
            "players": {sides.team[seat]: sides.players(seat) for seat in sides.team},
            "registry": {"people": sides.people()},
            "season": f"{header.ts:%Y}",
            "team_type": "club",
            "teams": list(sides.team.values()),
            "toss": told.toss,
            "venue": VENUE,
        },
        "innings": told.innings,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Teams and players by seat, under names that no two of a match share."""

    team: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, started: ev.EpisodeStarted) -> _Sides:
        sides = {"home": started.home, "away": started.away}
        same = started.home.captain == started.away.captain
        both = set(started.home.players) & set(started.away.players)
        return cls(
            team={s: f"{at.captain} ({s})" if same else at.captain for s, at in sides.items()},
            names={
                seat: {name: f"{name} ({seat})" if name in both else name for name in at.players}
                for seat, at in sides.items()
            },
        )

    def players(self, seat: str) -> list[str]:
        return list(self.names[seat].values())

    def people(self) -> dict[str, str]:
        names = sorted({name for seat in self.names for name in self.players(seat)})
        return {name: sha256(name.encode()).hexdigest()[:_ID_DIGITS] for name in names}


@dataclass(slots=True, kw_only=True)
class _Told:
    """Toss and innings as the events tell them."""

    sides: _Sides
    balls: int
    toss: Json = field(default_factory=dict)
    innings: list[Json] = field(default_factory=list)

    def add(self, event: ev.Event) -> None:
        match event:
            case ev.TossEvent(data=toss):
                self.toss = {"decision": toss.elected, "winner": self.sides.team[toss.winner]}
            case ev.InningsStartedEvent(data=started):
                self.innings.append(self._innings(started))
            case ev.DeliveryEvent(data=ball):
                overs = self.innings[-1]["overs"]
                if not overs or overs[-1]["over"] != ball.over:
                    overs.append({"over": ball.over, "deliveries": []})
                overs[-1]["deliveries"].append(_delivery(ball, self.sides))

    def _innings(self, started: ev.InningsStart) -> Json:
        innings: Json = {"team": self.sides.team[started.batting], "overs": []}
        if started.innings > _MATCH_INNINGS:
            return innings | {"super_over": True}
        powerplay = format_of(self.balls // BALLS_PER_OVER).powerplay_balls
        innings["powerplays"] = [{"from": 0.1, "to": _ball(powerplay), "type": "mandatory"}]
        if started.target is not None:
            overs = self.balls // BALLS_PER_OVER
            innings["target"] = {"overs": overs, "runs": started.target}
        return innings


def _ball(number: int) -> float:
    """The `number`-th ball of an innings in Cricsheet's notation: the sixth is 0.6."""
    over, ball = divmod(number - 1, BALLS_PER_OVER)
    return float(f"{over}.{ball + 1}")


def _delivery(ball: ev.Delivery, sides: _Sides) -> Json:
    fielding = "away" if ball.batting == "home" else "home"
    batting, outcome = sides.names[ball.batting], OUTCOMES[OUTCOME_INDEX[ball.outcome]]
    told: Json = {
        "batter": batting[ball.striker],
        "bowler": sides.names[fielding][ball.bowler],
        "non_striker": batting[ball.non_striker],
        "runs": {"batter": ball.bat, "extras": ball.extras, "total": ball.bat + ball.extras},
    }
    if extras := dict(_extras(outcome)):
        told["extras"] = extras
    if ball.bat in (4, 6) and not ball.boundary:
        told["runs"]["non_boundary"] = True
    if ball.wicket is not None:
        told["wickets"] = [
            {"kind": ball.wicket.kind, "player_out": batting[ball.wicket.player_out]}
        ]
    return told


def _extras(outcome: Outcome) -> Iterator[tuple[str, int]]:
    for name, ours in _EXTRAS:
        if runs := getattr(outcome, ours):
            yield name, runs


def _outcome(ended: ev.EpisodeEnded, sides: _Sides) -> Json:
    winner = None if ended.winner is None else sides.team[ended.winner]
    if ended.end_reason is ev.EndReason.FORFEIT:
        return (
            {"result": "no result"} if winner is None else {"winner": winner, "method": "Awarded"}
        )
    first, second = _main_innings(ended.innings)
    if first.runs == second.runs:
        return {"result": "tie"} if winner is None else {"result": "tie", "eliminator": winner}
    if ended.winner == second.batting:
        return {"winner": winner, "by": {"wickets": _WICKETS - second.wickets}}
    return {"winner": winner, "by": {"runs": first.runs - second.runs}}


def _main_innings(innings: Iterable[ev.InningsLine]) -> list[ev.InningsLine]:
    return [line for line in innings if line.innings <= _MATCH_INNINGS]
