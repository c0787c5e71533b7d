"""`captains plan`: what a tournament will take and what it can tell, before it is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.wording import duration
from flows.cli.progress import TerminalReporter
from flows.cli.terminal import BadInput, Exit, answer_json, note, say, table
from flows.cli.tournaments import refuse_to_play

if TYPE_CHECKING:
    from flows.order import Order
    from flows.plan_report import LimitCheck, PlanReport, Resolved, Span

_HOUR_S: Final = 3600
_ROOM: Final = "make room, or let old records go (keep in the file, captains prune)"
_FITS: Final = {
    "yes": "enough",
    "perhaps": "enough if it goes as expected",
    "no": "not enough: about {pairs:,} pairs of what is left",
}


def plan_file(file: str, runs: Path, *, occasion: str, pilot: int | None, as_json: bool) -> int:
    """Raises `BadTournamentFile`, `BadOccasion` and `BrokenSpending`."""
    from flows import catalogue
    from flows.order import Order
    from flows.planning import forecast

    if pilot is not None and pilot < 1:
        raise BadInput(f"--pilot {pilot}: allowed: a whole number of pairs from 1")
    order = Order.of(catalogue.load(file), occasion)
    if pilot is not None:
        _play_pilot(order, file, runs, pilot, as_json=as_json)
    report = forecast(order, runs).model_copy(update={"file": file})
    if as_json:
        answer_json(report.model_dump())
    else:
        for line in _lines(report):
            say(line)
    return Exit.DONE


def _play_pilot(order: Order, file: str, runs: Path, pilot: int, *, as_json: bool) -> None:
    """The first pairs of the run itself: nothing of it is played again."""
    from flows.cli.session import session
    from flows.config import TournamentConfig

    refuse_to_play(order, runs)
    config = TournamentConfig(file=file, occasion=order.plan.occasion, runs=str(runs), pilot=pilot)
    reporter = TerminalReporter(quiet=True)
    with (
        session(runs, quiet=as_json, bus=False, bus_url=None, reporter=reporter) as opened,
        reporter,
    ):
        summary = opened.played(config)
    for why in [*summary.unplayable, *summary.voided]:
        note(why)


def _lines(report: PlanReport) -> Iterator[str]:
    fixtures = _from_to(report.fixtures_at_least, report.fixtures)
    noun = "fixture" if fixtures == "1" else "fixtures"
    yield f"{report.name}: {len(report.captains)} captains, {fixtures} {noun}"
    episodes = _from_to(report.episodes_at_least, report.episodes)
    taken = f"{report.taken_over:,} taken over, " if report.taken_over else ""
    fewer = report.episodes - report.episodes_at_least
    left = _from_to(max(0, report.left - fewer), report.left)
    yield f"{episodes} episodes, {report.played:,} played, {taken}{left} left:"
    yield ""
    yield table(("", "low", "expected", "high"), [*_rows(report)])
    yield ""
    yield from (_resolved(one) for one in report.resolution)
    if report.machines[0].machines > 1 or report.hours.expected > 1:
        yield ""
        yield from _machines(report)
    if report.disk_mb.high > report.disk_free_mb:
        yield f"the disk has {_size(report.disk_free_mb)} left: {_ROOM}"
    for limit in report.limits:
        told = _FITS[limit.fits].format(pairs=limit.pairs)
        yield f"limit of {_of(limit.name, limit.limit)}, {_spent(limit)} spent: {told}"
    yield ""
    for what, source in report.sources.items():
        yield f"{what}: {source}"
    for one in report.resolution:
        yield f"variance of {one.scores} pairs: {one.source}"


def _of(name: str, amount: float) -> str:
    """Seconds as people say them."""
    return f"{duration(amount)} (wall_s)" if name == "wall_s" else f"{amount:,g} {name}"


def _spent(limit: LimitCheck) -> str:
    return duration(limit.spent) if limit.name == "wall_s" else f"{limit.spent:,g}"


def _from_to(least: int, most: int) -> str:
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def _rows(report: PlanReport) -> Iterator[list[str]]:
    if report.by_captain:
        yield _row("calls", report.calls)
        yield _row("tokens", report.tokens)
        yield _dollars("dollars", report.usd)
    if len(report.by_captain) > 1:
        for one in report.by_captain:
            yield _dollars(f"  of {one.captain}", one.usd)
    hours = report.hours
    yield ["time", *(duration(_HOUR_S * one) for one in (hours.low, hours.expected, hours.high))]
    disk = report.disk_mb
    yield ["disk", *(_size(one) for one in (disk.low, disk.expected, disk.high))]


def _size(mb: float) -> str:
    return f"{_figure(mb / 1000)} GB" if mb >= 1000 else f"{_figure(mb)} MB"


def _dollars(name: str, span: Span | None) -> list[str]:
    return [name, *["unknown"] * 3] if span is None else _row(name, span)


def _row(name: str, span: Span) -> list[str]:
    return [name, *(_figure(one) for one in (span.low, span.expected, span.high))]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _resolved(one: Resolved) -> str:
    if one.half_width_elo is None or one.detectable_elo is None:
        return f"{one.scores} results: too few seeds to tell any difference"
    alone = one.head_to_head_half_width_elo
    met = "" if alone in (None, one.half_width_elo) else f"; a pairing alone ±{alone:g}"
    return (
        f"{one.scores} results tell two captains apart within ±{one.half_width_elo:g} Elo (95 %), "
        f"and find {one.detectable_elo:g} Elo with 80 % power{met}"
    )


def _machines(report: PlanReport) -> Iterator[str]:
    for one in report.machines:
        slots = f", {one.slots:,} answers at once" if one.slots else ""
        yield f"in {one.hours} h: {one.machines:,} machines of {report.processes} processes{slots}"
