"""What the models of the tournament file share: strictness, and how a rule is broken."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


def broken_rule(message: str, at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """A rule of ours that a value breaks; the message says what is allowed. `at` leads from the
    value to the part of it that does.
    """
    return PydanticCustomError("rule", "{message}", {"message": message, "at": at})


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )
