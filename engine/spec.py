"""What decides how an episode goes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from engine.captains import CaptainSpec, limits_of
from engine.captains.llm import UNASKED
from engine.cricket.choices import Seat
from engine.cricket.formats import MAX_OVERS
from engine.cricket.setup import MAX_SUPER_OVERS
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA
from engine.packs import StartState
from engine.seeds import MAX_SEED
from engine.setup import DRAWN


class EpisodeSpec(BaseModel):
    """Everything that decides how an episode goes. It crosses processes and stands in the record's
    header: with the `start` itself, so that a record replays without its pack.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    episode_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")
    attempt: int = Field(default=1, ge=1)
    seed: int = Field(ge=0, le=MAX_SEED)
    overs: int = Field(ge=1, le=MAX_OVERS)
    home: CaptainSpec
    away: CaptainSpec
    squads: tuple[str, str] = Field(default=(DRAWN, DRAWN), strict=False)  # a list in JSON
    era: int = Field(default=CURRENT_ERA, ge=FIRST_ERA, le=LAST_ERA)
    pack: str = "standard"
    entry: str = "toss"
    pack_digest: str | None = None
    start: StartState | None = None
    max_super_overs: int = Field(default=3, ge=0, le=MAX_SUPER_OVERS)
    max_rethinks: int = Field(default=3, ge=0, le=10)
    step_limit: int | None = Field(default=None, ge=1)

    def match_digest(self) -> str:
        """Of the match alone: the same under any episode's id and any names of the captains, and
        whether a language model is asked or played from what it answered before.
        """
        match = self.model_dump(mode="json", exclude={"episode_id", "attempt", "home", "away"})
        text = json.dumps([match, _plays(self.home), _plays(self.away)], sort_keys=True)
        return sha256(text.encode()).hexdigest()

    def captain(self, seat: Seat) -> CaptainSpec:
        return self.home if seat is Seat.HOME else self.away


def _plays(captain: CaptainSpec) -> list[Any]:
    """What of a captain decides how he plays."""
    aside = UNASKED if captain.kind == "llm" else limits_of(captain)
    settings = {name: value for name, value in captain.params.items() if name not in aside}
    return [captain.kind, captain.on_failure, settings]
