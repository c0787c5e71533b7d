"""From what a run left to its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from engine.cricket.choices import Seat
from engine.cricket.formats import format_of
from engine.errors import BrokenRecord
from engine.events import EndReason
from engine.record import header_of
from engine.result import EpisodeResult
from flows.accounts import CaptainAccount, against_ranking
from flows.past import PastRun, whole_pairs
from flows.report.answer import answer
from flows.report.content import (
    Luck,
    Night,
    Played,
    Report,
    Reproduce,
    Share,
    Sides,
    Voided,
)
from flows.report.material import Material
from flows.report.track import track_of
from tournaments import standings_data
from tournaments.course import Course, Stage
from tournaments.crosstable import cells
from tournaments.cycles import cycles
from tournaments.formats import Gauntlet, RoundRobin
from tournaments.ratings import rate
from tournaments.seed_effects import seed_effects
from tournaments.spec import TournamentSpec
from tournaments.stopped import rule_text, verdict_text

TOURNAMENT: Final = "tournament.yaml"  # what was played, in the run's folder


def build(material: Material) -> Report:
    """The report of what has been played so far."""
    run, results, counted = material.run, material.results, material.counted
    play = material.play
    told = material.honesty
    void = len(results) - len(counted)
    against = against_ranking(material.captains, told, results)
    ratings = rate(material.pairs, material.captains, unranked=against)
    standings = material.table.standings()
    crosstable = cells(material.table, material.pairs)
    course = _course(material)
    planned = sum(int(one.about.get("episodes", 0)) for one in material.runs)
    if course is not None:
        planned = course.plan.at_least
    return Report(
        name=run.spec.name,
        run_id=str(run.about.get("run_id", "")),
        occasions=tuple(str(one.about.get("occasion", "")) for one in material.runs),
        kind=run.spec.format.kind,
        format=format_of(run.spec.match.max_overs).name,
        pairs=run.spec.pairs,
        best_of=run.spec.best_of,
        answer=answer(ratings),
        unranked=ratings.unranked,
        warnings=ratings.warnings,
        episodes=Played(
            planned=planned,
            counted=len(counted),
            forfeits=sum(r.end_reason is EndReason.FORFEIT for r in counted),
            void=void,
            open=max(0, planned - len(results)),
        ),
        captains=tuple(row.captain for row in standings),
        standings=tuple(standings_data(standings)),
        stages=_stages(course, run.spec),
        champion=course.champion if course else None,
        ratings=ratings,
        luck=tuple(_luck(material.captains, counted)),
        crosstable=crosstable,
        stopping=track_of(course.stopping) if course and course.stopping else None,
        nights=tuple(_nights(material)),
        quality=play.quality(material.captains),
        turning=play.turning(),
        turned=play.turned(),
        honesty=told,
        sides=_sides(counted),
        cycles=cycles(crosstable),
        seeds=seed_effects(material.pairs),
        voided=tuple(_voided(results)),
        spent=_spent(told),
        reproduce=_reproduce(run),
    )


def _course(material: Material) -> Course | None:
    """How the run went; None where all was known from the start, or of several runs."""
    spec = material.run.spec
    is_known = isinstance(spec.format, RoundRobin | Gauntlet) and spec.stop is None
    if is_known or len(material.runs) > 1:
        return None
    return material.run.course(material.results)


def _nights(material: Material) -> Iterator[Night]:
    """Of several runs what the rule of each came to, where it has one."""
    several = zip(material.runs, material.by_run, strict=True) if len(material.runs) > 1 else ()
    for run, results in several:
        stopping = run.course(results).stopping if run.spec.stop is not None else None
        if stopping is not None:
            yield Night(
                occasion=str(run.about.get("occasion", "")),
                rule=rule_text(stopping),
                decided=verdict_text(stopping),
            )


def _stages(course: Course | None, spec: TournamentSpec) -> tuple[Stage, ...]:
    """What there is beside the one table."""
    if course is None or isinstance(spec.format, RoundRobin | Gauntlet):
        return ()
    return course.stages


def _luck(captains: Sequence[str], results: Iterable[EpisodeResult]) -> Iterator[Luck]:
    sums = {captain: [0, 0.0, 0.0] for captain in captains}
    for result in whole_pairs(results):
        for seat in Seat:
            if (found := sums.get(result.captain(seat))) is not None:
                found[0] += 1
                found[1] += result.score(seat)
                found[2] += result.adjusted(seat)
    for captain, (matches, score, adjusted) in sums.items():
        if matches:
            yield Luck(
                captain=captain,
                matches=int(matches),
                score=score / matches,
                luck=(score - adjusted) / matches,
                adjusted=adjusted / matches,
            )


def _sides(results: Iterable[EpisodeResult]) -> Sides:
    won: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    for result in results:
        if result.winner is None or result.end_reason is EndReason.FORFEIT:
            continue
        for what, seat in _holders(result):
            decided[what] += 1
            won[what] += result.winner is seat
    shares = {what: Share(won=won[what], decided=decided[what]) for what in decided}
    none = Share(won=0, decided=0)
    return Sides(
        home=shares.get("home", none),
        batting_first=shares.get("batting first", none),
        toss=shares.get("toss", none),
        elected={choice: shares[choice] for choice in ("bat", "field") if choice in shares},
    )


def _holders(result: EpisodeResult) -> Iterator[tuple[str, Seat]]:
    """What may have helped, and which seat had it."""
    yield "home", Seat.HOME
    if first := next((line.batting for line in result.innings if line.innings == 1), None):
        yield "batting first", Seat(first)
    if result.toss is not None:
        yield "toss", result.toss.winner
        yield result.toss.elected.value, result.toss.winner


def _voided(results: Iterable[EpisodeResult]) -> Iterator[Voided]:
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.end_reason.is_void:
            why = (result.end_reason.value, result.error or "")
            found.setdefault(why, []).append(result.episode_id)
    for (reason, error), ids in found.items():
        yield Voided(reason=reason, error=error, episodes=len(ids), example=ids[0])


def _spent(told: Sequence[CaptainAccount]) -> dict[str, Any]:
    """Of matches that ended; `usd` None where nobody knows."""
    costs = [one.cost_usd for one in told]
    known = [cost for cost in costs if cost is not None]
    return {
        "calls": sum(one.calls for one in told),
        "tokens": sum(one.tokens_in + one.tokens_out for one in told),
        "usd": round(sum(known), 9) if len(known) == len(costs) else None,
    }


def _reproduce(run: PastRun) -> Reproduce:
    *_, runs, name, folder = ("", "", *run.folder.path.parts)
    occasion = run.occasion
    command = f"captains run {runs}/{name}/{folder}/{TOURNAMENT} --occasion {occasion} --runs again"
    engine, coefficients = "", ""
    with suppress(BrokenRecord, StopIteration):
        header = header_of(next(run.folder.records.glob("*.jsonl"))).data
        engine, coefficients = header.engine_version, header.coefficients_digest
    return Reproduce(
        command=command,
        seed=run.spec.seed,
        file_digest=str(run.about.get("file_digest", "")),
        version=str(run.about.get("version", "")),
        engine_version=engine,
        coefficients_digest=coefficients,
    )
