"""What was found, in a sentence: who is better, by how much, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tournaments.ratings import Ratings
from tournaments.report import chance, plain_name
from tournaments.stats.gaps import Gap
from tournaments.stats.ranking import Ranking, RatedCaptain
from tournaments.stats.scale import score_at

MOST_NAMED: Final = 4
HARDLY: Final = 0.1  # of the likeliest's chance: who has less is not named beside him
_NOTHING: Final = "Nothing can be said yet: no two captains have played a whole pair."
_APART: Final = "No ranking yet: some captains have not met, not even through others."


def answer(ratings: Ratings) -> str:
    """By the adjusted ratings: they are the surer ones."""
    if ratings.unranked:
        return f"No ranking: {'; '.join(ratings.unranked)}."
    found = ratings.adjusted
    if found is None or not found.gaps:
        return _APART if ratings.pairs else _NOTHING
    return _top(found)


def basis(ratings: Ratings) -> str:
    """What the answer rests on."""
    if ratings.adjusted is None:
        return ""
    over = f"{_of(ratings.pairs, 'pair')} on {_of(ratings.seeds, 'seed')}"
    return f"With the luck taken out, over {over}."


def _top(found: Ranking) -> str:
    first, may_be_best = found.gaps[0], [c for c in found.captains if c.place_low == 1]
    if first.is_resolved and not any(c.place_low == 1 for c in found.captains[2:]):
        return f"{_best(found, first)}, to win {share(first)} between them."
    named = _likely(may_be_best)
    chances = [f"{plain_name(c.captain)} ({chance(c.p_best)})" for c in named]
    told = f"{_and(chances)} {'may be' if len(named) > 1 else 'is probably'} the best"
    behind = [c.captain for c in found.captains if c not in named]
    if not behind:
        return f"{told}: nobody can be told apart from the first."
    return f"{told}; {listed(behind)} hardly."


def _likely(may_be_best: Sequence[RatedCaptain]) -> list[RatedCaptain]:
    """Those worth naming, the likeliest first: few seeds separate nobody, not even who lost all."""
    ordered = sorted(may_be_best, key=lambda captain: captain.p_best, reverse=True)
    return [c for c in ordered if c.p_best >= HARDLY * ordered[0].p_best]


def _best(found: Ranking, first: Gap) -> str:
    better, worse = plain_name(first.better), plain_name(first.worse)
    if len(found.captains) == 2:
        return f"{better} is better than {worse}: {_ahead(first, '')}"
    return f"{better} is the best of {len(found.captains)} captains: {_ahead(first, worse)}"


def _ahead(gap: Gap, worse: str) -> str:
    return f"{span(gap)} ahead{f' of {worse}' if worse else ''}"


def span(gap: Gap) -> str:
    """`56 Elo (20 to 92)`, or the one end that there is."""
    if gap.low is not None and gap.high is not None:
        return f"{gap.elo:.0f} Elo ({gap.low:.0f} to {gap.high:.0f})"
    if gap.low is not None:
        return f"at least {gap.low:.0f} Elo"
    return f"{gap.elo:.0f} Elo (no interval)" if gap.high is None else f"at most {gap.high:.0f} Elo"


def share(gap: Gap) -> str:
    """`58 of 100 matches`, where the gap has an end alone by that."""
    if gap.high is None and gap.low is not None:
        return f"at least {100 * score_at(gap.low):.0f} of 100 matches"
    return f"{100 * score_at(gap.elo):.0f} of 100 matches"


def listed(names: Sequence[str]) -> str:
    """`a, b and c`; of many the first, and how many more."""
    return _and([plain_name(name) for name in names])


def _and(shown: list[str]) -> str:
    if len(shown) > MOST_NAMED:
        shown = [*shown[: MOST_NAMED - 1], f"{len(shown) - MOST_NAMED + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
