"""The pools and limits that a server needs, as `limits.yaml` declares them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from engine.captains import CaptainSpec, read_presets, resolve, settings_of
from engine.captains.llm import LlmSettings
from engine.captains.remote import RemoteSettings
from engine.variables import LLM_BASE_URL, LLM_MODEL
from flows.deployments.reading import read_model
from tournaments.fields import Strict

SHIPPED: Final = Path(__file__).with_name("limits.yaml")
Slug = Annotated[str, StringConstraints(pattern=r"^captains-[a-z0-9]+([.-]+[a-z0-9]+)*$")]


class Pool(Strict):
    """A work pool of processes."""

    description: str = Field(max_length=200, description="A text of at most 200 characters.")
    runs: int | None = Field(
        default=None, ge=1, description="null, or how many flow runs at once: a number from 1."
    )


class Limit(Strict):
    """A global concurrency limit."""

    slots: int = Field(ge=0, le=10_000, description="A number of slots, 0 to 10,000.")
    fixed: bool = Field(default=False, description="true: no other number is right; or false.")


class Endpoints(Strict):
    """The limits of those endpoints that captains have."""

    slots: int = Field(ge=0, le=10_000, description="A number of slots, 0 to 10,000.")


class Declared(Strict):
    """All of `limits.yaml`."""

    pools: dict[Slug, Pool] = Field(
        description="A mapping of slugs such as captains-cpu to {description: …, runs: null}."
    )
    limits: dict[Slug, Limit] = Field(
        description="A mapping of slugs such as captains-featured to {slots: 1}."
    )
    endpoints: Endpoints = Field(description="A mapping such as {slots: 8}.")


def read_declared(path: Path = SHIPPED) -> Declared:
    """Raises `BadFile`."""
    return read_model(path, Declared)[0]


@cache
def shipped() -> Declared:
    return read_declared()


def known_captains(presets: Iterable[Path] = ()) -> list[CaptainSpec]:
    """Those of users' own files, and the language model that the environment names. Raises
    `BadPreset`.
    """
    named = LLM_BASE_URL.read() and LLM_MODEL.read()
    found = [resolve("llm_live")] if named else []
    return found + [captain for path in presets for captain in read_presets(path).values()]


def endpoints_of(captains: Iterable[CaptainSpec]) -> Iterator[str]:
    """The endpoints that these captains are asked at, as limits are named for them."""
    for captain in captains:
        match settings_of(captain):
            case LlmSettings(mode="live", base_url=url) | RemoteSettings(url=url):
                yield url


def limits_of(declared: Declared, endpoints: Iterable[str]) -> Mapping[str, Limit]:
    """Every limit by its name. One of an endpoint may be declared under its own name too."""
    from flows.slots import limit_name  # it loads Prefect, which reading a file does not need

    found = {limit_name(url): Limit(slots=declared.endpoints.slots) for url in endpoints}
    return {**found, **declared.limits}
