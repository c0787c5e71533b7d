"""Commands that list what can be named."""

from __future__ import annotations

from flows.cli.options import (
    JSON,
)


def presets(*, json: JSON = False) -> int:
    """List the captains that can be named, with their settings.

    Example: captains presets
    """
    from flows.cli.presets import list_presets

    return list_presets(as_json=json)


def packs(pack: str | None = None, /, *, json: JSON = False) -> int:
    """List the eval packs, or the entries of one: a name, or the path of a .yaml file.

    Example: captains packs chase
    """
    from flows.cli.teams import list_packs

    return list_packs(pack, as_json=json)


def squads(squad: str | None = None, /, *, json: JSON = False) -> int:
    """List the squads with their strengths, or the players of one: a name, or a .yaml file.

    Example: captains squads india
    """
    from flows.cli.teams import list_squads

    return list_squads(squad, as_json=json)


def schema(name: str | None = None, /, *, json: JSON = False) -> int:
    """Print a JSON Schema: tournament, events, remote or human. Without a name, list them.

    Example: captains schema tournament > tournament.schema.json
    """
    from flows.cli.schemas import show_schema

    return show_schema(name, as_json=json)
