"""Stand-ins for language models: what a server says to the request that it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from engine.captains import resolve
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.events import Event
from engine.models import Models
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from tests.doubles import FlatModel, Remembering, RunsValue
from tests.llm.obtainers import lend
from tests.llm.stub import Said, Stub, completion, fails, says, stub

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
COMMITTING = ("choose_toss", "select_batter", "choose_bowler", "bowl_delivery", "play_delivery")
Respond = Callable[[dict[str, Any]], Said]


def schema_of(request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The tool that answers and the schema of its arguments, from whichever part has them."""
    if "tools" in request:
        found = {t["function"]["name"]: t["function"]["parameters"] for t in request["tools"]}
    else:
        call = request["response_format"]["json_schema"]["schema"]["properties"]["call"]
        found = {
            one["properties"]["tool"]["enum"][0]: one["properties"]["arguments"]
            for one in call.get("anyOf", [call])
        }
    return next((name, schema) for name, schema in found.items() if name in COMMITTING)


def legal_call(request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The tool that answers, with the first legal option of every choice."""
    name, schema = schema_of(request)
    return name, {k: a["enum"][0] for k, a in schema["properties"].items() if "enum" in a}


def by_tool(request: dict[str, Any]) -> Said:
    name, arguments = legal_call(request)
    return says(completion(name, json.dumps(arguments)))


def text(content: str | None, finish_reason: str | None = "stop", **more: Any) -> Said:
    answer = completion(**more)
    message = answer["choices"][0]["message"]
    del message["tool_calls"]
    message["content"] = content
    answer["choices"][0]["finish_reason"] = finish_reason
    return says(answer)


def by_json(request: dict[str, Any]) -> Said:
    name, arguments = legal_call(request)
    return text(json.dumps({"call": {"tool": name, "arguments": arguments}}))


def no_tools(request: dict[str, Any]) -> Said:
    """A server that drops tools without a word, and holds to schemas."""
    return text("I would attack.") if "tools" in request else by_json(request)


def refuses_tools(request: dict[str, Any]) -> Said:
    if "tools" in request:
        return fails(400, "tools are not supported by this model")
    return by_json(request)


def renames_the_limit(request: dict[str, Any]) -> Said:
    """Models of OpenAI that reason."""
    if "max_tokens" in request:
        why = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return fails(400, why, "unsupported_parameter")
    return by_tool(request)


def llm(url: str, **settings: Any) -> dict[str, Any]:
    return {"name": "qwen", "kind": "llm", "model": "m", "base_url": url, **settings}


async def play_at(
    url: str,
    services: Services,
    *,
    seed: int = 7,
    overs: int = 1,
    max_rethinks: int = 3,
    **settings: Any,
) -> tuple[EpisodeResult, list[Event]]:
    """A match of the model behind `url` (home) against the baseline."""
    watcher = Remembering()
    spec = EpisodeSpec(
        episode_id="test",
        seed=seed,
        overs=overs,
        max_rethinks=max_rethinks,
        home=resolve(llm(url, **settings)),
        away=resolve("baseline"),
    )
    playing = play_episode(spec, observers=[watcher], models=MODELS, services=services)
    return await asyncio.wait_for(playing, 300), watcher.events


async def play(
    respond: Respond, *, services: Services | None = None, **given: Any
) -> tuple[EpisodeResult, list[Event], Stub]:
    """As `play_at`, of a model that answers what `respond` says."""

    async def answering(request: dict[str, Any]) -> Said:
        return respond(request)

    lent = services or lend()
    async with stub(answering=answering) as endpoint:
        result, events = await play_at(endpoint.url, lent, **given)
        if services is None:
            await lent.aclose()
    return result, events, endpoint


def counts(result: EpisodeResult) -> Any:
    return result.counts[Seat.HOME]
