"""The first event of an episode: what is played, by whom, and with which program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from pydantic import TypeAdapter

from engine.cricket.players import Squad
from engine.cricket.setup import MatchSetup
from engine.events import EpisodeStarted
from engine.recap import side_of
from engine.spec import EpisodeSpec
from engine.version import ENGINE_VERSION

SQUAD_ADAPTER: Final = TypeAdapter(Squad)
_VERSIONS_OF: Final = ("captains", "numpy", "pydantic")


def started(spec: EpisodeSpec, setup: MatchSetup, coefficients_digest: str) -> EpisodeStarted:
    """What an attempt at `spec` begins with; the digest is that of the ball model."""
    squads = setup.squads
    return EpisodeStarted(
        seed=spec.seed,
        format=setup.format.name,
        max_overs=spec.overs,
        home=side_of(spec.home, squads.home),
        away=side_of(spec.away, squads.away),
        spec=spec.model_dump(mode="json"),
        squads=tuple(
            SQUAD_ADAPTER.dump_python(squad, mode="json") for squad in (squads.home, squads.away)
        ),
        coefficients_digest=coefficients_digest,
        engine_version=ENGINE_VERSION,
        versions=dict(_versions()),
    )


@cache
def _versions() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for package in _VERSIONS_OF:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found
