"""Finds a key that stands where a name belongs. What a file says of a captain is shown, digested
and recorded, so a key is named in it, never written.

A key is told by how providers begin theirs, by the name of what holds it, or by looking drawn at
random, where nothing else of that look has business. No message quotes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

DEEPEST: Final = 20
_BEGINNINGS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|rk|xai|pplx|gsk|hf|r8|nvapi|glpat|xox[abprs])[-_](?=[\w-]{0,300}\d)[\w-]{16,}"
    r"|gh[oprsu]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|AIza[\w-]{20,}|ya29\.[\w-]{16,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{12,}|eyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?i:bearer|basic) +\S{8,}\Z)"
)
_NAMES: Final = re.compile(
    r"(?:x?(?:api|access|secret|private|auth|subscription)key|(?:proxy)?authorization|auth|cookie"
    r"|(?:access|auth|bearer|api|refresh|id|session|security)?token|\w*secret|\w*passw(?:or)?d"
    r"|passphrase|credentials?|\w*apikey)"
)
# What else is drawn at random and is no key: who asks, and under what prefix an answer is kept.
_RANDOM_AND_OPEN: Final = frozenset({"user", "safetyidentifier", "promptcachekey", "cachesalt"})
_TOKEN: Final = re.compile(r"[\w.+/=~-]{20,300}", re.ASCII)
_PIECE: Final = re.compile(r"[A-Za-z0-9]{20,}")
_PARTED, _DIGIT = re.compile("[-_]"), re.compile(r"\d")
_HEX_ID: Final = re.compile(r"[0-9a-f]{32}")  # how some gateways name an account in their paths
_ADDRESSES: Final = ("base_url", "url")
_KEYS_BY_NAME: Final = ("api_key_env", "api_key_block", "token_env")
_BY_NAME: Final = {
    "llm": "the name of an environment variable in api_key_env, or of a Prefect Secret block in "
    "api_key_block",
    "remote": "the name of an environment variable in token_env",
}

At = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenKey:
    """`at` leads from the settings to what looks like a key."""

    at: At
    why: str


def written_key(kind: str, settings: Mapping[str, Any]) -> WrittenKey | None:
    """The first thing in a captain's settings that looks like a key; None where nothing does."""
    for at, value in _texts(settings, ()):
        if what := _suspicion(at, value):
            allowed = _BY_NAME.get(kind, "no key at all")
            where = ".".join(map(str, at))
            why = f"{where}: {what}; a key is named, never written; allowed: {allowed}"
            return WrittenKey(at=at, why=why)
    return None


def is_about_keys(setting: object) -> bool:
    """Whether what stands in this setting is not to be quoted."""
    return isinstance(setting, str) and (
        setting in (*_ADDRESSES, *_KEYS_BY_NAME) or _is_named_so(setting)
    )


def _suspicion(at: At, value: str) -> str | None:
    """Why `value` is taken for a key."""
    if at[-1] in _ADDRESSES and (part := _part_for_keys(value)):
        return f"has {part} in it"
    begun = _BEGINNINGS.search(value)
    if begun and not (at == ("model",) and _is_of_words(begun[0])):
        return "looks like a key"
    if any(_is_named_so(name) for name in at) and value:
        return "holds a secret by its name"
    if at[0] in _ADDRESSES:
        path = value.partition("://")[2].partition("/")[2]
        return "has what looks like a key in its path" if _is_random(path, ids=True) else None
    if at[0] in _KEYS_BY_NAME and _is_random(value):
        return "looks like the key itself"
    if at[0] == "extra_body" and _is_token(at, value) and _is_random(value):
        return "looks like a key"
    return None


def _is_of_words(begun: str) -> bool:
    """Whether it is rather a name, such as `hf-qwen3-8b-instruct-q4`: a key has a long piece with a
    digit in it.
    """
    return not any(len(piece) >= 12 and _DIGIT.search(piece) for piece in _PARTED.split(begun))


def _part_for_keys(address: str) -> str | None:
    authority, _, _ = address.partition("://")[2].partition("/")
    if "@" in authority:
        return "a user or a password"
    return "a query" if "?" in address or "#" in address else None


def _is_named_so(name: object) -> bool:
    if not isinstance(name, str) or name in _KEYS_BY_NAME:
        return False
    return _NAMES.fullmatch(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def _is_token(at: At, value: str) -> bool:
    own = re.sub(r"[^a-z0-9]", "", str(at[-1]).lower())
    return own not in _RANDOM_AND_OPEN and _TOKEN.fullmatch(value) is not None


def _is_random(text: str, *, ids: bool = False) -> bool:
    """Whether a long piece of it is of letters and digits with no order in it. `ids`: an account's
    hexadecimal id is none.
    """
    for piece in _PIECE.findall(text):
        if ids and _HEX_ID.fullmatch(piece):
            continue
        changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(piece))
        if changes >= 4:
            return True
    return False


def _texts(value: object, at: At) -> Iterator[tuple[At, str]]:
    """Every text, with the way to it; what is nested too deep is refused elsewhere."""
    if isinstance(value, str) and at:
        yield at, value
    elif len(at) >= DEEPEST:
        return
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(key, str):
                yield from _texts(inner, (*at, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*at, index))
