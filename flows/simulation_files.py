"""The two files of a simulation, whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from contextlib import suppress
from errno import EISDIR
from pathlib import Path
from typing import IO, Any, Final

from flows.saving import naming

GZIP_LEVEL: Final = 6


class CannotWrite(OSError):
    """A folder that cannot take the two files: the message says why."""


class Files:
    """The two files under their final names, once both are complete; else nothing is left of them,
    nor of a folder that was made for them. Raises `CannotWrite` where they cannot be begun.
    """

    def __init__(self, out: Path) -> None:
        self._paths = [out / "matches.csv.gz", out / "deliveries.csv.gz"]
        self._parts = [path.with_name(f"{path.name}.part") for path in self._paths]
        self._files: list[IO[bytes]] = []
        self._made: list[Path] = []
        try:
            self._made = [folder for folder in (out, *out.parents) if not folder.exists()]
            out.mkdir(parents=True, exist_ok=True)
            if taken := next((path for path in self._paths if path.is_dir()), None):
                raise IsADirectoryError(EISDIR, f"{taken.name} is a folder")
            for part in self._parts:
                self._files.append(part.open("wb"))
        except OSError as error:
            self._leave_nothing()
            why = f"{out} cannot be written: {error.strerror}"
            raise CannotWrite(f"{why}; allowed: a folder that can be made and written") from None

    def __enter__(self) -> Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            for file, path in zip(self._files, self._paths, strict=True):
                with naming(path):
                    file.close()
            if kind is None:
                for part, path in zip(self._parts, self._paths, strict=True):
                    part.replace(path)
        finally:
            self._leave_nothing()

    def _leave_nothing(self) -> None:
        """Nothing that is unfinished, and no folder that is empty and was not there before."""
        for file, part in zip(self._files, self._parts, strict=False):
            with suppress(OSError):  # a full disk says so once
                file.close()
            part.unlink(missing_ok=True)
        for folder in self._made:
            with suppress(OSError):
                folder.rmdir()

    def write(self, matches: bytes, deliveries: bytes) -> None:
        """Raises `OSError`, with the file's name, where the disk takes no more."""
        for file, path, piece in zip(self._files, self._paths, (matches, deliveries), strict=True):
            with naming(path):
                file.write(piece)


def packed(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as a compressed piece of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), GZIP_LEVEL, mtime=0)
