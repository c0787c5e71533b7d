"""Who plays an episode: squads, captains and their chairs, from its spec or from its cast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.answering import Captain, Chair
from engine.captains import build, captaincy_of, is_scripted
from engine.cricket.choices import Seat
from engine.cricket.distribution import WinModel
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.models import Models
from engine.seeds import Streams
from engine.setup import both_drawn, match_setup, squads_named
from engine.spec import EpisodeSpec
from engine.tool_captains import Services, build_captain


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Squads and captains to play with instead of those that the spec names."""

    squads: Squads | None = None
    captains: Mapping[Seat, Captain] = field(default_factory=dict)


def setup_of(spec: EpisodeSpec, cast: Cast) -> MatchSetup:
    """The match to play. Raises what a squad that cannot be built raises."""
    streams, given = Streams(spec.seed), cast.squads
    drawn = squads_named(spec.squads, streams) if both_drawn(spec.squads) else None
    squads = given or drawn or squads_named(spec.squads, streams)
    return match_setup(
        overs=spec.overs,
        squads=squads,
        squads_drawn=squads == drawn,
        max_super_overs=spec.max_super_overs,
        streams=streams,
        era=spec.era,
        start=spec.start,
        captaincy=captaincy_of(spec.home, spec.away, spec.overs),
    )


def captains_of(spec: EpisodeSpec, cast: Cast, services: Services) -> dict[Seat, Captain]:
    """Both captains; raises `BadPreset` or `BrokenRecord`."""

    def made(seat: Seat) -> Captain:
        captain = spec.captain(seat)
        if is_scripted(captain):
            return build(captain)
        return build_captain(
            captain,
            seat=seat,
            episode_id=spec.episode_id,
            services=services,
            match=spec.match_digest(),
        )

    return {seat: cast.captains.get(seat) or made(seat) for seat in Seat}


def chair_of(
    spec: EpisodeSpec, seat: Seat, captain: Captain, models: Models, value: WinModel | None
) -> Chair:
    """Where `captain` sits at `seat`; `value` is the public win-probability model."""
    return Chair(
        seat,
        captain,
        spec.captain(seat),
        max_rethinks=spec.max_rethinks,
        value=value,
        adviser=models.adviser_for(value),
    )
