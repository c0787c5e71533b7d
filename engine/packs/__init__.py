"""Eval packs: named, versioned sets of starting situations, as YAML. `standard` is the full
match.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.errors import UnknownPack
from engine.wording import shortened
from engine.yamlfile import read_mapping

__all__ = ["BUILT_IN", "Pack", "load_pack"]

_FOLDER: Final = Path(__file__).parent
BUILT_IN: Final[tuple[str, ...]] = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


class Pack(BaseModel):
    """One eval pack. `start` says where an episode begins."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    version: Annotated[int, Field(ge=1)]
    description: str
    start: Literal["toss"]

    @property
    def digest(self) -> str:
        """Changes with anything that changes the situations (`pack_digest`)."""
        return hashlib.sha256(self.model_dump_json(exclude={"description"}).encode()).hexdigest()


@cache
def load_pack(name: str) -> Pack:
    """The built-in pack of that name. Raises `UnknownPack`."""
    if name not in BUILT_IN:
        raise UnknownPack(shortened(name), BUILT_IN)
    return Pack.model_validate(read_mapping(_FOLDER / f"{name}.yaml"))
