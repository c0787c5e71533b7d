"""The scorecard of an innings, as values and as text. It counts nothing: all figures are the
innings' own lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.cricket.nodes import MatchResult, ResultKind
from engine.cricket.outcomes import Dismissal
from engine.cricket.state import BatterLine, BowlerLine, Extras, Innings, Squads, overs_notation

# Catchers are not modelled, so a catch is credited to the bowler alone.
_HOW_OUT: Final = {
    Dismissal.BOWLED: "b {bowler}",
    Dismissal.CAUGHT: "c b {bowler}",
    Dismissal.CAUGHT_AND_BOWLED: "c & b {bowler}",
    Dismissal.LBW: "lbw b {bowler}",
    Dismissal.STUMPED: "st †{keeper} b {bowler}",
    Dismissal.HIT_WICKET: "hit wicket b {bowler}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterRow:
    name: str
    how_out: str
    line: BatterLine


@dataclass(frozen=True, slots=True, kw_only=True)
class BowlerRow:
    name: str
    line: BowlerLine


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsCard:
    """One innings as a scorebook has it: batters in batting order, bowlers in squad order, who did
    not bat.
    """

    number: int
    team: str
    batters: tuple[BatterRow, ...]
    did_not_bat: tuple[str, ...]
    bowlers: tuple[BowlerRow, ...]
    extras: Extras
    runs: int
    wickets: int
    legal_balls: int
    all_out: bool


def innings_card(innings: Innings, squads: Squads) -> InningsCard:
    batting, fielding = squads.of(innings.batting), squads.of(innings.fielding)
    came_in = sorted((line.position, i) for i, line in enumerate(innings.batters) if line.position)
    return InningsCard(
        number=innings.number,
        team=batting.name,
        batters=tuple(
            BatterRow(
                name=batting[i].name,
                how_out=_how_out(innings.batters[i], squads, innings),
                line=innings.batters[i],
            )
            for _, i in came_in
        ),
        did_not_bat=tuple(
            batting[i].name for i, line in enumerate(innings.batters) if not line.position
        ),
        bowlers=tuple(
            BowlerRow(name=fielding[i].name, line=line)
            for i, line in enumerate(innings.bowlers)
            if line.overs
        ),
        extras=innings.extras,
        runs=innings.runs,
        wickets=innings.wickets,
        legal_balls=innings.legal_balls,
        all_out=innings.is_all_out,
    )


def _how_out(line: BatterLine, squads: Squads, innings: Innings) -> str:
    if line.dismissal is None:
        return "not out"
    if line.bowler is None:
        return line.dismissal.value
    fielding = squads.of(innings.fielding)
    return _HOW_OUT[line.dismissal].format(
        bowler=fielding[line.bowler].name, keeper=fielding[fielding.keeper].name
    )


def render(card: InningsCard) -> str:
    """The card as plain text, one batter a line, then extras, total and bowling figures."""
    lines = [f"{card.team}"]
    lines += [
        f"  {row.name:<24} {row.how_out:<34} {row.line.runs:>3} ({row.line.balls})"
        for row in card.batters
    ]
    total = f"{card.runs}/{card.wickets}"
    overs = overs_notation(card.legal_balls)
    lines.append(f"  {'Extras':<59} {card.extras.total:>3}")
    lines.append(
        f"  {'Total':<59} {total:>6}  ({overs} overs{', all out' if card.all_out else ''})"
    )
    if card.did_not_bat:
        lines.append(f"  Did not bat: {', '.join(card.did_not_bat)}")
    lines += [f"  {row.name:<24} {_figures(row.line)}" for row in card.bowlers]
    return "\n".join(lines)


def _figures(line: BowlerLine) -> str:
    """Overs, maidens, runs, wickets, as a scorebook writes them: `4.0-0-31-2`."""
    return f"{overs_notation(line.balls):>5}-{line.maidens}-{line.runs}-{line.wickets}"


def margin_in_words(result: MatchResult) -> str:
    """By how much a match was won, as in `by 3 wickets`."""
    if result.kind is ResultKind.SUPER_OVER:
        return "in the super over"
    unit = result.kind.value if result.margin != 1 else result.kind.value.removesuffix("s")
    return f"by {result.margin} {unit}"
