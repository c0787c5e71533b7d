"""What two versions of a tournament file have in common: which captains' matches mean the same in
both, and what else has changed.

Works on what `tournaments.digest.whole_meaning` gives, as a run's folder keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Meaning = Mapping[str, Any]

_OF_ALL_MATCHES: Final = frozenset({"pairs", "shared_seeds"})
"""What of `match` says how many there are and on which seeds, and nothing of any one of them."""


def shared_captains(before: Meaning, now: Meaning) -> frozenset[str]:
    """Who plays in both files, and as the same captain; nobody where the match, the ball model, the
    engine or the way in which a meaning is written down is another. Names must be the same too.
    """
    if not _same_game(before, now):
        return frozenset()
    then, ours = _captains(before), _captains(now)
    return frozenset(name for name in then.keys() & ours.keys() if then[name] == ours[name])


def may_be_pooled(before: Meaning, now: Meaning) -> bool:
    """Whether results of both can be rated together: one kind of match, and every name that is in
    both is one captain.
    """
    then, ours = _captains(before), _captains(now)
    return _same_game(before, now) and all(then[name] == ours[name] for name in then.keys() & ours)


def changes(before: Meaning, now: Meaning) -> Iterator[str]:
    """What has changed, in the words of the file."""
    if before.get("meaning") != now.get("meaning"):
        yield "how captains reads a file"
        return
    for name in _differ(before.get("versions"), now.get("versions")):
        yield f"the {name}"
    then, ours = before.get("file") or {}, now.get("file") or {}
    for key in _differ(then, ours):
        if key == "match":
            yield from (f"match.{part}" for part in _differ(then.get("match"), ours.get("match")))
        elif key not in ("captains", "opponents"):
            yield key
    yield from _changed_captains(_captains(before), _captains(now))


def _changed_captains(then: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} is new" for name in ours if name not in then)
    yield from (f"{name} is gone" for name in then if name not in ours)
    yield from (
        f"{name} is set up otherwise" for name in ours if then.get(name, ours[name]) != ours[name]
    )
    if then == ours and [*then] != [*ours]:
        yield "the order of the captains"


def _same_game(before: Meaning, now: Meaning) -> bool:
    same = all(before.get(key) == now.get(key) for key in ("meaning", "versions"))
    return same and _match(before) == _match(now)


def _match(meaning: Meaning) -> dict[str, Any] | None:
    match = (meaning.get("file") or {}).get("match")
    if not isinstance(match, dict):
        return None
    return {key: value for key, value in match.items() if key not in _OF_ALL_MATCHES}


def _captains(meaning: Meaning) -> dict[str, Any]:
    file = meaning.get("file") or {}
    entries = [*file.get("captains", ()), *file.get("opponents", ())]
    return {entry["name"]: entry for entry in entries}


def _differ(then: Any, ours: Any) -> list[str]:
    then, ours = then or {}, ours or {}
    return [
        key
        for key in [*ours, *(k for k in then if k not in ours)]
        if then.get(key) != ours.get(key)
    ]
