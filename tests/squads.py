"""Squad files as data that a test may change, and read back as the file that it would be."""

from pathlib import Path
from typing import Any, Final

import yaml

from engine.cricket.players import Squad
from engine.squads import parse_squad
from engine.yamlfile import parse

FOLDER: Final = Path(__file__).parents[1] / "engine" / "squads"
FILE: Final = "mine.yaml"


def content(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def squad_of(given: Any) -> Squad:
    """What the product reads of a file that holds `given`, which it calls `FILE`."""
    return parse_squad(parse(yaml.safe_dump(given, sort_keys=False)), FILE)
