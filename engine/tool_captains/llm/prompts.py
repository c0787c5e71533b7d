"""The prompts of language models: versioned text with a digest that stands in every record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from engine.errors import BadPreset

_SHIPPED: Final = Path(__file__).parents[1] / "prompts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """`system` is sent as it is; `digest` is of its text."""

    name: str
    system: str
    digest: str


@cache
def load_prompt(named: str) -> Prompt:
    """A prompt that ships, by its name, or the text of a file. Raises `BadPreset`."""
    path = Path(named) if "/" in named or named.endswith(".md") else _SHIPPED / f"{named}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        shipped = ", ".join(sorted(found.stem for found in _SHIPPED.glob("*.md")))
        raise BadPreset(named, f"no such prompt ({error}); known: {shipped}") from None
    return Prompt(name=named, system=text, digest=hashlib.sha256(text.encode()).hexdigest())
