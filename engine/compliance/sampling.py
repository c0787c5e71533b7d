"""Which of the questions that come up a program is asked: first some that show everything that is
rare, then as many more as are wanted, as the seed has it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from engine.compliance.questions import Question
from engine.compliance.rehearsals import questions, rehearsals
from engine.phases import part_in_words
from engine.seeds import Streams

T = TypeVar("T")


@lru_cache(maxsize=4)
def sample(size: int, seed: int) -> tuple[Question, ...]:
    """`size` questions, in the order of their matches. Shows every feature where `size` allows."""
    every = [q for match in rehearsals(seed) for q in questions(match, seed)]
    shows = [features(question) for question in every]
    streams = Streams(seed)
    by_chance = sorted(range(len(every)), key=lambda i: streams.uniform("compliance", index=i))
    chosen = _cover(shows, by_chance)
    rest = [i for i in by_chance if i not in set(chosen)]
    return tuple(every[i] for i in sorted((chosen + rest)[:size]))


def features(question: Question) -> frozenset[str]:
    """What is worth having been asked about: everything that a program may have forgotten."""
    seen, innings, legal = (
        question.observation(),
        question.request.view.innings,
        question.request.legal,
    )
    found = {f"asked {question.kind}", *(f"offers {tool.name}" for tool in seen.available_tools)}
    if all(tool.commits for tool in seen.available_tools):
        found.add("offers only what answers")
    if innings is not None:
        part = part_in_words(innings)
        number = "chase" if innings.target is not None else "first"
        found |= {f"{part} {question.kind}", f"{number} innings, {question.kind}"}
        found |= {"free hit"} if innings.free_hit else set()
        found |= {"last pair"} if innings.wickets == innings.max_wickets - 1 else set()
    found |= {"one player is legal"} if len(legal.players) == 1 else set()
    found |= {"one field is legal"} if len(legal.fields) == 1 else set()
    found |= {"has a reply"} if seen.reply else set()
    return frozenset(found)


def one_each(items: Iterable[T], key: Callable[[T], Hashable], most: int) -> list[T]:
    """The first of every kind, in order; at most so many."""
    found: dict[Hashable, T] = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())[:most]


def _cover(shows: Sequence[frozenset[str]], order: Sequence[int]) -> list[int]:
    """Few questions that show every feature: always the one that adds most (Chvátal 1979)."""
    missing = frozenset[str]().union(*shows)
    chosen: list[int] = []
    while missing:
        best = max(order, key=lambda i: len(shows[i] & missing))
        chosen.append(best)
        missing -= shows[best]
    return chosen
