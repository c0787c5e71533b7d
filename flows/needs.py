"""What captains need of the world outside: a key, a price, an endpoint that answers. Told before a
run, and never with a key's value.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import Allowance, LlmSettings
from engine.captains.remote import RemoteSettings
from engine.errors import MissingSecret
from engine.wording import printable, shortened

if TYPE_CHECKING:
    import httpx

    from engine.tool_captains.contract import Secrets

State = Literal["ok", "note", "wrong"]
ASK_TIMEOUT_S: Final = 3.0  # for all of an answer
LONGEST_LIST: Final = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was checked. `note`: it works without, but somebody may miss it.

    Of what is not ok `why` says why it matters, `mend` which command mends it, `left` why
    `doctor --fix` leaves it alone.
    """

    check: str
    state: State
    said: str
    why: str = ""
    mend: str = ""
    left: str = ""


def needs_of(
    captains: Iterable[CaptainSpec],
    *,
    in_dollars: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[Finding]:
    """Of every captain that waits for somebody: whether his key's variable is set and his prices
    are known. Asks nobody. `in_dollars`: the run has a limit in dollars.
    """
    for captain in captains:
        match settings_of(captain):
            case LlmSettings() as settings:
                yield _key(captain, settings, environ)
                yield _price(captain, settings, in_dollars=in_dollars)
            case RemoteSettings() as settings:
                yield _variable(captain, settings.token_env, environ)


def _key(captain: CaptainSpec, settings: LlmSettings, environ: Mapping[str, str]) -> Finding:
    if settings.mode == "cached":
        return _of(captain, "key", "ok", "none is needed: it plays from the cache")
    if settings.api_key_block is not None:
        said = (
            f"the Prefect Secret block {settings.api_key_block}, which `captains doctor` looks up"
        )
        return _of(captain, "key", "note", said)
    return _variable(captain, settings.api_key_env, environ)


def _variable(captain: CaptainSpec, variable: str | None, environ: Mapping[str, str]) -> Finding:
    if variable is None:
        return _of(captain, "key", "ok", "none is named, so none is sent")
    if environ.get(variable):
        return _of(captain, "key", "ok", f"the variable {variable} is set")
    return _of(
        captain, "key", "wrong", f"the variable {variable} is not set", f"export {variable}=…"
    )


def _price(captain: CaptainSpec, settings: LlmSettings, *, in_dollars: bool) -> Finding:
    from engine.tool_captains.llm.prices import is_known

    if settings.mode == "cached":
        return _of(captain, "price", "ok", "nothing is paid: it plays from the cache")
    if settings.price is not None:
        return _of(captain, "price", "ok", "known, from the file")
    if is_known(settings):
        return _of(captain, "price", "ok", "known, from genai-prices")
    if in_dollars or _limits_dollars(settings.budget, settings.episode_budget):
        said = "not known, so a limit in usd cannot be kept; give price: {input: …, output: …}"
        return _of(captain, "price", "wrong", said)
    said = "not known before the endpoint states a cost; give price: {input: …, output: …}"
    return _of(captain, "price", "note", said)


def _limits_dollars(*budgets: Allowance) -> bool:
    return any(budget.usd is not None for budget in budgets)


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
                found.append(_of(captain, "key", "wrong", str(missing), mend))
            else:
                said = f"the Prefect Secret block {settings.api_key_block} holds one"
                found.append(_of(captain, "key", "ok", said))
    return found


async def endpoints_of(captains: Iterable[CaptainSpec], secrets: Secrets) -> list[Finding]:
    """Whether the endpoints answer within `ASK_TIMEOUT_S`, each asked once with the captain's key:
    one of a language model for its models, which costs nothing, a program for nothing.
    """
    import httpx

    async with httpx.AsyncClient(timeout=ASK_TIMEOUT_S, follow_redirects=False) as client:
        return [
            finding for captain in captains if (finding := await _asked(captain, secrets, client))
        ]


async def _asked(
    captain: CaptainSpec, secrets: Secrets, client: httpx.AsyncClient
) -> Finding | None:
    import httpx

    settings = settings_of(captain)
    model: str | None = None
    match settings:
        case LlmSettings(mode="live"):
            url, model = f"{settings.base_url.rstrip('/')}/models", settings.model
        case RemoteSettings():
            url = settings.url
        case _:
            return None
    from engine.tool_captains.services import secret_of

    try:
        key = await secret_of(captain.name, settings, secrets)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            asyncio.timeout(ASK_TIMEOUT_S),
            client.stream("GET", url, headers=headers) as response,
        ):
            told = await _beginning(response) if model is not None else b""
    except MissingSecret:
        return _of(captain, "endpoint", "note", "not asked, as its key is missing")
    except TimeoutError:
        why = f"no answer within {ASK_TIMEOUT_S:g} s"
        return _dead(captain, url, why)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        why = shortened(printable(type(error).__name__))
        return _dead(captain, url, why)
    return _answered(captain, response.status_code, told, model)


def _dead(captain: CaptainSpec, url: str, why: str) -> Finding:
    said, mend = f"{url} does not answer ({why})", f"start it, or see `curl -i {url}`"
    return _of(captain, "endpoint", "wrong", said, mend)


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
        return _of(captain, "endpoint", "wrong", f"answers, and does not take the key ({status})")
    if status >= 500:
        return _of(captain, "endpoint", "wrong", f"answers with an error ({status})")
    if 300 <= status < 400:
        said = f"answers with a redirect ({status}), which a match does not follow"
        return _of(captain, "endpoint", "note", said)
    if model is not None and status < 300:
        listed = _models(body)
        if listed and model not in listed:
            return _of(captain, "endpoint", "note", f"answers, and does not list {model!r}")
    return _of(captain, "endpoint", "ok", f"answers ({status})")


def _models(body: bytes) -> set[str]:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    data = told.get("data") if isinstance(told, dict) else None
    entries = data if isinstance(data, list) else []
    return {str(entry.get("id")) for entry in entries if isinstance(entry, dict)}


_WHY: Final = {
    "key": "without it he is asked nothing, and a run with him does not begin",
    "price": "without it what he costs cannot be told, nor a limit in dollars kept",
    "endpoint": "where it does not answer, his matches are void",
}


def _of(captain: CaptainSpec, what: str, state: State, said: str, mend: str = "") -> Finding:
    why = "" if state == "ok" else _WHY[what]
    return Finding(check=f"{captain.name}: {what}", state=state, said=said, why=why, mend=mend)
