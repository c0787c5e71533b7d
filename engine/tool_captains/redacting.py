"""Takes a secret out of text that others wrote: an endpoint may echo a key whole, encoded or cut
short, in an error, a header, a model's name or an answer.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "[secret]"
# Below that length a value cannot be told from an ordinary word, and is no secret either.
SHORTEST: Final = 6
_PIECE: Final = 12  # so long a piece of a key is no coincidence
_TOKEN: Final = re.compile(r"[\w\-.*…•+/=%]+")
_MASKED: Final = re.compile(r"\*{2,}|\.{3,}|…|•{2,}|[xX]{4,}")
_ENDS: Final = 2  # characters of a key that tell a masked echo of it


class Redactor:
    """Of one secret. Not printable itself."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret if secret is not None and len(secret) >= SHORTEST else ""
        self._forms = _forms(self._secret) if self._secret else None
        shortest = self._shortest = min(_PIECE, len(self._secret))
        self._pieces = {
            self._secret[at : at + shortest] for at in range(len(self._secret) - shortest + 1)
        }

    def clean(self, text: str) -> str:
        """Without the secret, its encodings, and long pieces of it."""
        if self._forms is None:
            return text
        return self._without_pieces(self._forms.sub(MASK, text))

    def clean_error(self, text: str) -> str:
        """As `clean`, and without masked echoes such as `sk-ab****yz`."""
        if self._forms is None:
            return text
        return _TOKEN.sub(self._judged, self.clean(text))

    def __repr__(self) -> str:
        return "Redactor(…)"

    def _without_pieces(self, text: str) -> str:
        """Masks every stretch that agrees with the secret for `_PIECE` characters or more."""
        if not any(piece in text for piece in self._pieces):  # most answers, and they may be long
            return text
        at, out = 0, list[str]()
        while at < len(text):
            length = self._agreement(text, at)
            if length >= self._shortest:
                out.append(MASK)
                at += length
            else:
                out.append(text[at])
                at += 1
        return "".join(out)

    def _agreement(self, text: str, at: int) -> int:
        """The length of the longest piece of the secret that begins at `at`."""
        shortest = self._shortest
        if text[at : at + shortest] not in self._secret or len(text) - at < shortest:
            return 0
        length = shortest
        while at + length < len(text) and text[at : at + length + 1] in self._secret:
            length += 1
        return length

    def _judged(self, found: re.Match[str]) -> str:
        token, secret = found[0], self._secret
        if not _MASKED.search(token):
            return token
        head, tail = _MASKED.split(token, maxsplit=1)[0], _MASKED.split(token)[-1].rstrip(".")
        echoes_head = len(head) >= _ENDS and head in secret
        echoes_tail = len(tail) >= _ENDS and tail in secret
        return MASK if echoes_head or echoes_tail else token


def _forms(secret: str) -> re.Pattern[str]:
    """The secret as it is, in a URL, in JSON, and in base64 at each of its three alignments."""
    plain = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    encoded = {form for offset in range(3) for form in _base64(secret.encode(), offset)}
    every = sorted((form for form in plain | encoded if form), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, every)), re.IGNORECASE)


def _base64(secret: bytes, offset: int) -> tuple[str, str]:
    """The characters of base64 that depend on the secret alone, with `offset` bytes before it."""
    text = base64.b64encode(b"\0" * offset + secret).decode().rstrip("=")
    start = (0, 2, 3)[offset]
    end = len(text) - (1 if (offset + len(secret)) % 3 else 0)
    kept = text[start:end]
    return kept, kept.replace("+", "-").replace("/", "_")
