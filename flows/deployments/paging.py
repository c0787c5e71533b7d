"""Lists of a Prefect server, which gives at most 200 things at once, read to their end."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final, Protocol, TypeVar

PAGE: Final = 200

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Read(Protocol[T_co]):
    """One page: at most `limit` things, after the first `offset`."""

    def __call__(self, *, limit: int, offset: int) -> Awaitable[Sequence[T_co]]: ...


async def all_of(read: Read[T], page: int = PAGE) -> list[T]:
    """Every thing that there is to read."""
    found: list[T] = []
    while True:
        some = await read(limit=page, offset=len(found))
        found += some
        if len(some) < page:
            return found
