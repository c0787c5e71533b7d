"""Commands about what a match is played with: packs, squads."""

from __future__ import annotations

from typing import Any

from engine import packs
from engine.packs import Entry, Pack, load_pack
from engine.packs.odds import shipped_odds
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
    raise NotImplementedError
