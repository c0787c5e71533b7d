"""Whether what captains are asked through is there: Secret blocks, endpoints that answer. A key's
value is never told.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any, Final

import httpx

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import LlmSettings
from engine.captains.remote import RemoteSettings
from engine.errors import MissingSecret
from engine.tool_captains.contract import Secrets
from engine.tool_captains.services import secret_of
from engine.wording import printable, shortened
from flows.needs import Finding, of_captain

ASK_TIMEOUT_S: Final = 3.0  # for all of an answer
LONGEST_LIST: Final = 1024 * 1024  # bytes


async def blocks_of(captains: Iterable[CaptainSpec], secrets: Secrets) -> list[Finding]:
    """Whether the Secret blocks that hold keys exist, by the Prefect server that is up."""
    found = []
    for captain in captains:
        settings = settings_of(captain)
        if not isinstance(settings, LlmSettings) or settings.mode == "cached":
            continue
        if settings.api_key_block is not None:
            try:
                await secrets.from_block(settings.api_key_block)
            except MissingSecret as missing:
                make = f"Secret(value=input()).save('{settings.api_key_block}')"
                mend = f'python -c "from prefect.blocks.system import Secret; {make}"'
                found.append(of_captain(captain, "key", "wrong", str(missing), mend))
            else:
                said = f"the Prefect Secret block {settings.api_key_block} holds one"
                found.append(of_captain(captain, "key", "ok", said))
    return found


async def endpoints_of(captains: Iterable[CaptainSpec], secrets: Secrets) -> list[Finding]:
    """Whether the endpoints answer within `ASK_TIMEOUT_S`, each asked once with the captain's key:
    one of a language model for its models, which costs nothing, a program for nothing.
    """
    async with httpx.AsyncClient(timeout=ASK_TIMEOUT_S, follow_redirects=False) as client:
        return [
            finding for captain in captains if (finding := await _asked(captain, secrets, client))
        ]


async def _asked(
    captain: CaptainSpec, secrets: Secrets, client: httpx.AsyncClient
) -> Finding | None:
    settings = settings_of(captain)
    model: str | None = None
    match settings:
        case LlmSettings(mode="live"):
            url, model = f"{settings.base_url.rstrip('/')}/models", settings.model
        case RemoteSettings():
            url = settings.url
        case _:
            return None
    try:
        key = await secret_of(captain.name, settings, secrets)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            asyncio.timeout(ASK_TIMEOUT_S),
            client.stream("GET", url, headers=headers) as response,
        ):
            told = await _beginning(response) if model is not None else b""
    except MissingSecret:
        return of_captain(captain, "endpoint", "note", "not asked, as its key is missing")
    except TimeoutError:
        why = f"no answer within {ASK_TIMEOUT_S:g} s"
        return _dead(captain, url, why)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        why = shortened(printable(type(error).__name__))
        return _dead(captain, url, why)
    return _answered(captain, response.status_code, told, model)


def _dead(captain: CaptainSpec, url: str, why: str) -> Finding:
    said, mend = f"{url} does not answer ({why})", f"start it, or see `curl -i {url}`"
    return of_captain(captain, "endpoint", "wrong", said, mend)


async def _beginning(response: httpx.Response) -> bytes:
    """The body, or so much of it that it is no list of models."""
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LONGEST_LIST:
            break
    return body


def _answered(captain: CaptainSpec, status: int, body: bytes, model: str | None) -> Finding:
    """What an answer says. Nothing of its text is shown: it may echo the key."""
    if status in (401, 403):
        return of_captain(
            captain, "endpoint", "wrong", f"answers, and does not take the key ({status})"
        )
    if status >= 500:
        return of_captain(captain, "endpoint", "wrong", f"answers with an error ({status})")
    if 300 <= status < 400:
        said = f"answers with a redirect ({status}), which a match does not follow"
        return of_captain(captain, "endpoint", "note", said)
    if model is not None and status < 300:
        listed = _models(body)
        if listed and model not in listed:
            return of_captain(captain, "endpoint", "note", f"answers, and does not list {model!r}")
    return of_captain(captain, "endpoint", "ok", f"answers ({status})")


def _models(body: bytes) -> set[str]:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    data = told.get("data") if isinstance(told, dict) else None
    entries = data if isinstance(data, list) else []
    return {str(entry.get("id")) for entry in entries if isinstance(entry, dict)}
