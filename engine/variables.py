"""Every setting of the project's own, once: its environment variable, and where else it is said.

What goes first: an option of the command, the environment, the settings file, the default. The file
is `captains.toml` in the working folder, or the one that `CAPTAINS_SETTINGS` names. What it says is
put into the environment of the process where nothing stands yet, so that the processes that it
starts hear the same. Prefect's own settings are those of `flows.settings`.

A small table of our own rather than pydantic-settings, which every command and every process of a
pool would have to import to read a handful of texts; each is checked where it is used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PREFIX: Final = "CAPTAINS_"
DEFAULT_FILE: Final = "captains.toml"
_OTHERS: Final = 0o077


class BadSettingsFile(Exception):
    """The settings file cannot be used: where, and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A setting. `key` is its name in the settings file, `option` the one that goes before it.

    A `path` of the file is meant from the file's folder; a file with a `secret` is for its owner
    alone.
    """

    name: str
    option: str | None = None
    path: bool = False
    secret: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return self.name.removeprefix(PREFIX).lower()

    def read(self, environ: Mapping[str, str] = os.environ) -> str | None:
        """What is set; empty is as good as not set."""
        return environ.get(self.name) or None


HOME: Final = Variable(name="CAPTAINS_HOME", path=True)
RUNS: Final = Variable(name="CAPTAINS_RUNS", option="--runs", path=True)
CACHE: Final = Variable(name="CAPTAINS_CACHE", path=True)
STORAGE: Final = Variable(name="CAPTAINS_STORAGE")
BUS_URL: Final = Variable(name="CAPTAINS_BUS_URL", option="--bus")
BUS_TOKEN: Final = Variable(name="CAPTAINS_BUS_TOKEN", secret=True)
BUS_READ_TOKEN: Final = Variable(name="CAPTAINS_BUS_READ_TOKEN", secret=True)
LLM_BASE_URL: Final = Variable(name="CAPTAINS_LLM_BASE_URL")
LLM_MODEL: Final = Variable(name="CAPTAINS_LLM_MODEL")
LLM_API_KEY_ENV: Final = Variable(name="CAPTAINS_LLM_API_KEY_ENV")
CARTESIA_URL: Final = Variable(name="CAPTAINS_CARTESIA_URL")
CARTESIA_VOICE: Final = Variable(name="CAPTAINS_CARTESIA_VOICE")
PIPER_VOICE: Final = Variable(name="CAPTAINS_PIPER_VOICE", path=True)
NOTIFY_BLOCK: Final = Variable(name="CAPTAINS_NOTIFY_BLOCK")

VARIABLES: Final = (
    HOME,
    RUNS,
    CACHE,
    STORAGE,
    BUS_URL,
    BUS_TOKEN,
    BUS_READ_TOKEN,
    LLM_BASE_URL,
    LLM_MODEL,
    LLM_API_KEY_ENV,
    CARTESIA_URL,
    CARTESIA_VOICE,
    PIPER_VOICE,
    NOTIFY_BLOCK,
)
"""All that the settings file may say."""

SETTINGS: Final = Variable(name="CAPTAINS_SETTINGS", path=True)
"""Names the file itself."""


def take_from_file(environ: MutableMapping[str, str] = os.environ) -> None:
    """Put what the settings file says where the environment says nothing. Raises
    `BadSettingsFile`.
    """
    for one in VARIABLES:
        if environ.get(one.name) == "":
            del environ[one.name]
    path = settings_file(environ)
    if path is None:
        return
    said = _read(path)
    if any(one.secret and one.key in said for one in VARIABLES) and path.stat().st_mode & _OTHERS:
        raise BadSettingsFile(f"{path}: holds a token, and others may read it; chmod 600 {path}")
    for one in VARIABLES:
        if one.key in said and one.name not in environ:
            value = said[one.key]
            environ[one.name] = str(_from(path, value)) if one.path else value


def settings_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file that is read, if there is any. Raises `BadSettingsFile` for one that is named and
    is not there.
    """
    named = SETTINGS.read(environ)
    path = Path(named or DEFAULT_FILE).expanduser()
    if path.is_file():
        return path
    if named is not None:
        raise BadSettingsFile(f"{SETTINGS}={named}: no such file")
    return None


def _from(file: Path, path: str) -> Path:
    return file.absolute().parent / Path(path).expanduser()


def _read(path: Path) -> dict[str, str]:
    import tomllib  # only who has a file waits for it

    try:
        said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettingsFile(f"{path}: {error.strerror}") from None
    except ValueError as error:  # no TOML, or no UTF-8
        raise BadSettingsFile(f"{path}: {error}") from None
    allowed = [one.key for one in VARIABLES]
    for key, value in said.items():
        if key not in allowed:
            raise BadSettingsFile(f"{path}: {key!r}: allowed: {', '.join(allowed)}")
        if not isinstance(value, str) or not value or "\0" in value:
            raise BadSettingsFile(f"{path}: {key}: allowed: a text in quotes, not an empty one")
    return said
