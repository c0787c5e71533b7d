"""What of a run is being played at the moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice

from engine.events import InPlay
from engine.spec import EpisodeSpec


class Playing:
    """Batches in the processes, pairs and the featured match on the loop."""

    def __init__(self) -> None:
        self._now: dict[int, InPlay] = {}
        self._numbers = count()

    @contextmanager
    def of(self, episodes: Sequence[EpisodeSpec], *, on_bus: bool) -> Iterator[None]:
        """These are played from here to the end of the block. A batch is named after its first;
        which of them a process is at, nobody hears, so only a single one has a stream to watch.
        """
        first, number = episodes[0], next(self._numbers)
        watchable = on_bus and len(episodes) == 1
        self._now[number] = InPlay(
            home=first.home.name,
            away=first.away.name,
            episodes=len(episodes),
            stream=f"{first.episode_id}/{first.attempt}" if watchable else None,
        )
        try:
            yield
        finally:
            del self._now[number]

    def told(self, most: int) -> tuple[InPlay, ...]:
        """The first `most` of them, those that have been played longest first."""
        return tuple(islice(self._now.values(), most))
