"""Who can be compared: captains who met, if only through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence


class NotConnected(Exception):
    """Some captains never met, not even through others: `groups` of those who did."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        super().__init__(groups)
        self.groups = groups

    def __str__(self) -> str:
        parts = "; ".join(", ".join(group) for group in self.groups)
        return f"these groups never met, so nothing compares them: {parts}"


def connected(
    names: Sequence[str], meetings: Iterable[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    """The captains in groups of those who met, if only through others; in the order of `names`."""
    group = {name: name for name in names}

    def root(name: str) -> str:
        while group[name] != name:
            group[name] = name = group[group[name]]
        return name

    for first, second in set(meetings):
        group[root(first)] = root(second)
    members: dict[str, list[str]] = defaultdict(list)
    for name in names:
        members[root(name)].append(name)
    return tuple(map(tuple, members.values()))
