"""What a league says: stats bt, and compare, of two captains of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from flows.cli.calculators import interval_text
from flows.cli.terminal import BadInput, Exit, WorkFailed, answer_json, note, say, table
from tournaments.games_csv import read_games
from tournaments.report import chance, plain_name
from tournaments.stats.bradley_terry import fit
from tournaments.stats.connected import NotConnected
from tournaments.stats.ranking import Effect, Ranking, ranking_of
from tournaments.stats.scale import Interval


def show_league(file: Path, score: str, *, as_json: bool) -> int:
    """`captains stats bt`; raises `BadGames`."""
    games = read_games(file, score)
    try:
        found = ranking_of(fit(games.games), adjusted=games.are_adjusted)
    except NotConnected as error:
        raise BadInput(f"{file}: {error}") from None
    if as_json:
        answer_json(asdict(found))
        return Exit.DONE
    _tell_ranking(found)
    return Exit.DONE


def _tell_ranking(found: Ranking) -> None:
    rows = [
        [
            f"{one.place} ({one.place_low}–{one.place_high})",
            plain_name(one.captain),
            interval_text(Interval(mean=one.elo, low=one.low, high=one.high), 0),
            chance(one.p_best),
            f"{one.score:.3f}",
            str(one.games),
        ]
        for one in found.captains
    ]
    say(table(("place", "captain", "Elo (95 %)", "best", "score", "matches"), rows))
    for group in found.tied:
        say(f"not told apart: {', '.join(map(plain_name, group))}")
    for name, effect in ("the home seat", found.side), ("the toss", found.toss):
        if effect is not None:
            say(f"{name}: {_effect_text(effect)} Elo")
    for warning in found.warnings:
        note(warning)


def _effect_text(effect: Effect) -> str:
    return interval_text(Interval(mean=effect.elo, low=effect.low, high=effect.high), 0)


def compare_captains(run: Path, a: str, b: str, *, as_json: bool) -> int:
    """`captains compare`; raises `NoRun`."""
    from flows.comparing import compare
    from flows.past import PastRun

    past = PastRun.at(run)
    unknown = [name for name in (a, b) if name not in past.captains]
    if unknown or a == b:
        told = f"{plain_name(unknown[0])!r} is nobody of it" if unknown else "one captain"
        raise BadInput(f"{run}: {told}; allowed: two of {_names(past.captains)}")
    found = compare(past, a, b)
    if found is None:
        raise WorkFailed(f"{run}: {plain_name(a)} and {plain_name(b)} have played no whole pair")
    if as_json:
        answer_json(found.model_dump())
        return Exit.DONE
    say(found.sentence)
    say(table((f"for {plain_name(a)}", "", "95 %"), found.rows()))
    for warning in found.warnings:
        note(warning)
    return Exit.DONE


def _names(captains: Sequence[str]) -> str:
    return ", ".join(map(plain_name, captains))
