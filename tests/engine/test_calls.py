"""The tool calls that led to a decision: told with it, within bounds, and no part of the play."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from engine.calls import CricketAction
from engine.captains import resolve
from engine.casting import Cast
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.events import LONGEST_CALL_TEXT, CallMade, DecisionEvent, DecisionMade, parse_event
from engine.models import Models
from engine.observation import CricketObservation
from engine.record import RecordWriter, record_path
from engine.replay import replay_record
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.tools import TOOLS
from tests.doubles import FlatModel, Remembering, RunsValue
from tests.llm.matches import match, played
from tests.llm.obtainers import lend
from tests.llm.stub import Said, plays, says, stub
from tests.remote.programs import Program, serving

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())


class Thinker:
    """Looks at the situation, asks for a tool that is not there, then takes what is first."""

    def __init__(self) -> None:
        self._question: int | None = -1
        self._step = 0

    async def act(self, observation: CricketObservation) -> CricketAction:
        self._step = self._step + 1 if observation.question == self._question else 0
        self._question = observation.question
        if self._step == 0:
            return CricketAction(tool="analyze_situation")
        if self._step == 1:
            return CricketAction(tool="declare\x1b[2J", arguments={"why": "x" * 5000})
        (offer,) = [tool for tool in observation.available_tools if tool.commits]
        about = offer.parameters
        given = {name: about["properties"][name]["enum"][0] for name in about["required"]}
        return CricketAction(tool=offer.name, arguments=given)

    async def aclose(self) -> None:
        pass


THINKER = resolve({"name": "thinker", "kind": "remote", "url": "http://127.0.0.1:9/"})
SPEC = EpisodeSpec(episode_id="calls", seed=5, overs=1, home=THINKER, away=resolve("baseline"))


def thought(folder: Path) -> Remembering:
    """A match of the thinker at home, with its record in `folder`."""
    seen, writer = Remembering(), RecordWriter(folder, "calls", 1)
    cast = Cast(captains={Seat.HOME: Thinker()})
    asyncio.run(play_episode(SPEC, observers=[seen, writer], models=MODELS, cast=cast))
    return seen


def decisions(seen: Remembering, seat: str = "home") -> list[DecisionMade]:
    told = [event.data for event in seen.events if isinstance(event, DecisionEvent)]
    return [made for made in told if made.seat == seat]


def test_every_call_is_told_in_order_with_what_came_of_it(tmp_path: Path) -> None:
    for made in decisions(thought(tmp_path)):
        looked, refused, committed = made.calls
        assert (looked.tool, looked.error) == ("analyze_situation", None)
        assert json.loads(looked.reply)
        assert refused.tool == r"declare\x1b[2J"
        assert (refused.error, refused.reply) == (made.errors[0], "")
        assert (committed.error, committed.reply) == (None, "")
        assert TOOLS[committed.tool].commits == made.kind


def test_a_policy_calls_nothing(tmp_path: Path) -> None:
    assert all(made.calls == () for made in decisions(thought(tmp_path), "away"))


def test_the_text_of_a_call_is_cut(tmp_path: Path) -> None:
    refused = decisions(thought(tmp_path))[0].calls[1]
    assert len(refused.arguments) == LONGEST_CALL_TEXT
    assert refused.arguments.endswith("…")


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.text(), ANYTHING, ANYTHING, st.none() | st.text())
def test_whatever_is_called_can_be_written_down(
    tool: str, arguments: object, reply: object, error: str | None
) -> None:
    made = CallMade.of(tool, arguments, reply=reply, error=error)
    assert CallMade.model_validate_json(orjson.dumps(made.model_dump())) == made
    assert len(made.arguments) <= LONGEST_CALL_TEXT
    assert len(made.reply) <= LONGEST_CALL_TEXT


def test_a_record_from_before_calls_were_told_still_replays(tmp_path: Path) -> None:
    thought(tmp_path)
    record = record_path(tmp_path, "calls")
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    for line in lines:
        if line["type"] == "decision":
            del line["data"]["calls"]
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert asyncio.run(replay_record(record, models=MODELS)).identical


def test_a_replay_calls_nothing_and_has_the_same_digest(tmp_path: Path) -> None:
    thought(tmp_path)
    again = Remembering()
    replay = asyncio.run(
        replay_record(record_path(tmp_path, "calls"), models=MODELS, observers=(again,))
    )
    assert replay.identical
    assert all(made.calls == () for made in decisions(again))


async def test_a_language_models_calls_are_told() -> None:
    seen, services = Remembering(), lend()

    async def answers(request: dict[str, Any]) -> Said:
        return says(plays(request))

    async with stub(answering=answers) as endpoint:
        await played(match(endpoint.url), services, [seen])
    await services.aclose()
    assert {made.calls[-1].tool for made in decisions(seen)} >= {"play_delivery", "bowl_delivery"}


async def test_a_programs_calls_are_told() -> None:
    seen, services = Remembering(), Services()
    with serving(Program) as url:
        far = resolve({"name": "far", "kind": "remote", "url": url})
        spec = SPEC.model_copy(update={"home": far})
        await play_episode(spec, models=MODELS, services=services, observers=[seen])
    await services.aclose()
    assert all(made.calls[-1].error is None for made in decisions(seen))


def test_the_line_of_a_decision_holds_its_calls(tmp_path: Path) -> None:
    thought(tmp_path)
    lines = record_path(tmp_path, "calls").read_bytes().splitlines()
    told = [event for event in map(parse_event, lines) if isinstance(event, DecisionEvent)]
    assert any(event.data.calls for event in told)
