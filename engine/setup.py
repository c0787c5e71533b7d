"""From a match's settings and its seed to what is settled before the toss: squads, conditions,
format.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.chance import draw_conditions, draw_squad
from engine.chance.tables import check_priced
from engine.cricket.choices import Seat
from engine.cricket.errors import BadSquad
from engine.cricket.formats import format_of
from engine.cricket.players import Game, Squad
from engine.cricket.setup import Captaincy, Drawn, MatchSetup
from engine.cricket.state import Squads
from engine.eras import CURRENT_ERA
from engine.packs import Situation, SuperOver
from engine.seeds import Streams
from engine.squads import load_squad

DRAWN: Final = "drawn"
EQUAL_CAPTAINS: Final = Captaincy()
DRAWN_WOMEN: Final = "drawn-women"
DRAWN_GAMES: Final = {DRAWN: Game.MEN, DRAWN_WOMEN: Game.WOMEN}


def game_of(name: str) -> Game:
    """Whose game the squad called `name` plays. Raises the loaders' own errors."""
    return DRAWN_GAMES[name] if name in DRAWN_GAMES else load_squad(name).game


def check_playable(names: tuple[str, str], overs: int) -> None:
    """Whether two squads can meet over so many overs. Raises `BadSquad`, `BadYaml` or
    `UnknownFormat`.
    """
    home, away = (game_of(name) for name in names)
    if home is not away:
        raise BadSquad(names[1], f"{away.value} cannot play {home.value}; allowed: two of a kind")
    check_priced(format_of(overs), home)


def squad_for(name: str, seat: Seat, streams: Streams) -> Squad:
    """The squad called `name`, or, for `drawn` and `drawn-women`, eleven players drawn from the
    fitted population by the match's seed.
    """
    if name in DRAWN_GAMES:
        return draw_squad(streams, seat.value, game=DRAWN_GAMES[name])
    return load_squad(name)


def squads_named(names: tuple[str, str], streams: Streams) -> Squads:
    """The home and the away squad by name. Raises the loaders' own errors."""
    home, away = names
    return Squads(
        home=squad_for(home, Seat.HOME, streams), away=squad_for(away, Seat.AWAY, streams)
    )


def both_drawn(names: tuple[str, str]) -> bool:
    """Whether chance chose both squads; one of a name and one drawn are taken as they are."""
    return all(name in DRAWN_GAMES for name in names)


def match_setup(
    *,
    overs: int,
    squads: Squads,
    max_super_overs: int,
    streams: Streams,
    era: int = CURRENT_ERA,
    start: Situation | SuperOver | None = None,
    squads_drawn: bool = False,
    captaincy: Captaincy = EQUAL_CAPTAINS,
) -> MatchSetup:
    """What is settled before the toss; the conditions are drawn from the match's own streams. `era`
    is the season whose scoring is played, `squads_drawn` says that both squads were drawn too,
    `captaincy` what the value takes the captains to be worth; `start` where play begins that does
    not begin with the toss.

    Raises `BadStart` where no such match gets there, `UnknownFormat` where nothing is known of such
    matches (women's of more than 20 overs).
    """
    fmt = format_of(overs)
    game = squads.home.game
    check_priced(fmt, game)
    return MatchSetup(
        format=fmt,
        squads=squads,
        conditions=replace(draw_conditions(streams, fmt, game), era=era, game=game),
        max_super_overs=max_super_overs,
        drawn=Drawn(squads=squads_drawn, conditions=True),
        captaincy=captaincy,
        start=None if start is None else start.start(fmt, squads),
    )
