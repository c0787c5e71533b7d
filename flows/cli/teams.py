"""Commands about what a match is played with: packs, squads."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine import packs, squads
from engine.cricket.players import Player, Squad
from engine.packs import Entry, Pack, load_pack
from engine.packs.odds import shipped_odds
from engine.squads import TeamSheet, load_squad, squad_digest, team_sheet
from engine.squads.strength import shipped_strengths
from flows.cli.terminal import Exit, answer_json, say, table


def list_packs(name: str | None, *, as_json: bool) -> int:
    """`captains packs`; with a name, its entries. Raises `UnknownPack` or `BadYaml`."""
    if name is not None:
        return _show_pack(name, load_pack(name), as_json=as_json)
    known = [load_pack(each) for each in packs.BUILT_IN]
    if as_json:
        answer_json({"packs": [_summary(pack) for pack in known]})
        return Exit.DONE
    rows = [(p.name, str(p.version), _length(p), str(len(p.entries)), p.description) for p in known]
    say(table(("pack", "version", "overs", "entries", "what"), rows))
    return Exit.DONE


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "version": pack.version,
        "digest": pack.digest,
        "overs": pack.overs,
        "entries": len(pack.entries),
        "description": pack.description,
    }


def _length(pack: Pack) -> str:
    return "any" if pack.overs is None else str(pack.overs)


def _show_pack(name: str, pack: Pack, *, as_json: bool) -> int:
    odds = shipped_odds().get(pack.name, {}) if name in packs.BUILT_IN else {}
    if as_json:
        entries = [_entry(entry, odds.get(entry.name)) for entry in pack.entries]
        answer_json(_summary(pack) | {"entries": entries})
        return Exit.DONE
    rows = [(e.name, _batting(e), _odds(odds.get(e.name)), e.description) for e in pack.entries]
    say(f"{pack.name}, version {pack.version}: {pack.description}")
    say(f"digest {pack.digest}\n")
    say(table(("entry", "bats", "wins", "what"), rows))
    return Exit.DONE


def _entry(entry: Entry, win_probability: float | None) -> dict[str, Any]:
    start = entry.start
    return {
        "name": entry.name,
        "description": entry.description,
        "start": start if isinstance(start, str) else start.model_dump(mode="json"),
        "win_probability": win_probability,
    }


def _batting(entry: Entry) -> str:
    return "-" if entry.state is None else entry.state.batting.value


def _odds(win_probability: float | None) -> str:
    return "-" if win_probability is None else f"{win_probability:.2f}"


def list_squads(name: str | None, *, as_json: bool) -> int:
    """`captains squads`; with a name, its players. Raises `BadSquad` or `BadYaml`."""
    if name is not None:
        return _show_squad(team_sheet(name), as_json=as_json)
    known = [(each, load_squad(each)) for each in squads.BUILT_IN]
    if as_json:
        answer_json({"squads": [_squad(each, squad) for each, squad in known]})
        return Exit.DONE
    strengths = shipped_strengths()
    rows = [
        (each, squad.name, squad.game.value, *(f"{value:.2f}" for value in strengths[each]))
        for each, squad in known
    ]
    say(table(("squad", "team", "game", "bats first", "chases"), rows))
    say("\nchances to beat an average side in T20 at a neutral venue")
    return Exit.DONE


def _squad(name: str, squad: Squad) -> dict[str, Any]:
    strength = shipped_strengths()[name]
    return {
        "name": name,
        "team": squad.name,
        "game": squad.game.value,
        "digest": squad_digest(squad),
        "strength": {"first": strength.first, "chasing": strength.chasing},
    }


def _show_squad(sheet: TeamSheet, *, as_json: bool) -> int:
    squad = sheet.squad
    players = [_player(player) for player in squad.players]
    others = [_player(player) for player in sheet.substitutes]
    if as_json:
        about = {"team": squad.name, "game": squad.game.value, "file": str(sheet.path)}
        answer_json({**about, "players": players, "substitutes": others})
        return Exit.DONE
    rows = [[_cell(value) for value in player.values()] for player in (*players, *others)]
    lines = table(tuple(players[0]), rows).splitlines()
    say(f"{squad.name}, {squad.game.value}: {sheet.path}\n")
    say("\n".join(lines[: 1 + len(players)]))
    if others:
        say("\n".join(["\nsubstitutes", *lines[1 + len(players) :]]))
    return Exit.DONE


def _player(player: Player) -> dict[str, Any]:
    return {
        "name": player.name,
        "role": player.role.value,
        "bats": player.bats.value,
        "bowls": player.bowls.value,
        **asdict(player.skill),
    }


def _cell(value: object) -> str:
    return f"{value:+.2f}" if isinstance(value, float) else str(value)
