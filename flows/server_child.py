"""The embedded Prefect server's own process: `python -m flows.server_child FD USERS_LOCK`.

It serves on the socket it inherits, so that no port is ever guessed, and it lives as long as
anybody holds the users' lock: when the last user is gone, killed ones too, it ends by itself. No
orphan can stay behind.
"""

from __future__ import annotations

import fcntl
import gc
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Final

LOCK: Final = "server.lock"
_KEPT_OPEN_S: Final = 30  # longer than Prefect's client keeps one, or it asks as we hang up


def serve(listener: socket.socket, users_lock: Path) -> None:
    """Run a Prefect server on `listener` until nobody uses it or a signal ends it."""
    lock = users_lock.with_name(LOCK)
    threading.Thread(target=_hold, args=(lock,), name="lock", daemon=True).start()
    guard = _Guard(users_lock)
    threading.Thread(target=guard.wait, name="users", daemon=True).start()
    gc.disable()  # nothing of what is loaded is garbage: to look for it is a fifth of the start
    import uvicorn
    from prefect.server.api.server import create_app

    from flows.one_writer import write_one_at_a_time

    write_one_at_a_time()
    app = create_app(final=True)
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_keep_alive=_KEPT_OPEN_S,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    guard.server = server
    server.run(sockets=[listener])


def _hold(lock: Path) -> None:
    """Until this process ends: who has the same files and not the same process ids sees that it
    lives. Waits for one that is about to be gone, and for who just looks.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)


class _Guard:
    """Ends the server when the users' lock is free."""

    def __init__(self, users_lock: Path) -> None:
        self._users_lock = users_lock
        self.server: Any = None

    def wait(self) -> None:
        handle = os.open(self._users_lock, os.O_RDWR | os.O_CREAT)
        fcntl.flock(
            handle, fcntl.LOCK_EX
        )  # held until this process ends: nobody joins a dying server
        if self.server is None or not self.server.started:
            os._exit(0)  # nothing has been promised to anybody yet
        self.server.should_exit = True


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
