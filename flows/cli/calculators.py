"""Calculators, which need nothing but counts: stats elo, sprt and power."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from flows.cli.terminal import BadInput, Exit, answer_json, say
from tournaments.stats.counts import Counts
from tournaments.stats.head_to_head import head_to_head
from tournaments.stats.power import (
    MOST_PAIRS,
    detectable,
    pair_spread,
    pairs_for,
    resolution,
)
from tournaments.stats.scale import Interval
from tournaments.stats.sprt import BadTest, Model, Sprt, State

MOST_CAPTAINS: Final = 1_000
_SAID: Final = {
    State.ACCEPT_H0: "H0 is accepted",
    State.ACCEPT_H1: "H1 is accepted",
    State.CONTINUE: "not decided, play on",
}


def counts_of(
    pentanomial: tuple[int, int, int, int, int, int] | None, wdl: tuple[int, int, int] | None
) -> Counts:
    """Raises `BadInput` unless one of them is given, with something in it."""
    given = pentanomial or wdl
    if given is None or (pentanomial and wdl):
        raise BadInput("allowed: one of --pentanomial LL LD WL DD WD WW and --wdl W D L")
    if min(given) < 0 or not any(given):
        told = " ".join(map(str, given))
        raise BadInput(f"{told}: allowed: counts from 0, not all of them 0")
    if pentanomial:
        ll, ld, wl, dd, wd, ww = pentanomial
        return Counts.of_pair_results(ll=ll, ld=ld, wl=wl, dd=dd, wd=wd, ww=ww)
    assert wdl is not None
    won, drawn, lost = wdl
    return Counts.of_matches(won=won, drawn=drawn, lost=lost)


def show_elo(counts: Counts, *, as_json: bool) -> int:
    """`captains stats elo`."""
    found = head_to_head(counts)
    elo, nelo = found.elo, found.nelo
    if as_json:
        answer_json(
            {
                "elo": elo.mean,
                "elo_low": elo.low,
                "elo_high": elo.high,
                "nelo": nelo.mean,
                "nelo_low": nelo.low,
                "nelo_high": nelo.high,
                "los": found.los,
                "score": found.score.mean,
            }
        )
        return Exit.DONE
    one, more = ("pair", "pairs") if counts.matches > 1 else ("match", "matches")
    units = f"{counts.units:,.0f} {one if counts.units == 1 else more}"
    say(f"Elo    {interval_text(elo)}")
    say(f"nElo   {interval_text(nelo)}")
    say(f"LOS    {found.los:.2%}")
    say(f"score  {counts.mean:.4f} over {units}")
    return Exit.DONE


def interval_text(found: Interval, digits: int = 2) -> str:
    """`+40.70 (+10.27 to +71.12)`, or a bound where an end is open."""

    def told(value: float) -> str:
        return f"{value:+z.{digits}f}"

    if found.low is None and found.high is None:
        return "not known" if found.mean is None else f"{told(found.mean)} (no interval)"
    if found.low is None or found.high is None:
        bound = f"≥ {told(found.low)}" if found.low is not None else f"≤ {told(found.high or 0)}"
        return bound if found.mean is None else f"{told(found.mean)} ({bound})"
    mean = "" if found.mean is None else f"{told(found.mean)} "
    return f"{mean}({told(found.low)} to {told(found.high)})"


def test_of(elo0: float, elo1: float, model: str, alpha: float, beta: float) -> Sprt:
    """Raises `BadInput`."""
    try:
        return Sprt(elo0=elo0, elo1=elo1, model=Model(model), alpha=alpha, beta=beta)
    except BadTest as error:
        raise BadInput(f"--{error}") from None


def show_sprt(test: Sprt, counts: Counts, *, as_json: bool) -> int:
    """`captains stats sprt`."""
    try:
        found = test.of_counts(counts)
    except BadTest as error:
        raise BadInput(f"--{error}") from None
    if as_json:
        answer_json(asdict(found))
        return Exit.DONE
    say(f"LLR    {found.llr:+z.2f} ({found.lower:.2f} to {found.upper:.2f})")
    say(f"state  {_SAID[found.state]}")
    say(f"H0 {test.elo0:g}, H1 {test.elo1:g}, {test.model}")
    return Exit.DONE


def spread_of(luck: float, draws: float, spread: float | None) -> float:
    """Raises `BadInput`."""
    if spread is not None:
        if luck or draws:
            raise BadInput("--spread: allowed: without --luck and --draws, which it replaces")
        _within("--spread", spread, 0.001, 1)
        return spread
    _within("--luck", luck, 0, 0.99)
    _within("--draws", draws, 0, 0.99)
    return pair_spread(luck=luck, draws=draws)


def show_power(
    elo: float | None,
    pairs: int | None,
    captains: int,
    spread: float,
    power: float,
    *,
    as_json: bool,
) -> int:
    """`captains stats power`."""
    if (elo is None) == (pairs is None):
        raise BadInput("allowed: one of --elo ELO and --pairs N")
    _within("--captains", captains, 2, MOST_CAPTAINS)
    _within("--power", power, 0.051, 0.999)
    if elo is not None:
        _within("--elo", elo, 0.01, 1_000)
        pairs = pairs_for(elo, spread, captains)
    assert pairs is not None
    _within("--pairs", pairs, 2, MOST_PAIRS)
    found = {
        "pairs": pairs,
        "matches": pairs * captains * (captains - 1),
        "resolution": resolution(pairs, spread, captains),
        "detects": detectable(pairs, spread, power, captains),
        "power": power,
        "spread": spread,
    }
    if as_json:
        answer_json(found)
        return Exit.DONE
    whose = "of the two captains" if captains == 2 else f"of every two of {captains} captains"
    say(f"{pairs:,} pairs {whose}, {found['matches']:,} matches")
    say(f"a difference is known to ±{_elo_text(found['resolution'])} Elo (95 %)")
    say(f"one of {_elo_text(found['detects'])} Elo is found with a chance of {power:.0%}")
    return Exit.DONE


def _elo_text(elo: float) -> str:
    """To a tenth, or as far as it takes to be no nought."""
    return f"{elo:,.1f}" if elo >= 1 else f"{elo:.2g}"


def _within(option: str, given: float, least: float, most: float) -> None:
    if not least <= given <= most:
        raise BadInput(f"{option} {given:g}: allowed: {least:g} to {most:g}")
