"""What models are told, as a digest: of all that would be sent in a specimen of a match.

Digested are the messages and schemas themselves, not the files that word them: so a word, a figure
or a field that is changed anywhere on the way (the observation, the prompt, the tools' schemas, the
match so far, what a refused call is told) changes the digest, and tidying the code does not. The
specimen has every kind of question at every rung, both innings, a free hit, wickets, plans, calls
that prepare and calls that are refused, and a super over. It depends on no ball model and on no
squad that ships.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import cycle
from typing import Any, Final

from engine.calls import CricketAction
from engine.cricket.choices import Decision, Seat
from engine.cricket.distribution import Distribution
from engine.cricket.formats import format_of
from engine.cricket.nodes import DecisionRequest, DeliveryContext, Fact
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Bowling, Hand, Player, Role, Skill, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.driver import MatchDriver
from engine.errors import CallError
from engine.observation import CricketObservation
from engine.packs import SuperOver
from engine.prompt import render
from engine.seat import SeatSession
from engine.seeds import Streams
from engine.tool_captains.llm.chat import ChatReply, RawCall
from engine.tool_captains.llm.conversation import Asking, Turn, result_of, turn_of
from engine.tool_captains.llm.memory import MatchMemory
from engine.tool_captains.llm.prompts import Prompt
from engine.tool_captains.llm.reading import Read
from engine.tool_captains.llm.rungs import Rung
from engine.tool_captains.llm.schemas import shape_of
from engine.tools import ToolOffer

_OVERS: Final = 4  # more balls than are told one by one, so that overs are summed up too
_PLAYED: Final = ("1", "4", "0", "nb1", "1", "wd1", "caught", "2", "6", "lb1", "0")
_FREE_HIT: Final = "1"
_NO_SUCH_TOOL: Final = CricketAction(tool="declare", arguments={"at": "tea"})
_ROOM: Final = 1_000_000  # tokens: nothing is left out
_REPLY: Final = {"phase": "middle", "run_rate": 7.25}
_BOWL: Final = tuple(kind for kind in Bowling if kind is not Bowling.NONE)


@cache
def wording_digest() -> str:
    """Of all that the specimen sends. Takes some tenths of a second, once a process."""
    said = hashlib.sha256()
    for part in specimen():
        said.update(json.dumps(part, sort_keys=True).encode())
    return said.hexdigest()


def specimen() -> Iterator[Mapping[str, Any]]:
    """Every request of the match, as JSON data."""
    table = _Table()
    while (request := table.driver.request) is not None:
        yield from _asked(table, request)
        table.driver.answer(_answered(table, request))
    for session in table.sessions.values():
        yield {"end": session.observation(None, final=None).prompt_text}
    yield {"super over": _first_seen(_Table(SuperOver(batting=Seat.HOME, super_over=True)))}


class _Script:
    """An `OutcomeModel` under which it comes as it is written."""

    digest = "specimen"

    def __init__(self) -> None:
        self._next = cycle(_PLAYED)

    def price(self, context: DeliveryContext) -> Distribution:
        key = _FREE_HIT if context.innings.free_hit else next(self._next)
        return Distribution([float(outcome.key == key) for outcome in OUTCOMES])


class _Table:
    """A match, from its toss or its `start`, and what each side has heard and is reminded of."""

    def __init__(self, start: SuperOver | None = None) -> None:
        fmt, squads = format_of(_OVERS), Squads(home=_squad("Home"), away=_squad("Away"))
        self.sessions = {seat: SeatSession(seat, seat.value) for seat in Seat}
        self.memories = {seat: MatchMemory() for seat in Seat}
        self.driver = MatchDriver(
            MatchSetup(
                format=fmt,
                squads=squads,
                max_super_overs=0,
                start=None if start is None else start.start(fmt, squads),
            ),
            model=_Script(),
            value=None,
            streams=Streams(0),
            on_fact=self._hear,
        )

    def _hear(self, fact: Fact) -> None:
        for seat in Seat:
            self.sessions[seat].hear(fact)
            self.memories[seat].hear(fact)


def _first_seen(table: _Table) -> str:
    request = table.driver.request
    assert request is not None
    return table.sessions[request.seat].observation(request).prompt_text


def _squad(name: str) -> Squad:
    return Squad(name=name, players=tuple(_player(name, n) for n in range(11)))


def _player(side: str, number: int) -> Player:
    role = (
        Role.KEEPER if number == 0 else list(Role)[number % 4] if number % 4 != 1 else Role.BATTER
    )
    return Player(
        name=f"{side} {number}",
        role=role,
        bats=list(Hand)[number % 2],
        bowls=Bowling.NONE if number < 3 else _BOWL[number - 3],
        skill=Skill(scoring=number / 20, survival=-number / 20, economy=0.1, strike=-0.1),
    )


def _asked(table: _Table, request: DecisionRequest) -> Iterator[Mapping[str, Any]]:
    """The question at one of the rungs: as it is asked first, after a call that is refused, and
    after each that prepares.
    """
    session, memory = table.sessions[request.seat], table.memories[request.seat]
    rung = Rung(request.number % len(Rung))
    turns: list[Turn] = []
    seen = session.observation(request)
    yield _sent(seen, seen.available_tools, turns, memory, rung)
    preparing = [offer for offer in seen.available_tools if not offer.commits]
    calls = [_NO_SUCH_TOOL, *map(_call, preparing)] if request.number % 7 == 0 else []
    for call in calls:
        seen = _after(session, request, call)
        turns.append(_turn(call, seen, is_native=rung.has_tools))
        yield {"seen": seen.prompt_text, "analysis": _with_analysis(seen)}
    if calls:
        offers = tuple(offer for offer in seen.available_tools if offer.commits)
        yield _sent(seen, offers, turns, memory, rung)


def _sent(
    seen: CricketObservation,
    offers: tuple[ToolOffer, ...],
    turns: Sequence[Turn],
    memory: MatchMemory,
    rung: Rung,
) -> Mapping[str, Any]:
    asking = Asking(
        prompt=Prompt(name="", text="", digest=""),
        rung=rung,
        seen=seen,
        offers=offers,
        turns=turns,
        memory=memory,
        stands_for_the_over=True,
        context_tokens=_ROOM,
        schema_tokens=0,
    )
    return {"messages": asking.messages(), **shape_of(rung, offers)}


def _after(
    session: SeatSession, request: DecisionRequest, call: CricketAction
) -> CricketObservation:
    try:
        session.call(call, request)
    except CallError as error:
        return session.observation(request, error=str(error))
    return session.observation(request)


def _turn(call: CricketAction, seen: CricketObservation, *, is_native: bool) -> Turn:
    """What came of a call; one that was refused was no call that could be read."""
    raw = RawCall(id="", name=call.tool, arguments=json.dumps(call.arguments))
    reply = ChatReply(calls=(raw,))
    read = Read(action=call, native=raw if is_native else None) if seen.error is None else None
    return turn_of(reply, read, result_of(seen))


def _with_analysis(seen: CricketObservation) -> str:
    return render(seen.model_copy(update={"reply": _REPLY}))


def _answered(table: _Table, request: DecisionRequest) -> Decision:
    session = table.sessions[request.seat]
    call = next(_call(o) for o in session.observation(request).available_tools if o.commits)
    table.memories[request.seat].chose = call.arguments
    decision = session.call(call, request)
    assert decision is not None
    return decision


def _call(offer: ToolOffer) -> CricketAction:
    """A legal call: the first option of every choice, the least of every number."""
    return CricketAction(
        tool=offer.name,
        arguments={name: _some(about) for name, about in offer.parameters["properties"].items()},
    )


def _some(about: Mapping[str, Any]) -> Any:
    if "enum" in about:
        return about["enum"][0]
    return about.get("minimum", "because")
