"""The checks of a program that is to be a remote captain, in the order in which they are made.

A few questions that came up in rehearsed matches are asked first. What follows asks only questions
of a kind that were answered legally there, so that a check fails for its own reason alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from engine.compliance.asking import Address, Asker, Exchange, Outcome
from engine.compliance.breaking import Break, break_off
from engine.compliance.questions import Question
from engine.compliance.rehearsals import one_of_many, questions, the_longest, with_hostile_names
from engine.compliance.report import Check, Latency, Report, Verdict
from engine.compliance.sampling import one_each, sample
from engine.cricket.choices import DecisionKind
from engine.tool_captains.remote.posting import Programs
from engine.tools import CricketAction

AT_ONCE: Final = 8
ROUNDS: Final = 3  # of so many at once
GIVE_UP: Final = 3  # questions in a row without an answer
LATEST: Final = 27  # questions of a match, the largest request among them
SHOWN_REQUESTS: Final = 3  # of those that failed a check
SOMEBODY_ELSES: Final = "not-the-token"

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
_READABLE: Final = frozenset({Outcome.LEGAL, Outcome.ILLEGAL, Outcome.NOT_OFFERED})


async def examine(
    address: Address, *, size: int, seed: int, heard: Callable[[int], None] = lambda _: None
) -> Report:
    """Every check of the program at `address`, by `size` questions and some more. `heard` is told
    how many of them have been asked. Whatever the program does, there is a report.
    """
    programs = Programs()
    programs.open()
    try:
        trial = _Trial(Asker(address=address, programs=programs), size, seed, heard)
        return await trial.report()
    finally:
        await programs.aclose()


class _Trial:
    """One program on trial: `answers` to the sample, `good` the questions it answered legally."""

    def __init__(self, asker: Asker, size: int, seed: int, heard: Callable[[int], None]) -> None:
        self._asker, self._seed, self._heard = asker, seed, heard
        self._sample = sample(size, seed)
        self._answers: list[Exchange] = []
        self._good: list[Question] = []

    async def report(self) -> Report:
        checks = [check async for check in self._checks()]
        told = {check.name for check in checks}
        untold = [_not_applicable(name, "not reachable") for name in ALLOWED if name not in told]
        return Report(checks=(*checks, *untold), latency=_latency(self._answers))

    async def _checks(self) -> AsyncIterator[Check]:
        first = await self._asked(self._sample[0])
        yield _reachable(first)
        if first.outcome is Outcome.NO_ANSWER:
            return
        await self._ask_the_rest()
        for check in _of_the_sample(self._answers):
            yield check
        later: dict[str, Callable[[str], Any]] = {
            "answers the same request again": self._again,
            "answers after a refusal": self._after_a_refusal,
            "reads every name": self._names,
            "ignores fields it does not know": self._unknown_fields,
            "takes the largest request": self._largest,
            "keeps requests apart": self._at_once,
            "needs nothing but the request": self._afresh,
            "wants its token": self._token,
            "survives a broken connection": self._broken,  # the last: not all survive it
        }
        for name, make in later.items():
            none = _not_applicable(name, "no question was answered legally")
            yield await make(name) if self._good else none

    # --- the sample ------------------------------------------------------------------------------

    async def _asked(self, question: Question) -> Exchange:
        """The last exchange about one question of the sample."""
        exchanges = await self._asker.ask_to_the_end(question, self._episode(question))
        self._answers += exchanges
        if exchanges[-1].is_legal:
            self._good.append(question)
        return exchanges[-1]

    async def _ask_the_rest(self) -> None:
        silent = 0
        for number, question in enumerate(self._sample[1:], start=2):
            answered = (await self._asked(question)).outcome not in _SILENT
            silent = 0 if answered else silent + 1
            self._heard(number)
            if silent == GIVE_UP:
                return

    def _episode(self, question: Question, check: str = "sample") -> str:
        """Every check has matches of its own: none begins in the middle of another's."""
        return f"compliance-{self._seed}-{check}-{question.match}"

    # --- the checks after it ---------------------------------------------------------------------

    def _some(self, most: int) -> list[Question]:
        """Answered legally before, of every kind."""
        return one_each(self._good, lambda question: question.kind, most)

    def _of_good_kinds(self, every: Iterable[Question]) -> Iterator[Question]:
        kinds = {question.kind for question in self._good}
        return (question for question in every if question.kind in kinds)

    async def _again(self, name: str) -> Check:
        asked, alike = list[Exchange](), 0
        for question in self._some(4):
            body = question.body(self._episode(question, "again"), self._asker.address.timeout_s)
            three = [await self._asker.send(question, body) for _ in range(3)]
            asked += three
            alike += len({_written(one.call) for one in three}) == 1
        total = len(asked) // 3
        return _legal(name, asked, f"{total} requests three times, {alike} answered alike")

    async def _after_a_refusal(self, name: str) -> Check:
        asked = list[Exchange]()
        for question in self._some(5):
            tools = question.observation().available_tools
            answering = next(tool.name for tool in tools if tool.commits)
            for wrong in (
                CricketAction(tool="declare"),
                CricketAction(tool=answering, arguments={"hurry": True}),
            ):
                refused = question.after_refusal(wrong)
                asked.append(await self._asker.ask(refused, self._episode(question, "refused")))
        return _legal(name, asked, f"{len(asked)} questions asked again")

    async def _names(self, name: str) -> Check:
        every = self._of_good_kinds(questions(with_hostile_names(), self._seed))
        chosen = one_each(every, lambda q: (q.kind, q.request.seat, q.request.legal.players), 24)
        asked = [await self._asker.ask(q, self._episode(q)) for q in chosen]
        return _legal(name, asked, f"{len(asked)} questions with quotes, escapes and many scripts")

    async def _unknown_fields(self, name: str) -> Check:
        asked = list[Exchange]()
        for question in self._some(5):
            episode = self._episode(question, "fields")
            body = question.body(episode, self._asker.address.timeout_s)
            asked.append(await self._asker.send(question, with_unknown_fields(body)))
        return _legal(name, asked, f"{len(asked)} requests with fields of a later version")

    async def _largest(self, name: str) -> Check:
        every = list(self._of_good_kinds(questions(the_longest(), self._seed)))
        # Rather one whose answer is short: names in other scripts have their own check.
        question = max(
            every[-LATEST:], key=lambda q: (not _names_a_player(q), len(q.body("", 0.0)))
        )
        asked = await self._asker.ask(question, self._episode(question))
        return _legal(name, [asked], f"a request of {len(asked.sent) / 1024:.0f} KiB")

    async def _at_once(self, name: str) -> Check:
        every = (questions(one_of_many(number), self._seed) for number in range(AT_ONCE))
        chosen = [next(filter(_names_a_player, self._of_good_kinds(each)), None) for each in every]
        some = [question for question in chosen if question is not None]
        if not some:
            return _not_applicable(name, "no batter or bowler was chosen legally")
        asked, before = list[Exchange](), self._asker.pushed_back
        for turn in range(ROUNDS):
            asked += await asyncio.gather(
                *(self._asker.ask(one, self._episode(one, f"round-{turn}")) for one in some)
            )
        later = self._asker.pushed_back - before
        waited = f", {later} asked later as the program wished" if later else ""
        return _legal(name, asked, f"{len(asked)} requests, {len(some)} at once{waited}")

    async def _broken(self, name: str) -> Check:
        address, asked = self._asker.address, list[Exchange]()
        for question in self._some(2):
            body = question.body(self._episode(question, "broken"), address.timeout_s)
            for where in Break:
                await break_off(address.url, body, address.token, where)
                episode = self._episode(question, f"after-{where.name.lower()}")
                asked.append(await self._asker.ask(question, episode))
        return _legal(name, asked, f"{len(asked)} connections broken, in two places")

    async def _afresh(self, name: str) -> Check:
        asked = list[Exchange]()
        backwards = sorted(self._good, key=lambda q: q.request.number, reverse=True)
        for question in backwards[:: max(1, len(backwards) // 10)]:
            async with _fresh(self._asker.address) as asker:
                asked.append(await asker.ask(question, self._episode(question, "afresh")))
        matches = len({one.question.match for one in asked})
        return _legal(name, asked, f"{len(asked)} questions of {matches} matches, the last first")

    async def _token(self, name: str) -> Check:
        address, question = self._asker.address, self._good[0]
        if address.token is None:
            return _not_applicable(name, "no --token-env")
        let_in = list[Exchange]()
        for token in (None, SOMEBODY_ELSES):
            other = Address(url=address.url, token=token, timeout_s=address.timeout_s)
            async with _fresh(other) as asker:
                asked = await asker.ask(question, self._episode(question, "token"))
            if asked.outcome is not Outcome.NOT_LET_IN:
                let_in.append(asked)
        if not let_in:
            return _check(name, Verdict.PASSED, "refused without it and with another")
        return _check(name, Verdict.FAILED, f"not refused without it: {let_in[0].said}", let_in)


_SILENT: Final = frozenset({Outcome.NO_ANSWER, Outcome.LATE})


@asynccontextmanager
async def _fresh(address: Address) -> AsyncIterator[Asker]:
    """With connections of its own."""
    programs = Programs()
    try:
        yield Asker(address=address, programs=programs)
    finally:
        await programs.aclose()


def with_unknown_fields(body: bytes) -> bytes:
    """The request as a later version may send it, with more in it than version 1 has."""
    document = json.loads(body)
    seen = document["observation"]
    offers = seen["available_tools"]
    for part in (document, seen, seen["game"], seen["tool_budget"], *offers):
        part["added_later"] = {"of": ["any", 1, None, True]}
    return json.dumps(document, ensure_ascii=False).encode()


def _names_a_player(question: Question) -> bool:
    return question.kind in (DecisionKind.BATTER, DecisionKind.BOWLER)


def _written(call: CricketAction | None) -> str:
    return "" if call is None else json.dumps([call.tool, call.arguments], sort_keys=True)


# --- verdicts ------------------------------------------------------------------------------------


def _reachable(first: Exchange) -> Check:
    name = "is reachable"
    match first.outcome:
        case Outcome.NO_ANSWER:
            return _check(name, Verdict.FAILED, f"no answer: {first.said}", [first])
        case Outcome.LATE:
            return _check(name, Verdict.PASSED, "a connection, and no answer in time")
        case _:
            return _check(name, Verdict.PASSED, f"an answer after {1000 * first.took_s:.0f} ms")


def _of_the_sample(answers: Sequence[Exchange]) -> list[Check]:
    """Each answer is held against as much as it got to."""
    late, legal = frozenset({Outcome.LATE}), frozenset({Outcome.LEGAL})
    silent = frozenset({Outcome.NO_ANSWER})
    wrong = frozenset(Outcome) - late - _READABLE
    return [
        _share("answers with a call", answers, wrong, frozenset(Outcome) - late),
        _share("picks a tool that is offered", answers, {Outcome.NOT_OFFERED}, _READABLE),
        _share("gives legal arguments", answers, {Outcome.ILLEGAL}, legal | {Outcome.ILLEGAL}),
        _in_time(_share("answers in time", answers, late, frozenset(Outcome) - silent), answers),
    ]


def _in_time(check: Check, answers: Sequence[Exchange]) -> Check:
    if check.verdict is Verdict.NOT_APPLICABLE:
        return check
    latency = _latency(answers)
    return replace(check, seen=f"{latency}; {check.seen}") if latency.answers else check


def _latency(answers: Sequence[Exchange]) -> Latency:
    return Latency.of([one.took_s for one in answers if one.outcome not in _SILENT])


def _share(
    name: str,
    answers: Sequence[Exchange],
    wrong: Collection[Outcome],
    among: Collection[Outcome],
) -> Check:
    held = [one for one in answers if one.outcome in among]
    failed = [one for one in held if one.outcome in wrong]
    if not held:
        return _not_applicable(name, "no answer got so far")
    if failed:
        seen = f"{len(failed)} of {len(held)} answers fail: {failed[0].said}"
        return _check(name, Verdict.FAILED, seen, failed)
    return _check(name, Verdict.PASSED, f"all of {len(held)} answers")


def _legal(name: str, asked: Sequence[Exchange], seen: str) -> Check:
    failed = [one for one in asked if not one.is_legal]
    if not failed:
        return _check(name, Verdict.PASSED, seen)
    told = f"{len(failed)} of {len(asked)} answers fail: {failed[0].said}"
    return _check(name, Verdict.FAILED, told, failed)


def _check(name: str, verdict: Verdict, seen: str, failed: Sequence[Exchange] = ()) -> Check:
    return Check(
        name=name,
        verdict=verdict,
        seen=seen,
        allowed=ALLOWED[name],
        requests=tuple(one.sent for one in failed[:SHOWN_REQUESTS]),
    )


def _not_applicable(name: str, why: str) -> Check:
    return _check(name, Verdict.NOT_APPLICABLE, why)
