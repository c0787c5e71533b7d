"""What decides how an episode goes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engine.captains import CaptainSpec
from engine.cricket.choices import Seat
from engine.cricket.formats import MAX_OVERS
from engine.cricket.match import MAX_SUPER_OVERS
from engine.cricket.state import CURRENT_ERA, FIRST_ERA, LAST_ERA
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

    def captain(self, seat: Seat) -> CaptainSpec:
        return self.home if seat is Seat.HOME else self.away
