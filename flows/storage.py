"""Where shards and what was played of them travel: Prefect's result storage, reached by whoever
hands out and whoever plays.

`CAPTAINS_STORAGE` names a folder or an fsspec URL, such as s3://bucket/captains. Without it, it is
the server's default result storage; where there is none, a local folder, which workers of this
machine reach.
"""

from __future__ import annotations

import asyncio
import shutil
from inspect import isawaitable, iscoroutinefunction
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from prefect.filesystems import LocalFileSystem, RemoteFileSystem, WritableFileSystem
from prefect.results import aget_default_result_storage
from pydantic import ValidationError

from engine.variables import STORAGE

FOLDER: Final = "captains"  # below which everything of ours is


class BadStorage(Exception):
    """No storage can be had by this name: the message says why."""


class Storage:
    """Bytes by key. `name` is what another process finds it by; None: by Prefect's default."""

    def __init__(self, name: str | None, filesystem: WritableFileSystem) -> None:
        self.name, self._filesystem = name, filesystem
        self.why_not = ""  # the last that could not be read

    async def put(self, key: str, content: bytes) -> None:
        """Raises what the storage raises."""
        await _aside(self._filesystem.write_path, self._path(key), content)

    async def get(self, key: str) -> bytes | None:
        """None where nothing is there yet, or nobody can tell: `why_not` says which."""
        try:
            found: bytes = await _aside(self._filesystem.read_path, self._path(key))
        except Exception as error:  # noqa: BLE001 - each storage has an error of its own for it
            self.why_not = f"{type(error).__name__}: {error}"
            return None
        return found

    async def remove(self, key: str) -> None:
        """All below `key`, where the storage can; a block's own rules are left to it."""
        await asyncio.to_thread(self._remove, self._path(key))

    def _remove(self, path: str) -> None:
        match self._filesystem:
            case LocalFileSystem(basepath=str(base)):
                shutil.rmtree(Path(base) / path, ignore_errors=True)
            case RemoteFileSystem(basepath=base, filesystem=files):
                place = f"{base.rstrip('/')}/{path}"
                if files.exists(place):
                    files.rm(place, recursive=True)

    def __str__(self) -> str:
        return self.name or "Prefect's default result storage"

    def _path(self, key: str) -> str:
        return f"{FOLDER}/{key}"


async def storage(named: str | None = None) -> Storage:
    """What the environment names, else `named`, else Prefect's default. Raises `BadStorage`."""
    name = STORAGE.read() or named
    if name is not None:
        return Storage(name, _at(name))
    found = await aget_default_result_storage()
    if isinstance(found, LocalFileSystem):  # nobody has set one: a folder of this machine
        return Storage(str(found.basepath), found)
    return Storage(None, found)


async def _aside(method: Any, *arguments: Any) -> Any:
    """What a block's method gives, called in a thread: also where Prefect has an asynchronous one,
    which opens and closes what is far away on the loop.
    """
    if iscoroutinefunction(method):
        return await method(*arguments)
    blocking = {"_sync": True} if hasattr(method, "aio") else {}  # Prefect's own are both
    answer = await asyncio.to_thread(method, *arguments, **blocking)
    return await answer if isawaitable(answer) else answer


def _at(name: str) -> WritableFileSystem:
    parts = urlsplit(name)
    if parts.password is not None:  # the name travels, and is shown
        raise BadStorage(
            f"{STORAGE} holds a password; allowed: a URL without one, and the key where its "
            "package looks for it (docs/workers.md)"
        )
    if "://" not in name or parts.scheme == "file":  # Prefect takes a URL without a host for none
        path = unquote(parts.path) if parts.scheme == "file" else name
        return LocalFileSystem(basepath=str(Path(path).expanduser().resolve()))
    try:
        found = RemoteFileSystem(basepath=name)
        _ = found.filesystem  # its package is looked for now, not when the first match is over
    except ValidationError as error:
        raise BadStorage(f"{STORAGE}={name}: {error.errors()[0]['msg']}") from None
    except (RuntimeError, ValueError) as error:
        raise BadStorage(f"{STORAGE}={name}: {error}") from None
    return found
