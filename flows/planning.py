"""What a tournament will take and what it can tell, reckoned without playing it.

Everything is counted by pairing, never by episode: a plan of ten million is made like one of ten.
docs/planning.md says where each figure comes from.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import reduce
from math import ceil
from pathlib import Path
from typing import Final, Literal

from engine.captains import is_scripted
from flows import catalogue
from flows.grants import budgets_of
from flows.heritage import Heritage
from flows.journal import Journal
from flows.ledger import RunFolder
from flows.order import Order
from flows.outcomes import outcome_of
from flows.outlook import Meeting
from flows.plan_disk import free_mb, records_mb
from flows.plan_meetings import likely
from flows.plan_needs import ASSUMED, Need, endpoint_of, needs, total
from flows.plan_report import (
    CaptainNeed,
    LimitCheck,
    MachinesFor,
    PlanReport,
    Resolved,
    Span,
)
from flows.pool import processes_of
from flows.precedents import Precedents, pooled_variance, precedents
from flows.ranges import NOTHING, Range
from flows.work import captains_of
from tournaments import TournamentPlan
from tournaments.resolution import gain, resistances, resolution

HOUR_S: Final = 3600
WITHIN_H: Final = (1, 8, 24)
# Seconds of a scripted episode with its record, on one core: this, and so much an over.
LENGTH_S: Final = (0.008, 0.0027)
LENGTH_SPREAD: Final = (0.6, 1.0, 2.0)
# Of the mean of a pair's two scores.
RAW_VARIANCE: Final = 0.10
ADJUSTED_VARIANCE: Final = 0.01

Scores = Literal["raw", "adjusted"]


def forecast(order: Order, runs: Path) -> PlanReport:
    """What `order` will take and tell, by what the folder of runs knows of its captains. Plays
    nothing, asks nobody, lists no episode. Raises `BrokenSpending`.
    """
    return Forecast(order, runs, precedents(runs, order.meaning)).report()


class Forecast:
    """Of one order, by what is known of its captains."""

    def __init__(self, order: Order, runs: Path, known: Precedents) -> None:
        self._order, self._spec, self._known = order, order.spec, known
        self._runs, self._folder = runs, order.folder(runs)
        self._captains = captains_of(order.spec, catalogue.known())
        self._plan = plan = _grown(order, self._folder)
        self.meetings = likely(plan, order.spec)
        self._played = min(plan.at_most, _sealed(self._folder))
        ends = (plan.at_least, (plan.at_least + plan.at_most) / 2, plan.at_most)
        self._taken = _offered(order, self._folder)
        done = self._played + self._taken.total()
        least, usual, most = (max(0.0, end - done) for end in ends)
        left = {met: count - self._taken[met] for met, count in self.meetings.items()}
        share = usual / sum(left.values()) if any(left.values()) else 0.0
        self._left = {met: share * count for met, count in left.items()}
        self._ends = Range(least / usual, 1.0, most / usual) if usual else Range(1.0, 1.0, 1.0)

    def report(self) -> PlanReport:
        overs = self._spec.match.max_overs
        found = needs(self._captains, self._left, self._known.experience, overs)
        each = {name: need.by(self._ends) for name, need in found.items()}
        whole, scripted_s = total(each.values()), self._scripted_s().by(self._ends)
        hours, episodes = self._hours(scripted_s, each), self._plan.at_most
        left = self._ends.times(sum(self._left.values()))
        return PlanReport(
            name=self._spec.name,
            file_digest=self._order.file_digest,
            occasion=self._plan.occasion,
            captains=list(self._plan.captains),
            fixtures=len(self._plan.fixtures) + self._plan.later.fixtures_at_most,
            fixtures_at_least=len(self._plan.fixtures) + self._plan.later.fixtures_at_least,
            pairs=episodes // 2,
            episodes=episodes,
            episodes_at_least=self._plan.at_least,
            played=self._played,
            taken_over=self._taken.total(),
            left=episodes - self._played - self._taken.total(),
            calls=Span.of(whole.calls),
            tokens=Span.of(whole.tokens),
            usd=None if whole.usd is None else Span.of(whole.usd),
            hours=Span.of(hours),
            disk_mb=Span.of(records_mb(left, overs, whole.calls)),
            disk_free_mb=round(free_mb(self._runs)),
            processes=self._processes,
            slots=self._slots,
            by_captain=[_told(name, need) for name, need in each.items()],
            machines=[self._machines(hours, scripted_s, whole.answers_s) for hours in WITHIN_H],
            resolution=[*self._resolution()],
            limits=[*self._limits(whole, hours)],
            spent=self._spent(),
            sources=self._sources(each),
        )

    # --- time ----------------------------------------------------------------------------------

    @property
    def _processes(self) -> int:
        return processes_of(self._spec.execution.processes)

    @property
    def _slots(self) -> int:
        """Answers that are waited for at once: an episode waits for one at a time."""
        return min(self._spec.limits.llm, self._spec.execution.open_episodes)

    def _scripted_s(self) -> Range:
        """Of one process: all matches in which nobody is waited for."""
        asked = {name for name, captain in self._captains.items() if not is_scripted(captain)}
        lengths = (
            self._length_s(*met, episodes)
            for met, episodes in self._left.items()
            if asked.isdisjoint(met)
        )
        return reduce(Range.plus, lengths, NOTHING)

    def _length_s(self, one: str, other: str, episodes: float) -> Range:
        seen = self._known.experience.length(one, other)
        if seen.count:
            return seen.total(episodes)
        fixed, an_over = LENGTH_S
        usual = (fixed + an_over * self._spec.match.max_overs) * episodes
        return Range(*(usual * by for by in LENGTH_SPREAD))

    def _hours(self, scripted_s: Range, each: Mapping[str, Need]) -> Range:
        """Scripted play and answers go on side by side; each endpoint has slots of its own."""
        endpoints: dict[str, Range] = defaultdict(lambda: NOTHING)
        for name, need in each.items():
            where = endpoint_of(self._captains[name])
            endpoints[where] = endpoints[where].plus(need.answers_s)
        episodes_s = reduce(Range.plus, endpoints.values(), NOTHING)
        waits = [answers_s.times(1 / self._slots) for answers_s in endpoints.values()]
        waits.append(episodes_s.times(1 / self._spec.execution.open_episodes))
        waits.append(scripted_s.times(1 / self._processes))
        return Range(*(max(ends) / HOUR_S for ends in zip(*waits, strict=True)))

    def _machines(self, within_h: int, scripted_s: Range, answers_s: Range) -> MachinesFor:
        within_s = within_h * HOUR_S
        return MachinesFor(
            hours=within_h,
            machines=max(1, ceil(scripted_s.expected / within_s / self._processes)),
            slots=ceil(answers_s.expected / within_s),
        )

    # --- what it tells -------------------------------------------------------------------------

    def _resolution(self) -> Iterator[Resolved]:
        spread = self._known.spread
        yield self._resolved("raw", pooled_variance(spread.raw.values()), RAW_VARIANCE)
        adjusted = pooled_variance(spread.adjusted.values())
        yield self._resolved("adjusted", adjusted, ADJUSTED_VARIANCE)

    def _resolved(self, scores: Scores, measured: float | None, usual: float) -> Resolved:
        variance = usual if measured is None else measured
        pairs = self._pairs()
        between = resistances(self._plan.captains, pairs)
        hardest = max(between, key=between.__getitem__)
        league = resolution(variance, between[hardest], self._freedom(hardest))
        fewest = self._fewest(pairs)
        alone = resolution(variance, 1 / fewest, round(fewest) - 1)
        pairs_seen = f"{self._known.spread.pairs:,} pairs of earlier matches"
        return Resolved(
            scores=scores,
            half_width_elo=_rounded(league.half_width),
            detectable_elo=_rounded(league.detectable),
            head_to_head_half_width_elo=_rounded(alone.half_width),
            head_to_head_detectable_elo=_rounded(alone.detectable),
            pair_variance=round(variance, 5),
            gain=round(gain(variance), 1),
            source=ASSUMED if measured is None else pairs_seen,
        )

    def _pairs(self) -> dict[Meeting, float]:
        """How many each two captains play; of a bracket, as if all met equally often."""
        if not self._plan.grows or self._spec.stop is not None:
            return {met: episodes / 2 for met, episodes in self.meetings.items()}
        each = sum(self.meetings.values()) / 2 / len(self.meetings)
        return dict.fromkeys(self.meetings, each)

    def _fewest(self, pairs: Mapping[Meeting, float]) -> float:
        """That any pairing plays; of a plan that grows by its results, any fixture."""
        if self._plan.grows and self._spec.stop is None:
            return min(fixture.pairs for fixture in self._plan.fixtures)
        return min(pairs.values())

    def _freedom(self, two: Meeting) -> int:
        """Of an estimate of these two: where some may stop before others, the fewer seeds of theirs
        less one; else seeds less one where all pairings play the same, else pairs less what is
        estimated.
        """
        if self._spec.stop is not None:
            return round(min(map(self._seeds, two))) - 1
        if self._plan.shared_seeds:
            return max((f.first_pair + f.pairs for f in self._plan.fixtures), default=2) - 2
        return self._plan.at_least // 2 - len(self._plan.captains) + 1

    def _seeds(self, captain: str) -> float:
        """That the captain is likely to play."""
        pairs = [count for met, count in self._pairs().items() if captain in met]
        return max(pairs) if self._plan.shared_seeds else sum(pairs)

    # --- limits --------------------------------------------------------------------------------

    def _spent(self) -> dict[str, float]:
        """In all starts of the run so far."""
        state = budgets_of(self._order, self._folder, Journal(self._folder.path)).state()
        return {name: round(state[name], 6) for name in ("tokens", "usd", "calls", "wall_s")}

    def _limits(self, whole: Need, hours: Range) -> Iterator[LimitCheck]:
        need = {"tokens": whole.tokens, "usd": whole.usd, "calls": whole.calls}
        need["wall_s"] = hours.times(HOUR_S)
        allowed = self._order.allowance.model_dump(exclude_none=True)
        pairs = (self._plan.at_most - self._played - self._taken.total()) // 2
        for name, limit in allowed.items():
            if (wanted := need[name]) is not None:
                yield LimitCheck.of(name, limit, self._spent()[name], wanted, pairs)

    def _sources(self, each: Mapping[str, Need]) -> dict[str, str]:
        asked = sorted(frozenset[str]().union(*(need.sources for need in each.values())))
        return {
            "calls, tokens, dollars, answers": ", ".join(asked) or "nobody is asked",
            "scripted episodes": self._known.said if self._known.results else ASSUMED,
            "disk": ASSUMED,
        }


def _offered(order: Order, folder: RunFolder) -> Counter[Meeting]:
    """What the run would take over when it is begun; nothing of one that has begun."""
    if folder.about():
        return Counter()
    return Heritage(folder, order.meaning, order.plan.occasion).offered(order.plan)


def _grown(order: Order, folder: RunFolder) -> TournamentPlan:
    """The plan as far as the run's results have brought it."""
    if not order.plan.grows:
        return order.plan
    played = (one for one in folder.attempts() if not one.end_reason.is_void)
    return order.course(outcome_of(one, order.spec.match.max_overs) for one in played).plan


def _told(name: str, need: Need) -> CaptainNeed:
    return CaptainNeed(
        captain=name,
        calls=Span.of(need.calls),
        tokens=Span.of(need.tokens),
        usd=None if need.usd is None else Span.of(need.usd),
        source=", ".join(sorted(need.sources)),
    )


def _sealed(folder: RunFolder) -> int:
    """How many episodes have a record, or had one, without reading any."""
    names = set(folder.pruned())
    with suppress(FileNotFoundError), os.scandir(folder.records) as found:
        names |= {e.name.removesuffix(".jsonl") for e in found if e.name.endswith(".jsonl")}
    return len(names)


def _rounded(elo: float | None) -> float | None:
    return None if elo is None else float(f"{elo:.3g}")
