"""`captains simulate`: many matches into files, by the engine or in bulk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.captains import is_scripted
from flows.cli.numbers import check_processes
from flows.cli.terminal import BadInput, Exit, answer_json, say
from flows.cli.wanted import Wanted

if TYPE_CHECKING:
    from flows.simulate import SimulationSummary

MOST_MATCHES: Final = 10_000_000


def simulate_matches(
    wanted: Wanted, matches: int, out: Path, *, processes: int | None, as_json: bool
) -> int:
    """`captains simulate`."""
    from flows.cores import cores
    from flows.simulate import Simulation, simulate
    from flows.single import SingleMatch

    _examine_simulation(matches, out, processes)
    for seat, captain in (("--home", wanted.home), ("--away", wanted.away)):
        if not is_scripted(captain):
            raise BadInput(
                f"{seat} {captain.name}: he is waited for; allowed: captains who answer at once; "
                "`captains play` and `captains run` play the others"
            )
    match = SingleMatch(**wanted.fields())
    simulation = Simulation(match=match, matches=matches, seed=wanted.seed)
    summary = asyncio.run(simulate(simulation, out, processes or cores()))
    return _tell_simulated(summary, out, as_json=as_json)


def simulate_in_bulk(
    wanted: Wanted, matches: int, out: Path, *, processes: int | None, as_json: bool
) -> int:
    """`captains simulate --vectorised`."""
    from flows.vectorised import Vectorised, simulate_vectorised
    from flows.work import squad_names

    _examine_simulation(matches, out, processes)
    if {wanted.home.kind, wanted.away.kind} != {"baseline"}:
        raise BadInput("--vectorised plays baseline against baseline; leave out --home and --away")
    if wanted.super_over:
        raise BadInput("--vectorised plays no super overs; leave out --super-over")
    if processes is not None:
        raise BadInput("--vectorised plays on one core; leave out --processes")
    order = Vectorised(
        matches=matches,
        overs=wanted.overs,
        squads=squad_names(wanted.squads),
        era=wanted.era,
        seed=wanted.seed,
    )
    return _tell_simulated(simulate_vectorised(order, out), out, as_json=as_json)


def _examine_simulation(matches: int, out: Path, processes: int | None) -> None:
    if not 1 <= matches <= MOST_MATCHES:
        raise BadInput(f"--matches {matches}: allowed: 1 to {MOST_MATCHES}")
    check_processes(processes)
    if out.is_file():
        raise BadInput(f"--out {out}: is not a folder; allowed: one, or a new name")


def _tell_simulated(summary: SimulationSummary, out: Path, *, as_json: bool) -> int:
    if as_json:
        answer_json(summary.model_dump())
        return Exit.DONE
    say(f"{summary.matches} matches, {summary.deliveries} deliveries, {summary.seconds} s")
    if summary.played_per_s is not None:
        say(f"{summary.matches_per_s:.0f} a second, {summary.played_per_s:.0f} without the writing")
    say(f"{out}/matches.csv.gz and {out}/deliveries.csv.gz")
    return Exit.DONE
