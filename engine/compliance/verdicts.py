"""What passes each check of a program, and what its answers come to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from engine.compliance.asking import Exchange, Outcome
from engine.compliance.report import Check, Latency, Verdict

AT_ONCE: Final = 8
SHOWN_REQUESTS: Final = 3  # of those that failed a check

# Every check, with what passes it.
ALLOWED: Final = {
    "is reachable": "an HTTP answer from the address",
    "answers with a call": 'status 200 and {"tool", "arguments", "reason"}',
    "picks a tool that is offered": "a name of observation.available_tools",
    "gives legal arguments": "what the tool's schema there allows",
    "answers in time": "every answer within the time limit",
    "answers the same request again": "a legal call, as often as the request comes",
    "answers after a refusal": "a legal call where observation.error is set",
    "reads every name": "players' names to the letter, in any script",
    "ignores fields it does not know": "a legal call, as without them",
    "takes the largest request": "a legal call",
    "keeps requests apart": f"its own answer to each of {AT_ONCE} requests at once",
    "needs nothing but the request": "a legal call on a fresh connection, in any order",
    "wants its token": "status 401 or 403 without it",
    "survives a broken connection": "a legal call to the next request",
}
SILENT: Final = frozenset({Outcome.NO_ANSWER, Outcome.LATE})
READABLE: Final = frozenset({Outcome.LEGAL, Outcome.ILLEGAL, Outcome.NOT_OFFERED})


def reachable(first: Exchange) -> Check:
    name = "is reachable"
    match first.outcome:
        case Outcome.NO_ANSWER:
            return verdict_of(name, Verdict.FAILED, f"no answer: {first.said}", [first])
        case Outcome.LATE:
            return verdict_of(name, Verdict.PASSED, "a connection, and no answer in time")
        case _:
            return verdict_of(name, Verdict.PASSED, f"an answer after {1000 * first.took_s:.0f} ms")


def of_the_sample(answers: Sequence[Exchange]) -> list[Check]:
    """Each answer is held against as much as it got to."""
    late, silent = frozenset({Outcome.LATE}), frozenset({Outcome.NO_ANSWER})
    offered = frozenset({Outcome.LEGAL, Outcome.ILLEGAL})
    wrong = frozenset(Outcome) - late - READABLE
    return [
        _share("answers with a call", answers, wrong, frozenset(Outcome) - late),
        _share("picks a tool that is offered", answers, {Outcome.NOT_OFFERED}, READABLE),
        _share("gives legal arguments", answers, {Outcome.ILLEGAL}, offered),
        _in_time(_share("answers in time", answers, late, frozenset(Outcome) - silent), answers),
    ]


def _in_time(check: Check, answers: Sequence[Exchange]) -> Check:
    if check.verdict is Verdict.NOT_APPLICABLE:
        return check
    latency = latency_of(answers)
    return replace(check, seen=f"{latency}; {check.seen}") if latency.answers else check


def latency_of(answers: Sequence[Exchange]) -> Latency:
    return Latency.of([one.took_s for one in answers if one.outcome not in SILENT])


def _share(
    name: str,
    answers: Sequence[Exchange],
    wrong: Collection[Outcome],
    among: Collection[Outcome],
) -> Check:
    held = [one for one in answers if one.outcome in among]
    failed = [one for one in held if one.outcome in wrong]
    if not held:
        return not_applicable(name, "no answer got so far")
    if failed:
        seen = f"{len(failed)} of {len(held)} answers fail: {failed[0].said}"
        return verdict_of(name, Verdict.FAILED, seen, failed)
    return verdict_of(name, Verdict.PASSED, f"all of {len(held)} answers")


def legal(name: str, asked: Sequence[Exchange], seen: str) -> Check:
    failed = [one for one in asked if not one.is_legal]
    if not failed:
        return verdict_of(name, Verdict.PASSED, seen)
    told = f"{len(failed)} of {len(asked)} answers fail: {failed[0].said}"
    return verdict_of(name, Verdict.FAILED, told, failed)


def verdict_of(name: str, verdict: Verdict, seen: str, failed: Sequence[Exchange] = ()) -> Check:
    return Check(
        name=name,
        verdict=verdict,
        seen=seen,
        allowed=ALLOWED[name],
        requests=tuple(one.sent for one in failed[:SHOWN_REQUESTS]),
    )


def not_applicable(name: str, why: str) -> Check:
    return verdict_of(name, Verdict.NOT_APPLICABLE, why)
