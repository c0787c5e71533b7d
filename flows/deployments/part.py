"""How one part of a `captains up` is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`off`: nobody wants it. `slow`: it does not answer, and its process lives."""

    part: str
    state: Literal["ok", "slow", "down", "off"]
    said: str

    def __str__(self) -> str:
        return f"{self.state:<4}  {self.part}: {self.said}"
