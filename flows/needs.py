"""What captains need of the world outside: a key, a price. Told before a run, never with a key's
value. Whether endpoints answer: `flows.health.endpoints`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import Allowance, LlmSettings
from engine.captains.remote import RemoteSettings

State = Literal["ok", "note", "wrong"]
Need = Literal["key", "price", "endpoint"]


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
        return of_captain(captain, "key", "ok", "none is needed: it plays from the cache")
    if settings.api_key_block is not None:
        said = (
            f"the Prefect Secret block {settings.api_key_block}, which `captains doctor` looks up"
        )
        return of_captain(captain, "key", "note", said)
    return _variable(captain, settings.api_key_env, environ)


def _variable(captain: CaptainSpec, variable: str | None, environ: Mapping[str, str]) -> Finding:
    if variable is None:
        return of_captain(captain, "key", "ok", "none is named, so none is sent")
    if environ.get(variable):
        return of_captain(captain, "key", "ok", f"the variable {variable} is set")
    return of_captain(
        captain, "key", "wrong", f"the variable {variable} is not set", f"export {variable}=…"
    )


def _price(captain: CaptainSpec, settings: LlmSettings, *, in_dollars: bool) -> Finding:
    from engine.tool_captains.llm.prices import is_known

    if settings.mode == "cached":
        return of_captain(captain, "price", "ok", "nothing is paid: it plays from the cache")
    if settings.price is not None:
        return of_captain(captain, "price", "ok", "known, from the file")
    if is_known(settings):
        return of_captain(captain, "price", "ok", "known, from genai-prices")
    if in_dollars or _limits_dollars(settings.budget, settings.episode_budget):
        said = "not known, so a limit in usd cannot be kept; give price: {input: …, output: …}"
        return of_captain(captain, "price", "wrong", said)
    said = "not known before the endpoint states a cost; give price: {input: …, output: …}"
    return of_captain(captain, "price", "note", said)


def _limits_dollars(*budgets: Allowance) -> bool:
    return any(budget.usd is not None for budget in budgets)


_WHY: Final[dict[Need, str]] = {
    "key": "without it he is asked nothing, and a run with him does not begin",
    "price": "without it what he costs cannot be told, nor a limit in dollars kept",
    "endpoint": "where it does not answer, his matches are void",
}


def of_captain(
    captain: CaptainSpec, what: Need, state: State, said: str, mend: str = ""
) -> Finding:
    """A finding about what this captain needs."""
    why = "" if state == "ok" else _WHY[what]
    return Finding(check=f"{captain.name}: {what}", state=state, said=said, why=why, mend=mend)
