"""The checks of a program that is to be a remote captain, in the order in which they are made.

A few questions that came up in rehearsed matches are asked first. What follows asks only questions
of a kind that were answered legally there, so that a check fails for its own reason alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

from engine.calls import CricketAction
from engine.compliance.asking import Address, Examiner, Exchange, Outcome
from engine.compliance.breaking import Break, break_off
from engine.compliance.questions import Question
from engine.compliance.rehearsals import one_of_many, questions, the_longest, with_hostile_names
from engine.compliance.report import Check, Report, Verdict
from engine.compliance.sampling import one_each, sample
from engine.compliance.verdicts import (
    ALLOWED,
    AT_ONCE,
    SILENT,
    latency_of,
    legal,
    not_applicable,
    of_the_sample,
    reachable,
    verdict_of,
)
from engine.cricket.choices import DecisionKind
from engine.tool_captains.remote.posting import Programs

ROUNDS: Final = 3  # of so many at once
GIVE_UP: Final = 3  # questions in a row without an answer
LATEST: Final = 27  # questions of a match, the largest request among them
SOMEBODY_ELSES: Final = "not-the-token"


async def examine(
    address: Address, *, size: int, seed: int, heard: Callable[[int], None] = lambda _: None
) -> Report:
    """Every check of the program at `address`, by `size` questions and some more. `heard` is told
    how many of them have been asked. Whatever the program does, there is a report.
    """
    programs = Programs()
    programs.open()
    try:
        trial = _Trial(Examiner(address=address, programs=programs), size, seed, heard)
        return await trial.report()
    finally:
        await programs.aclose()


class _Trial:
    """One program on trial: `answers` to the sample, `good` the questions it answered legally."""

    def __init__(self, asker: Examiner, size: int, seed: int, heard: Callable[[int], None]) -> None:
        self._asker, self._seed, self._heard = asker, seed, heard
        self._sample = sample(size, seed)
        self._answers: list[Exchange] = []
        self._good: list[Question] = []

    async def report(self) -> Report:
        checks = [check async for check in self._checks()]
        told = {check.name for check in checks}
        untold = [not_applicable(name, "not reachable") for name in ALLOWED if name not in told]
        return Report(checks=(*checks, *untold), latency=latency_of(self._answers))

    async def _checks(self) -> AsyncIterator[Check]:
        first = await self._asked(self._sample[0])
        yield reachable(first)
        if first.outcome is Outcome.NO_ANSWER:
            return
        await self._ask_the_rest()
        for check in of_the_sample(self._answers):
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
            none = not_applicable(name, "no question was answered legally")
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
            answered = (await self._asked(question)).outcome not in SILENT
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
        return legal(name, asked, f"{total} requests three times, {alike} answered alike")

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
        return legal(name, asked, f"{len(asked)} questions asked again")

    async def _names(self, name: str) -> Check:
        every = self._of_good_kinds(questions(with_hostile_names(), self._seed))
        chosen = one_each(every, lambda q: (q.kind, q.request.seat, q.request.legal.players), 24)
        asked = [await self._asker.ask(q, self._episode(q)) for q in chosen]
        return legal(name, asked, f"{len(asked)} questions with quotes, escapes and many scripts")

    async def _unknown_fields(self, name: str) -> Check:
        asked = list[Exchange]()
        for question in self._some(5):
            episode = self._episode(question, "fields")
            body = question.body(episode, self._asker.address.timeout_s)
            asked.append(await self._asker.send(question, with_unknown_fields(body)))
        return legal(name, asked, f"{len(asked)} requests with fields of a later version")

    async def _largest(self, name: str) -> Check:
        every = list(self._of_good_kinds(questions(the_longest(), self._seed)))
        # Rather one whose answer is short: names in other scripts have their own check.
        question = max(
            every[-LATEST:], key=lambda q: (not _names_a_player(q), len(q.body("", 0.0)))
        )
        asked = await self._asker.ask(question, self._episode(question))
        return legal(name, [asked], f"a request of {len(asked.sent) / 1024:.0f} KiB")

    async def _at_once(self, name: str) -> Check:
        every = (questions(one_of_many(number), self._seed) for number in range(AT_ONCE))
        chosen = [next(filter(_names_a_player, self._of_good_kinds(each)), None) for each in every]
        some = [question for question in chosen if question is not None]
        if not some:
            return not_applicable(name, "no batter or bowler was chosen legally")
        asked, before = list[Exchange](), self._asker.pushed_back
        for turn in range(ROUNDS):
            asked += await asyncio.gather(
                *(self._asker.ask(one, self._episode(one, f"round-{turn}")) for one in some)
            )
        later = self._asker.pushed_back - before
        waited = f", {later} asked later as the program wished" if later else ""
        return legal(name, asked, f"{len(asked)} requests, {len(some)} at once{waited}")

    async def _broken(self, name: str) -> Check:
        address, asked = self._asker.address, list[Exchange]()
        for question in self._some(2):
            body = question.body(self._episode(question, "broken"), address.timeout_s)
            for where in Break:
                await break_off(address.url, body, address.token, where)
                episode = self._episode(question, f"after-{where.name.lower()}")
                asked.append(await self._asker.ask(question, episode))
        return legal(name, asked, f"{len(asked)} connections broken, in two places")

    async def _afresh(self, name: str) -> Check:
        asked = list[Exchange]()
        backwards = sorted(self._good, key=lambda q: q.request.number, reverse=True)
        for question in backwards[:: max(1, len(backwards) // 10)]:
            async with _fresh(self._asker.address) as asker:
                asked.append(await asker.ask(question, self._episode(question, "afresh")))
        matches = len({one.question.match for one in asked})
        return legal(name, asked, f"{len(asked)} questions of {matches} matches, the last first")

    async def _token(self, name: str) -> Check:
        address, question = self._asker.address, self._good[0]
        if address.token is None:
            return not_applicable(name, "no --token-env")
        let_in = list[Exchange]()
        for token in (None, SOMEBODY_ELSES):
            other = Address(url=address.url, token=token, timeout_s=address.timeout_s)
            async with _fresh(other) as asker:
                asked = await asker.ask(question, self._episode(question, "token"))
            if asked.outcome is not Outcome.NOT_LET_IN:
                let_in.append(asked)
        if not let_in:
            return verdict_of(name, Verdict.PASSED, "refused without it and with another")
        return verdict_of(name, Verdict.FAILED, f"not refused without it: {let_in[0].said}", let_in)


@asynccontextmanager
async def _fresh(address: Address) -> AsyncIterator[Examiner]:
    """With connections of its own."""
    programs = Programs()
    try:
        yield Examiner(address=address, programs=programs)
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
