"""What a viewer is told, and why he is closed (docs/bus.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import assert_never

from spectator.channel import Part
from spectator.snapshots import Snapshot
from spectator.streams import StreamName


class CloseCode(IntEnum):
    """Why a viewer is closed: RFC 6455 codes, and our own above 4000."""

    GOING_AWAY = 1001
    POLICY = 1008
    COME_AGAIN = 1012
    TRY_LATER = 1013
    TOO_SLOW = 4008


class Leave(Exception):
    """The viewer is to be closed, with `code`."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


class Mode(StrEnum):
    """How a viewer begins: with every event after the one he names, or with a snapshot."""

    RECOVERED = "recovered"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A stream begins. What comes next is event `after` + 1, or the snapshot after it."""

    epoch: str
    stream: StreamName
    top: int
    after: int
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is featured now."""

    stream: StreamName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Nothing has happened for a while."""


Message = Hello | Shown | Snapshot | Part | Ping


def json_of(message: Message) -> str:
    """A message as it goes over a WebSocket."""
    match message:
        case Part():
            return message.text
        case Snapshot(seq=seq, frame=frame):
            return f'{{"t":"snapshot","seq":{seq},"frame":{frame}}}'
        case Hello():
            return json.dumps(
                {
                    "t": "hello",
                    "epoch": message.epoch,
                    "stream": message.stream,
                    "top": message.top,
                    "after": message.after,
                    "mode": message.mode,
                }
            )
        case Shown(stream=stream):
            return json.dumps({"t": "featured", "stream": stream})
        case Ping():
            return '{"t": "ping"}'
        case _:
            assert_never(message)
