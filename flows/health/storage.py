"""Whether the storage that a setting names takes what shards are sent by, and gives it back."""

from __future__ import annotations

import asyncio
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final
from uuid import uuid4

from engine.variables import STORAGE
from engine.wording import printable, shortened
from flows.needs import Finding
from flows.storage import BadStorage, StorageRefused, storage

TRIAL_S: Final = 30.0
_TRIED: Final = b"captains doctor"
_WHY: Final = "no shard can be handed out by it, nor what is played sent home"


async def of_storage() -> list[Finding]:
    """Nothing where none is named: then it is the Prefect server's, or a folder here."""
    if STORAGE.read() is None:
        return []
    return [await asyncio.to_thread(_tried_apart, TRIAL_S)]


def _tried_apart(within_s: float) -> Finding:
    """In a process of its own: what waits for an answer in this one could not be ended."""
    spawning = get_context("spawn")
    mine, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_tell, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    with closing(mine):
        try:
            mine.recv()  # that it begins: it has taken seconds to load
            if mine.poll(within_s):
                found: Finding = mine.recv()
                return found
        except EOFError:
            return _wrong(f"what tried the storage that {STORAGE} names has ended without a word")
        finally:
            process.kill()
            process.join()
    return _wrong(f"the storage that {STORAGE} names has not answered in {within_s:g} s")


def _tell(connection: Connection) -> None:
    with closing(connection):
        connection.send(None)  # it has loaded what it needs
        try:
            found = asyncio.run(_tried())
        except Exception as error:  # noqa: BLE001 - else it ends without a word
            said = printable(f"{type(error).__name__}: {error}")
            found = _wrong(f"the storage that {STORAGE} names cannot be tried: {shortened(said)}")
        connection.send(found)


async def _tried() -> Finding:
    key = f"doctor-{uuid4().hex}"
    try:
        place = await storage()
        await place.put(f"{key}/0", _TRIED)
    except (BadStorage, StorageRefused) as error:
        return _wrong(str(error))
    gives_back = await place.get(f"{key}/0") == _TRIED
    try:
        await place.remove(key)
    except Exception as error:  # noqa: BLE001 - each storage has an error of its own for it
        return _wrong(f"{place} does not remove what was written: {error}")
    if not gives_back:
        return _wrong(f"{place} takes what is written and does not give it back: {place.why_not}")
    return Finding(check="storage", state="ok", said=f"{place} takes, gives back and removes")


def _wrong(said: str) -> Finding:
    mend = f"export {STORAGE.name}=…  # or its keys and address, as docs/workers.md says"
    return Finding(check="storage", state="wrong", said=said, why=_WHY, mend=mend)
