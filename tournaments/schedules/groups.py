"""Groups: who stands in which, and where those who go on stand in the bracket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from tournaments.schedules.brackets import Seeded, knockout


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifier:
    """A place that a group gives into the bracket: `group` from 0, `place` from 1."""

    group: int
    place: int

    @property
    def label(self) -> str:
        """Such as `A1`."""
        return f"{group_letter(self.group)}{self.place}"


def group_letter(group: int) -> str:
    """What the group is called; `group` from 0, below 32."""
    letters = len(ascii_uppercase)
    return ascii_uppercase[group] if group < letters else f"A{ascii_uppercase[group - letters]}"


def serpentine(captains: Sequence[str], groups: int) -> tuple[tuple[str, ...], ...]:
    """The groups, best captain first, dealt there and back: 1 4 5 8 and 2 3 6 7."""
    made: list[list[str]] = [[] for _ in range(groups)]
    for place, captain in enumerate(captains):
        lap, step = divmod(place, groups)
        made[groups - 1 - step if lap % 2 else step].append(captain)
    return tuple(map(tuple, made))


def qualifiers(groups: int, advance: int) -> tuple[Qualifier, ...]:
    """Those who go on in the order of their seeds: all winners before all seconds. The places of a
    rank change among themselves so that nobody meets somebody of his own group at once.
    """
    meets: dict[int, int] = {}
    for met in knockout(groups * advance):
        if isinstance(met.first, Seeded) and isinstance(met.second, Seeded):
            meets[met.second.seed] = met.first.seed
    made = _placed([], groups, groups * advance, meets) or range(groups * advance)
    return tuple(
        Qualifier(group=group % groups, place=index // groups + 1)
        for index, group in enumerate(made)
    )


def _placed(made: list[int], groups: int, total: int, meets: Mapping[int, int]) -> list[int] | None:
    """The groups of all seeds, after those of the best; None where these leave no way."""
    if len(made) == total:
        return made
    taken = set(made[len(made) // groups * groups :])
    better = meets.get(len(made) + 1)
    if better is not None:
        taken.add(made[better - 1])
    turned = ((len(made) + turn) % groups for turn in range(groups))
    tried = (
        _placed([*made, group], groups, total, meets) for group in turned if group not in taken
    )
    return next((found for found in tried if found is not None), None)
