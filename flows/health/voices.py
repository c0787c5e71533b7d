"""Which voice `speech: auto` would take, and whether the provider that has a key answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

import httpx

from flows.needs import Finding, State
from spectator.sending import tls_for
from spectator.speech import Wish, look_around, voice_note
from spectator.speech.cartesia import VERSION, CartesiaAccess

ASK_S: Final = 3.0
_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_WHY: Final = "lines are spoken by the next voice, or by none"


def of_voices(environ: Mapping[str, str], *, ask: bool) -> Iterator[Finding]:
    """`ask`: the provider too, for its voice, which costs nothing."""
    said = voice_note(Wish.AUTO, environ).removeprefix("speech: ")
    yield Finding(check="speech", state="ok", said=said)
    for found in look_around(environ):
        if ask and found.access is not None:
            yield _asked(found.access)


def _asked(access: CartesiaAccess) -> Finding:
    headers = {"authorization": f"Bearer {access.key}", "cartesia-version": VERSION}
    url = f"{access.url.rstrip('/')}/voices/{access.speaker}"
    try:
        verify = tls_for(access.url)
        status = httpx.get(
            url, headers=headers, timeout=ASK_S, trust_env=False, verify=verify
        ).status_code
    except httpx.HTTPError as error:
        said = f"{access.url} does not answer ({type(error).__name__})"
        return _finding("wrong", said, "captains run FILE  # with `speech: piper`, or espeak")
    if status in _REFUSED:
        said = f"{access.url} does not take the key ({status})"
        return _finding("wrong", said, "export CARTESIA_API_KEY=…")
    if status == HTTPStatus.NOT_FOUND:
        said = f"{access.url} answers, and does not know the voice {access.speaker}"
        return _finding("note", said, "export CAPTAINS_CARTESIA_VOICE=…")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _finding("wrong", f"{access.url} answers with an error ({status})", f"curl -i {url}")
    return _finding("ok", f"{access.url} answers ({status})")


def _finding(state: State, said: str, mend: str = "") -> Finding:
    why = "" if state == "ok" else _WHY
    return Finding(check="cartesia", state=state, said=said, why=why, mend=mend)
