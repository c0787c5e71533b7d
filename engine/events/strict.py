"""What every part of an event has in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

SeatName = Literal["home", "away"]


class Strict(BaseModel):
    """Nothing is converted and nothing unknown is passed over: an event is what it says. No number
    is one that JSON has not (NaN, infinity): it would be written as null, and never read again.
    What checks it is made when the first one is: a command that reads no event does without.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )
