"""The live side: the bus that carries events, the store that keeps them, the page that shows them.

The store is the live stream, the source of recovery and the replay at once: an event is stored
before anyone sees it, and every viewer reads the same log from wherever he is. Names are loaded
when they are first used, so that a pool process which only publishes does not pay for the server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spectator.app import create_app as create_app
    from spectator.asker import BusAsker as BusAsker
    from spectator.commentary import comment as comment
    from spectator.frame_parts import Frame as Frame
    from spectator.frames import fold as fold
    from spectator.guard import player_token as player_token
    from spectator.guard import start_digest as start_digest
    from spectator.guard import start_token as start_token
    from spectator.observer import BusObserver as BusObserver
    from spectator.outbox import ObserverReport as ObserverReport
    from spectator.publisher import BusPublisher as BusPublisher
    from spectator.server import BusServer as BusServer
    from spectator.settings import BusSettings as BusSettings
    from spectator.store import EventStore as EventStore
    from spectator.store import SqliteEventStore as SqliteEventStore

_HOME = {
    "BusAsker": "asker",
    "BusObserver": "observer",
    "BusPublisher": "publisher",
    "BusServer": "server",
    "BusSettings": "settings",
    "EventStore": "store",
    "Frame": "frame_parts",
    "ObserverReport": "outbox",
    "SqliteEventStore": "store",
    "comment": "commentary",
    "create_app": "app",
    "fold": "frames",
    "player_token": "guard",
    "start_digest": "guard",
    "start_token": "guard",
}

__all__ = [
    "BusAsker",
    "BusObserver",
    "BusPublisher",
    "BusServer",
    "BusSettings",
    "EventStore",
    "Frame",
    "ObserverReport",
    "SqliteEventStore",
    "comment",
    "create_app",
    "fold",
    "player_token",
    "start_digest",
    "start_token",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'spectator' has no attribute {name!r}")
    return getattr(import_module(f"spectator.{_HOME[name]}"), name)
