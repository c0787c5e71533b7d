"""How far to trust it: the parts of a report's page about who decided, circles, seeds, voids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from math import comb
from typing import Final

from flows.accounts import CaptainAccount
from flows.honesty import figures, was_asked
from flows.report.content import Report
from flows.report.markup import (
    DASH,
    listing,
    name,
    section,
    signed,
    table,
    told,
)

_ANSWERED: Final = ("decisions", "coverage", "fallbacks", "illegal", "malformed", "rethinks")

_ASKED: Final = (
    *("timeouts", "p50", "p95", "calls", "from cache", "tokens in", "tokens out", "cost", "model"),
)


def honesty(report: Report) -> str:
    """Who decided for each captain, and what that took."""
    asked = any(was_asked(one) for one in report.honesty)
    names = [*_ANSWERED, *(_ASKED if asked else ())]
    rows = [_account(one, names) for one in report.honesty]
    lead = (
        "Coverage is the share of decisions that a captain made himself; what a fallback decided "
        "for him is not his cricket."
    )
    tried = asked or any(one.void for one in report.honesty)
    quiet = "" if tried else " Nobody had to be waited for: no calls, no tokens, no cost."
    head = ["captain", *map(told, names), "forfeits", "void"]
    return section(
        "How the decisions were come by",
        lead + quiet,
        table("Honesty", head, rows, "many"),
        at="honesty",
    )


def _account(one: CaptainAccount, names: Sequence[str]) -> list[str]:
    cells = figures(one)
    return [name(one.captain), *(told(cells[n]) for n in names), str(one.forfeits), str(one.void)]


def doubts(report: Report) -> str:
    """What may be wrong with one number a captain, and with these seeds."""
    return section(
        "How far to trust the order",
        "",
        listing([*_circles(report), *_seeds(report)]),
        at="doubts",
    )


def _circles(report: Report) -> Iterator[str]:
    sure = [cycle for cycle in report.cycles if cycle.is_sure]
    if not report.cycles and not _three_met(report):
        return
    if not report.cycles:
        yield "No circles: nobody beats another who beats a third who beats the first."
        return
    for cycle in sure or report.cycles[:1]:
        names = ", ".join(map(name, cycle.captains))
        verdict = "each step of it sure at 95 %" if cycle.is_sure else "which may be chance"
        yield f"A circle, {verdict}: {names}, each ahead of the next and the last of the first."
    others = len(report.cycles) - len(sure or report.cycles[:1])
    if others:
        circle = "circle" if others == 1 else "circles"
        yield f"{others} more {circle} of three that may be chance."


def _three_met(report: Report) -> bool:
    met = _met(report)
    return any(
        all(frozenset(two) in met for two in combinations(three, 2))
        for three in combinations(report.captains, 3)
    )


def _met(report: Report) -> set[frozenset[str]]:
    """Any two who have a whole pair: matches that are void tell nothing of them."""
    counted = (cell for cell in report.crosstable if cell.adjusted is not None)
    return {frozenset((cell.first, cell.second)) for cell in counted}


def _all_met(met: set[frozenset[str]]) -> bool:
    """Whether all who have met anybody have met each other."""
    return len(met) == comb(len(set(chain.from_iterable(met))), 2)


def _seeds(report: Report) -> Iterator[str]:
    found = report.seeds
    if found is None:
        all_met = _all_met(_met(report))
        few = "Too few seeds to tell" if all_met else "Not all have met, so it cannot be told"
        yield f"{few} how much the order hangs on single seeds."
        return
    if not found.others:
        yield (
            f"{name(found.first)} has the best score whichever one of the {found.seeds} seeds is "
            "left out."
        )
    for other, seeds in found.others.items():
        words = "one seed" if len(seeds) == 1 else f"any one of {len(seeds)} seeds"
        yield f"Without {words} of {found.seeds}, {name(other)} would have the best score."
    if found.order is not None:
        yield (
            f"Two halves of the seeds order the captains with a rank correlation of "
            f"{signed(found.order, 2)} (1 is the same order)."
        )


def voided(report: Report) -> str:
    """What counts for nobody, and why."""
    rows = [
        [told(one.reason), str(one.episodes), told(one.error) or DASH, told(one.example)]
        for one in report.voided
    ]
    nothing = '<p class="quiet">Nothing was void.</p>' if not rows else ""
    return section(
        "What does not count",
        "",
        nothing or table("Void", ["reason", "matches", "why", "for example"], rows, "words"),
        at="void",
    )


def reproduce(report: Report) -> str:
    """The command that plays it again, and what decides the matches."""
    how = report.reproduce
    facts = {
        "seed": how.seed,
        "file": how.file_digest,
        "captains": how.version,
        "engine": how.engine_version,
        "ball model": how.coefficients_digest,
    }
    listed = "".join(f"<dt>{told(k)}</dt><dd>{told(v)}</dd>" for k, v in facts.items() if v != "")
    lead = (
        "The same file, occasion, engine and ball model give the same matches ball by ball; a live "
        "language model may answer differently."
    )
    command = f'<pre tabindex="0"><code>{told(how.command)}</code></pre>'
    return section("Play it again", lead, command, f"<dl>{listed}</dl>", at="again")
