"""Whether a format fits those who play, asked of data that may be wrong elsewhere.

A value that is wrong in itself has a fault of its own and is passed over here, so that a broken
file can be asked about too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from tournaments.schedules.brackets import PAGE_QUALIFIERS
from tournaments.schedules.swiss import most_rounds

DEFAULT_GROUPS: Final = 2
_DEFAULT_PAIRS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFault:
    """`key` of the format that does not fit."""

    key: str
    message: str


def format_faults(
    form: Mapping[str, object], pairs: object, entrants: int
) -> Iterator[FormatFault]:
    """What of a format does not fit so many captains and `match.pairs`."""
    match form.get("kind"):
        case "knockout":
            yield from _bracket_faults(form, pairs, entrants, allowed="4 captains or more")
        case "swiss":
            yield from _swiss_faults(form, entrants)
        case "league_playoffs":
            yield from _league_faults(form, pairs, entrants)
        case "groups":
            yield from _groups_faults(form, pairs, entrants)
        case "ladder":
            yield from _ladder_faults(form, entrants)


def _bracket_faults(
    form: Mapping[str, object], pairs: object, entrants: int, *, allowed: str
) -> Iterator[FormatFault]:
    first = _number(form, "best_of") or (pairs if isinstance(pairs, int) else _DEFAULT_PAIRS)
    most = _number(form, "extend_to")
    if most is not None and most < first:
        message = f"an encounter of {first} pairs is extended to {most}; allowed: {first} or more"
        yield FormatFault(key="extend_to", message=message)
    if form.get("third_place") is True and entrants < PAGE_QUALIFIERS:
        message = f"a third place match among {entrants}; allowed: {allowed}"
        yield FormatFault(key="third_place", message=message)


def _swiss_faults(form: Mapping[str, object], entrants: int) -> Iterator[FormatFault]:
    rounds, most = _number(form, "rounds"), most_rounds(entrants)
    if rounds is not None and rounds > most:
        message = f"{rounds} rounds of {entrants} captains; allowed: 1 to {most}"
        yield FormatFault(key="rounds", message=message)


def _league_faults(
    form: Mapping[str, object], pairs: object, entrants: int
) -> Iterator[FormatFault]:
    going_on = form.get("qualifiers", PAGE_QUALIFIERS)
    if not _is_number(going_on):
        return
    if going_on > entrants:
        message = f"{going_on} qualifiers of {entrants} captains; allowed: 2 to {entrants}"
        yield FormatFault(key="qualifiers", message=_with_page(message, form, entrants))
        return
    if form.get("playoffs", "page") == "page":
        yield from _page_faults(form, going_on)
    yield from _bracket_faults(form, pairs, going_on, allowed="4 qualifiers or more")


def _with_page(message: str, form: Mapping[str, object], entrants: int) -> str:
    if entrants < PAGE_QUALIFIERS and form.get("playoffs", "page") == "page":
        return f"{message}, with `playoffs: knockout`"
    return message


def _page_faults(form: Mapping[str, object], going_on: int) -> Iterator[FormatFault]:
    if going_on != PAGE_QUALIFIERS:
        message = (
            f"page play-offs of {going_on}; allowed: {PAGE_QUALIFIERS}, or `playoffs: knockout`"
        )
        yield FormatFault(key="qualifiers", message=message)
    if form.get("third_place") is True:
        message = "page play-offs have no third place match; allowed: `playoffs: knockout`"
        yield FormatFault(key="third_place", message=message)


def _groups_faults(
    form: Mapping[str, object], pairs: object, entrants: int
) -> Iterator[FormatFault]:
    groups, advance = form.get("groups", DEFAULT_GROUPS), form.get("advance", DEFAULT_GROUPS)
    if not _is_number(groups) or groups < DEFAULT_GROUPS:
        return
    if entrants < 2 * groups:
        most = entrants // 2
        allowed = f"2 to {most}" if most >= DEFAULT_GROUPS else "4 captains or more"
        message = f"{groups} groups of {entrants} captains; allowed: {allowed}"
        yield FormatFault(key="groups", message=message)
        return
    smallest = entrants // groups
    if not _is_number(advance):
        return
    if advance > smallest:
        message = f"{advance} go on of a group of {smallest}; allowed: 1 to {smallest}"
        yield FormatFault(key="advance", message=message)
    yield from _bracket_faults(form, pairs, groups * advance, allowed="4 who go on, or more")


def _ladder_faults(form: Mapping[str, object], entrants: int) -> Iterator[FormatFault]:
    challengers = _number(form, "challengers")
    if challengers is not None and challengers >= entrants:
        message = f"{challengers} challengers of {entrants} captains; allowed: 1 to {entrants - 1}"
        yield FormatFault(key="challengers", message=message)


def _number(form: Mapping[str, object], key: str) -> int | None:
    value = form.get(key)
    return value if _is_number(value) else None


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
