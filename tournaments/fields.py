"""What the models of the tournament file share: strictness, and how a rule is broken."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError


def broken_rule(message: str, at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """A rule of ours that a value breaks; the message says what is allowed. `at` leads from the
    value to the part of it that does.
    """
    return PydanticCustomError("rule", "{message}", {"message": message, "at": at})


def broken_rules(faults: Iterable[tuple[str, tuple[str | int, ...]]]) -> ValidationError:
    """The same of several rules at once, each a message and where."""
    lines = [InitErrorDetails(type=broken_rule(*fault), input=None) for fault in faults]
    return ValidationError.from_exception_data("rules", lines)


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )
