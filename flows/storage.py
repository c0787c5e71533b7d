"""Where shards and what was played of them travel: Prefect's result storage, reached by whoever
hands out and whoever plays.

`CAPTAINS_STORAGE` names a folder or an fsspec URL, such as s3://bucket/captains. Without it, it is
the server's default result storage; where there is none, a local folder, which workers of this
machine reach.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from prefect.filesystems import LocalFileSystem, RemoteFileSystem, WritableFileSystem
from prefect.results import aget_default_result_storage

from engine.variables import STORAGE
from engine.wording import printable, shortened
from flows.aside import in_a_thread

_LONGEST: Final = 300  # of what a storage says
ANSWERS_S: Final = 120.0  # a parcel has a few megabytes
FOLDER: Final = "captains"  # below which everything of ours is


class BadStorage(Exception):
    """No storage can be had by this name: the message says why."""


class StorageRefused(Exception):
    """The storage `place` cannot be reached, or does not take what is sent to it: `why` says."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(place, why)
        self.place, self.why = place, why

    def __str__(self) -> str:
        return f"{self.place} cannot be written to: {self.why} ({STORAGE}; docs/workers.md)"


class Far:
    """Files below a URL that fsspec knows. A bucket must be there: to make one of every name that
    is mistyped would be no help.
    """

    def __init__(self, files: AbstractFileSystem, base: str) -> None:
        self._files, self._base = files, base.rstrip("/")
        self._has_folders = base.startswith("/")
        # What does not speak to several at once is a connection that each call writes to.
        self._alone = nullcontext() if files.async_impl else Lock()

    def write_path(self, path: str, content: bytes) -> None:
        place = f"{self._base}/{path}"
        with self._alone:
            if self._has_folders:
                self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(place, content)

    def read_path(self, path: str) -> bytes:
        with self._alone:
            found: bytes = self._files.cat_file(f"{self._base}/{path}")
        return found

    def remove(self, path: str) -> None:
        place = f"{self._base}/{path}"
        with self._alone:
            if self._files.exists(place):
                self._files.rm(place, recursive=True)

    def reach_again(self) -> None:
        """By a connection of its own, where the one that it had may have ended."""
        if not self._files.async_impl:
            made, options = type(self._files), self._files.storage_options
            self._files = made(*self._files.storage_args, **options, skip_instance_cache=True)


class Storage:
    """Bytes by key. `name` is what another process finds it by; None: by Prefect's default."""

    def __init__(self, name: str | None, filesystem: WritableFileSystem | Far) -> None:
        self.name, self.filesystem = name, filesystem
        self.why_not = ""  # the last that could not be read

    async def put(self, key: str, content: bytes) -> None:
        """Raises `StorageRefused`."""
        try:
            await _aside(self.filesystem.write_path, self._path(key), content)
        except Exception as error:  # each storage has errors of its own
            raise StorageRefused(str(self), _told(error)) from error

    async def get(self, key: str) -> bytes | None:
        """None where nothing is there yet, or nobody can tell: `why_not` says which."""
        try:
            found: bytes = await _aside(self.filesystem.read_path, self._path(key))
        except Exception as error:  # noqa: BLE001 - each storage has an error of its own for it
            self.why_not = _told(error)
            return None
        return found

    async def remove(self, key: str) -> None:
        """All below `key`, where the storage can; a block's own rules are left to it."""
        await asyncio.to_thread(self._remove, self._path(key))

    def _remove(self, path: str) -> None:
        match self.filesystem:
            case LocalFileSystem(basepath=str(base)):
                shutil.rmtree(Path(base) / path, ignore_errors=True)
            case Far() as far:
                far.remove(path)

    def __str__(self) -> str:
        return self.name or "Prefect's default result storage"

    def _path(self, key: str) -> str:
        return f"{FOLDER}/{key}"


async def storage(named: str | None = None) -> Storage:
    """What the environment names, else `named`, else Prefect's default. Raises `BadStorage` and
    `StorageRefused`.
    """
    name = STORAGE.read() or named
    if name is not None:
        return Storage(name, await asyncio.to_thread(_at, name))
    found = await aget_default_result_storage()
    if isinstance(found, RemoteFileSystem):
        settings = found.settings or {}
        block = "the basepath of Prefect's default result storage"
        return Storage(None, await asyncio.to_thread(_far, found.basepath, block, settings))
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
    answer = await in_a_thread(partial(method, *arguments, **blocking), ANSWERS_S)
    return await answer if isawaitable(answer) else answer


def _at(name: str) -> WritableFileSystem | Far:
    try:
        parts = urlsplit(name)
    except ValueError as error:
        raise BadStorage(f"{STORAGE}: {error}") from None
    if parts.password is not None:  # the name travels, and is shown
        raise BadStorage(
            f"{STORAGE} holds a password; allowed: a URL without one, and the key where its "
            "package looks for it (docs/workers.md)"
        )
    if "://" not in name or parts.scheme == "file":  # Prefect takes a URL without a host for none
        path = unquote(parts.path) if parts.scheme == "file" else name
        return LocalFileSystem(basepath=str(Path(path).expanduser().resolve()))
    return _far(name, f"{STORAGE}={name}", {})


def _far(url: str, said: str, settings: Mapping[str, Any]) -> Far:
    """`said`: where the URL stands, and the URL itself where it may be shown."""
    try:
        files, base = url_to_fs(url, **settings)
    except (ImportError, ValueError) as error:
        raise BadStorage(f"{said}: {_told(error)}") from None
    except Exception as error:  # some are reached for at once
        raise StorageRefused(said, _told(error)) from error
    if not base.strip("/"):
        raise BadStorage(f"{said}: it names no bucket; allowed: s3://BUCKET, or the like")
    return Far(files, base)


def _told(error: Exception) -> str:
    """In words that may be shown: they are another program's."""
    return shortened(printable(f"{type(error).__name__}: {error}"), _LONGEST)
