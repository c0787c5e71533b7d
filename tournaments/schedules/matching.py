"""The largest matching of a graph: as many pairs of neighbours as there can be.

Edmonds, "Paths, trees, and flowers" (1965): grow a tree of alternating paths from a vertex that is
free, shrink every odd cycle that closes, until another free vertex is found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence, Set
from typing import Final

NOBODY: Final = -1


def largest_matching(friends: Sequence[Set[int]]) -> tuple[int, ...]:
    """Of each vertex its partner, or -1. `friends[v]`: the neighbours of `v`, both ways round."""
    mate = [NOBODY] * len(friends)
    for vertex, near in enumerate(friends):  # what comes easily; the search does the rest
        if mate[vertex] == NOBODY:
            free = next((other for other in sorted(near) if mate[other] == NOBODY), NOBODY)
            if free != NOBODY:
                mate[vertex], mate[free] = free, vertex
    for vertex in range(len(friends)):
        if mate[vertex] == NOBODY:
            _Tree(friends, mate, vertex).augment()
    return tuple(mate)


class _Tree:
    """Alternating paths from `root`. `base`: the vertex that an odd cycle has been shrunk to;
    `parent`: of a vertex at odd distance.
    """

    def __init__(self, friends: Sequence[Set[int]], mate: list[int], root: int) -> None:
        self._friends, self._mate, self._root = friends, mate, root
        self._parent = [NOBODY] * len(friends)
        self._base = list(range(len(friends)))
        self._reached = {root}
        self._queue = deque([root])

    def augment(self) -> None:
        """Match the root too, if that can be."""
        end = self._end()
        while end != NOBODY:
            before = self._parent[end]
            following = self._mate[before]
            self._mate[end], self._mate[before] = before, end
            end = following

    def _end(self) -> int:
        """A free vertex that a path leads to, or -1."""
        while self._queue:
            vertex = self._queue.popleft()
            for other in sorted(self._friends[vertex]):
                if self._base[vertex] == self._base[other] or self._mate[vertex] == other:
                    continue
                if self._is_even(other):
                    self._shrink(vertex, other)
                elif self._parent[other] == NOBODY:
                    self._parent[other] = vertex
                    if self._mate[other] == NOBODY:
                        return other
                    self._reach(self._mate[other])
        return NOBODY

    def _is_even(self, vertex: int) -> bool:
        mate = self._mate[vertex]
        return vertex == self._root or (mate != NOBODY and self._parent[mate] != NOBODY)

    def _reach(self, vertex: int) -> None:
        if vertex not in self._reached:
            self._reached.add(vertex)
            self._queue.append(vertex)

    def _shrink(self, one: int, other: int) -> None:
        base = self._common_base(one, other)
        cycle = self._blossom(one, base, other) | self._blossom(other, base, one)
        for vertex in range(len(self._friends)):
            if self._base[vertex] in cycle:
                self._base[vertex] = base
                self._reach(vertex)

    def _common_base(self, one: int, other: int) -> int:
        seen = set()
        while True:
            one = self._base[one]
            seen.add(one)
            if self._mate[one] == NOBODY:
                break
            one = self._parent[self._mate[one]]
        while self._base[other] not in seen:
            other = self._parent[self._mate[self._base[other]]]
        return self._base[other]

    def _blossom(self, vertex: int, base: int, child: int) -> set[int]:
        """The bases from `vertex` up to `base`; on the way each learns a way round the cycle."""
        found: set[int] = set()
        while self._base[vertex] != base:
            mate = self._mate[vertex]
            found |= {self._base[vertex], self._base[mate]}
            self._parent[vertex] = child
            child, vertex = mate, self._parent[mate]
        return found
