"""`python -m spectator`: the bus as a process of its own.

Writes one line of JSON when it listens: `{"url", "port", "pid", "publish_token"}` (the token only
where it was made here). Tokens come from the environment, where other users of the machine do not
see them: `CAPTAINS_BUS_TOKEN` to publish, `CAPTAINS_BUS_READ_TOKEN` to read; a store's password
from PGPASSWORD or ~/.pgpass. SIGINT and SIGTERM end it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence

from engine.errors import MissingSecret
from engine.variables import BUS_READ_TOKEN, BUS_TOKEN, BadSettingsFile, take_from_file
from spectator.server import BusServer, RefusedToBind
from spectator.settings import BusSettings
from spectator.store import StoreRefused, StoreUnavailable, check_store


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    _allow_many_connections()
    try:
        take_from_file()
        token, settings = BUS_TOKEN.read(), BusSettings(read_token=BUS_READ_TOKEN.read())
        asyncio.run(_look_at(options.store))
        bus = BusServer(
            options.store,
            host=options.host,
            port=options.port,
            publish_token=token,
            settings=settings,
        )
        asyncio.run(_until_told(bus, tells_token=token is None))
    except StoreRefused as error:
        sys.stderr.write(f"captains bus: the store cannot be used: {error}\n")
        return 2
    except (RefusedToBind, MissingSecret, BadSettingsFile, OSError) as error:
        sys.stderr.write(f"captains bus: {error}\n")
        return 2
    return 0


async def _look_at(store: str) -> None:
    """Say at once that a store cannot be reached; the bus starts all the same, and waits for it.
    One that somebody has to put right first raises `StoreRefused`.
    """
    try:
        await check_store(store)
    except StoreRefused:
        raise
    except StoreUnavailable as error:
        sys.stderr.write(f"captains bus: the store does not answer, waiting for it: {error}\n")


def _allow_many_connections() -> None:
    """Each is an open file, and many systems allow a process 1,024 unless it asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _until_told(bus: BusServer, *, tells_token: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with bus:
        token = {"publish_token": bus.publish_token} if tells_token else {}
        told = {"url": bus.url, "port": bus.port, "pid": os.getpid(), **token}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await stop.wait()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text}: allowed: 0 (a free one) to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m spectator",
        description="Carry the events of matches and show them.",
        epilog="Example: python -m spectator --port 8765 --store bus.sqlite",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen (default: %(default)s)"
    )
    parser.add_argument("--port", type=_port, default=0, help="0 takes a free one (default)")
    parser.add_argument(
        "--store",
        default=":memory:",
        help="a file, or postgresql://USER@HOST/DATABASE (default: memory only)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
