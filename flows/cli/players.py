"""What a person is told who plays: where his questions are, and the token that opens them.

It goes to the terminal alone: the token is in no log, event, record or artifact.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.captains import check_name
from flows.cli.terminal import BadInput, Exit, answer_json, note, say
from flows.people import player_token_of, player_url
from flows.play import BusAddress
from flows.stage import BUS_TOKEN, BUS_URL, bus_at


def show_token(captain: str, bus_url: str | None, *, as_json: bool) -> int:
    """`captains token`; raises `BadInput`, `BadPreset` or `BadBusAddress`."""
    name, bus = check_name(captain), bus_at(bus_url)
    if bus is None:
        raise BadInput(
            f"no bus is named; allowed: --bus URL with {BUS_TOKEN} set, or {BUS_URL} and "
            f"{BUS_TOKEN} set"
        )
    token, url = player_token_of(bus, name), player_url(bus, name)
    if as_json:
        answer_json({"captain": name, "token": token, "url": url})
    else:
        say(token)
        note(f"page: {url}")
    return Exit.DONE


def tell_people(names: Iterable[str], bus: BusAddress | None) -> None:
    """Each of them his page, which whoever has it can answer on."""
    if bus is None:
        return
    for name in names:
        note(f"{name} answers at {player_url(bus, name)}")
