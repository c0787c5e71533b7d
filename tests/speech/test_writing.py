"""A language model as the commentator: what it is asked, and what of its answers is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from engine.captains.llm import Allowance, LlmSettings
from engine.cricket.choices import Seat
from engine.tool_captains import Caller, Services
from engine.tool_captains.account import Usage
from spectator.commentary import Line, Weight
from spectator.writing import LONGEST, ModelWriter, as_line
from tests.llm.stub import Said, Stub, fails, says, stub

LINE = Line(of=7, text="Khan to Rao: {draft} FOUR.", brief="FOUR.", weight=Weight.BOUNDARY)


@dataclass(slots=True)
class Desk:
    server: Stub
    services: Services
    writer: ModelWriter
    told: list[str] = field(default_factory=list)


def answer(text: str) -> Said:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    return says({"id": "c", "object": "chat.completion", "model": "m", "choices": choices})


@asynccontextmanager
async def desk(*script: Said | None) -> AsyncIterator[Desk]:
    async with stub(*script) as server:
        services, told = Services(), list[str]()
        settings = LlmSettings(model="m", base_url=server.url)
        writer = ModelWriter("voice", settings, "m", services, told.append)
        try:
            yield Desk(server, services, writer, told)
        finally:
            await services.aclose()


async def test_a_model_says_the_draft_in_its_own_words():
    async with desk(answer(" Khan to Rao,\n and that races away! ")) as here:
        assert await here.writer.write(LINE) == "Khan to Rao, and that races away!"
    (asked,) = here.server.requests
    assert LINE.text in asked["messages"][-1]["content"]
    assert asked["max_tokens"] <= 160


async def test_it_is_told_what_was_said_before():
    async with desk(answer("yes.")) as here:
        await here.writer.write(LINE)
        await here.writer.write(Line(of=8, text="Six.", brief="Six.", weight=Weight.BALL))
    assert LINE.text in here.server.requests[1]["messages"][-1]["content"]


async def test_it_spends_nothing_of_the_budget_of_a_captain_of_its_name():
    captain = Caller(captain="voice", episode_id="m", seat=Seat.HOME, budget=Allowance(calls=1))
    async with desk(answer("yes.")) as here:
        await here.writer.write(LINE)
        (await here.services.budgets.reserve(captain, Usage())).release()


@pytest.mark.parametrize("said", [None, fails(500), fails(400), Said(body=b"{"), fails(401)])
async def test_what_goes_wrong_gives_no_line_and_is_told_once(said: Said | None):
    async with desk(said) as here:
        assert await here.writer.write(LINE) is None
        assert await here.writer.write(LINE) is None
    (told,) = here.told
    assert told.startswith("commentary: voice does not write: ")


@pytest.mark.parametrize("text", ["", "  \n ", "**", "x" * (LONGEST + 1)])
def test_what_is_no_line_is_not_taken(text: str):
    assert as_line(text) is None


def test_a_line_can_neither_move_the_cursor_nor_hide():
    assert as_line('"\x1b[2J Out!\u202e"') == "\\x1b[2J Out!\\u202e"
