"""A stopping rule and what it decided, in words and as data. Names are shown as on a terminal."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

from tournaments.report import plain_name
from tournaments.stats.after_stop import after_stop
from tournaments.stats.ranked import GapState, JudgedGap
from tournaments.stats.scale import Interval, elo_of
from tournaments.stop_spec import SprtTest, StopRanked
from tournaments.stopping import Look, Stopping, StopState, sprt_of

LEAST_PAIRS: Final = 2  # for a spread
MOST_OPEN_NAMED: Final = 3
_DIGITS: Final = 6  # of a score: nearer to none or all than it is worked out is none or all
_SCORES: Final = {"raw": "results as they were", "adjusted": "results with the luck taken out"}


def rule_text(stopping: Stopping) -> str:
    """What was promised before the first ball."""
    rule, cap = stopping.rule, stopping.planned[-1]
    if isinstance(rule, SprtTest):
        first, second = map(plain_name, rule.pair)
        elos = f"{rule.elo0:g} or {rule.elo1:g} {rule.model} Elo"
        return (
            f"SPRT of {first} v {second}: {elos} (α {rule.alpha:g}, β {rule.beta:g}), "
            f"{_SCORES[rule.scores]}, at most {_pairs(cap)}"
        )
    looks = len(stopping.planned)
    return (
        f"ranked: neighbours told apart, or tied within {rule.margin_elo:g} Elo (α {rule.alpha:g} "
        f"over {looks} look{'' if looks == 1 else 's'}), {_SCORES[rule.scores]}, at most "
        f"{_pairs(cap)} of every pairing"
    )


def verdict_text(stopping: Stopping) -> str:
    """What it says by now, in a sentence."""
    if not stopping.looks:
        return f"undecided: it looks first after {_pairs(stopping.planned[0])}"
    if isinstance(stopping.rule, SprtTest):
        return _of_test(stopping.rule, stopping)
    return _of_ranking(stopping.rule, stopping)


@lru_cache(maxsize=100)  # some tenths of a second, of a report and of all that it is made of
def elo_after_stop(stopping: Stopping) -> Interval | None:
    """By how much the first captain of a test that is over is better, without the lean that
    stopping gives the plain Elo. None of a ranking, and while the test goes on.
    """
    test = stopping.rule
    is_over = stopping.state is not StopState.CONTINUE
    if not isinstance(test, SprtTest) or not is_over or len(stopping.scored) < LEAST_PAIRS:
        return None
    looks = [look.pairs for look in stopping.looks]
    adjusted = test.scores == "adjusted"
    score = after_stop(sprt_of(test), stopping.scored, looks, adjusted=adjusted)
    value, low, high = (
        None if end is None else elo_of(round(end, _DIGITS))
        for end in (score.mean, score.low, score.high)
    )
    return Interval(mean=value, low=low, high=high)


def lean_text(stopping: Stopping) -> str:
    """What stopping does to the Elo, and the Elo without; empty while nothing has stopped."""
    if stopping.state in (StopState.CONTINUE, StopState.INCONCLUSIVE):
        return ""
    found = elo_after_stop(stopping)
    if found is None:
        return "It stopped when it was decided, so what is resolved looks a little wider than it is"
    assert isinstance(stopping.rule, SprtTest)
    first, second = map(plain_name, stopping.rule.pair)
    if _is_behind(found):
        first, second, found = second, first, found.turned()
    ahead = f"{first} is {_elo_text(found)} ahead of {second}"
    is_open = found.mean is None and found.high is None
    if is_open and (found.low is None or found.low < 0):
        ahead = f"nothing tells how far apart {first} and {second} are"
    return f"A plain Elo overstates what a test stopped at; without that, {ahead}"


def _is_behind(found: Interval) -> bool:
    """Also by so much that it has no Elo, of which one end is left."""
    return found.low is None and found.high is not None if found.mean is None else found.mean < 0


def _elo_text(found: Interval) -> str:
    value = "" if found.mean is None else f"{found.mean:+.0f} Elo "
    if found.low is not None and found.high is not None:
        return f"{value}({found.low:+.0f} to {found.high:+.0f})"
    if found.low is not None:
        return f"at least {found.low:+.0f} Elo"
    return f"{value}(no interval)" if found.high is None else f"at most {found.high:+.0f} Elo"


def _of_test(test: SprtTest, stopping: Stopping) -> str:
    look, after = stopping.looks[-1], _after(stopping)
    first, second = map(plain_name, test.pair)
    stands = f"LLR {look.value:.2f} of {look.lower:.2f} to {look.upper:.2f}"
    accepted = {
        StopState.ACCEPT_H0: ("H0", test.elo0, test.elo1),
        StopState.ACCEPT_H1: ("H1", test.elo1, test.elo0),
    }.get(stopping.state)
    if accepted is None:
        return f"{first} v {second} is undecided {after} ({stands})"
    name, elo, other = accepted
    way = "or less" if elo < other else "or more"  # a hypothesis is no more than a side
    against = f"{elo:g} {way} rather than {other:g} {test.model} Elo"
    return f"{first} over {second}: {against}, {name} accepted {after} ({stands})"


def _of_ranking(rule: StopRanked, stopping: Stopping) -> str:
    after = f"{_after(stopping)} of every pairing"
    if rule.allocate == "adaptive":
        after += " on average"
    if stopping.state is StopState.RANKED:
        return f"ranked {after}: {_counted(stopping.gaps)}"
    still_open = [gap for gap in stopping.gaps if gap.state is GapState.OPEN]
    named = [f"{plain_name(gap.better)} v {plain_name(gap.worse)}" for gap in still_open]
    if len(named) > MOST_OPEN_NAMED:
        named = [*named[: MOST_OPEN_NAMED - 1], f"{len(named) - MOST_OPEN_NAMED + 1} more"]
    return f"not ranked {after}; open: {', '.join(named)}"


def _counted(gaps: tuple[JudgedGap, ...]) -> str:
    tied = sum(gap.state is GapState.TIED for gap in gaps)
    apart = len(gaps) - tied
    parts = [
        f"{count} gap{'' if count == 1 else 's'} {what}"
        for count, what in ((apart, "resolved"), (tied, "tied"))
        if count
    ]
    return ", ".join(parts)


def _after(stopping: Stopping) -> str:
    most = ", the most allowed," if stopping.state is StopState.INCONCLUSIVE else ""
    return f"after {_pairs(stopping.pairs)}{most}"


def _pairs(count: int) -> str:
    return f"{count:,} pair{'' if count == 1 else 's'}"


def stopping_data(stopping: Stopping | None) -> dict[str, Any] | None:
    """For `--json`: the rule, where it stands, its looks."""
    if stopping is None:
        return None
    is_test = isinstance(stopping.rule, SprtTest)
    last = stopping.looks[-1] if stopping.looks else None
    told: dict[str, Any] = {
        "rule": "sprt" if is_test else "ranked",
        "settings": stopping.rule.model_dump(mode="json"),
        "state": stopping.state.value,
        "pairs": stopping.pairs,
        "max_pairs": stopping.planned[-1],
        "said": verdict_text(stopping),
        "track": [_look(look) for look in stopping.looks],
    }
    if is_test:
        now = None if last is None else _look(last)
        bounds = now and [now["lower"], now["upper"]]
        return told | {"llr": now and now["value"], "bounds": bounds, "elo": _elo(stopping)}
    return told | {"gaps": [_gap(gap) for gap in stopping.gaps]}


def _elo(stopping: Stopping) -> dict[str, float | None] | None:
    found = elo_after_stop(stopping)
    if found is None:
        return None
    ends = {"value": found.mean, "low": found.low, "high": found.high}
    return {key: None if end is None else round(end, 1) for key, end in ends.items()}


def _look(look: Look) -> dict[str, Any]:
    return {key: value if value is None else round(value, 4) for key, value in asdict(look).items()}


def _gap(gap: JudgedGap) -> dict[str, Any]:
    told = asdict(gap)
    return {k: round(v, 1) if isinstance(v, float) else str(v) for k, v in told.items()}
