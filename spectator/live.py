"""How the matches that are on stand, in a line each: for lists, which show many at once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from engine.events import DeliveryEvent, InningsStartedEvent, parse_event
from spectator.store import EventStore, Outcome, StreamInfo
from spectator.streams import StreamName

TAIL: Final = 12  # events among which there is a ball: each has two decisions and may end an over
MOST_KEPT: Final = 500


class LiveScores:
    """Read from the last events of a stream, once for everybody who asks until it goes on."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._kept: OrderedDict[StreamName, tuple[int, dict[str, Any] | None]] = OrderedDict()

    async def of(self, info: StreamInfo) -> dict[str, Any] | None:
        """`{innings, batting, score, needed, win_probability}` after the last ball, the
        latter the home side's; None where no ball is in sight, or the match is over.
        """
        if info.outcome is not Outcome.LIVE:
            return None
        seq, told = self._kept.get(info.stream, (0, None))
        if seq != info.last_seq:
            told = await self._read(info)
            self._kept[info.stream] = (info.last_seq, told)
        self._kept.move_to_end(info.stream)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return told

    async def _read(self, info: StreamInfo) -> dict[str, Any] | None:
        lines = await self._store.read(info.stream, max(0, info.last_seq - TAIL), TAIL)
        for line in reversed(lines):
            match parse_event(line.text):
                case DeliveryEvent(data=ball):
                    return {
                        "innings": ball.innings,
                        "batting": ball.batting,
                        "score": ball.score.model_dump(mode="json"),
                        "needed": ball.needed,
                        "win_probability": ball.win_probability,
                    }
                case InningsStartedEvent(data=start) if start.before is not None:
                    return {
                        "innings": start.innings,
                        "batting": start.batting,
                        "score": start.before.score.model_dump(mode="json"),
                        "needed": None,
                        "win_probability": start.win_probability,
                    }
        return None
