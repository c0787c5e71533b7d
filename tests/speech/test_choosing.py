"""Which voice speaks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.tool_captains.limiting import AdaptiveLimiter
from spectator.speech import Unavailable, Wish, choose_voices, look_around
from spectator.speech.choosing import Chosen

KEY = {"CARTESIA_API_KEY": "sk_car_secret"}
NOTHING = {"PATH": ""}


@pytest.fixture
def path(tmp_path: Path) -> dict[str, str]:
    """A path with something called espeak-ng on it."""
    program = tmp_path / "espeak-ng"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return {"PATH": str(tmp_path)}


def chosen(environ: Mapping[str, str], wish: Wish = Wish.AUTO) -> Chosen:
    return choose_voices(wish, environ, AdaptiveLimiter())


async def test_cartesia_is_first_and_espeak_stands_by(path: dict[str, str]):
    found = chosen(path | KEY)
    assert [voice.name for voice in found.voices] == ["cartesia", "espeak"]
    assert found.said == "speech: cartesia"


def test_without_a_key_it_is_said_why(path: dict[str, str]):
    found = chosen(path)
    assert found.said.startswith("speech: espeak (cartesia: CARTESIA_API_KEY is not set; piper: ")


def test_with_nothing_the_browser_speaks():
    found = chosen(NOTHING)
    assert found.voices == ()
    assert found.said.startswith("speech: the browser's own voice (")


async def test_what_is_asked_for_is_not_overtaken(path: dict[str, str]):
    found = chosen(path | KEY, Wish.ESPEAK)
    assert [voice.name for voice in found.voices] == ["espeak"]
    assert found.said == "speech: espeak"


@pytest.mark.parametrize("wish", [Wish.CARTESIA, Wish.PIPER, Wish.ESPEAK])
def test_a_voice_that_is_not_there_is_refused_by_its_name(wish: Wish):
    with pytest.raises(Unavailable, match=f"speech {wish}: .*; allowed: auto"):
        chosen(NOTHING, wish)


@pytest.mark.parametrize("key", ["a\nb", " spaced ", "ünal"])
def test_a_key_that_no_header_holds_is_no_key_and_is_not_shown(key: str):
    (found, *_) = look_around({"CARTESIA_API_KEY": key})
    assert found.why_not is not None
    assert key not in found.why_not


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://[::1", "http://a:port", "nothing"])
def test_an_address_of_cartesia_that_is_none_is_told(url: str):
    (found, *_) = look_around(KEY | {"CAPTAINS_CARTESIA_URL": url})
    assert found.why_not == "CAPTAINS_CARTESIA_URL is no http(s) address"


async def test_the_key_is_in_nothing_that_is_said(path: dict[str, str]):
    found = chosen(path | KEY)
    assert KEY["CARTESIA_API_KEY"] not in f"{found} {look_around(path | KEY)}"


def test_piper_needs_a_voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    named = lambda name: object() if name == "piper" else None  # noqa: E731
    monkeypatch.setattr("spectator.speech.choosing.find_spec", named)
    assert "CAPTAINS_PIPER_VOICE" in str(look_around(NOTHING)[1].why_not)
    voice = tmp_path / "joe.onnx"
    voice.touch()
    found = chosen(NOTHING | {"CAPTAINS_PIPER_VOICE": str(voice)}, Wish.PIPER)
    assert [(v.name, v.speaker) for v in found.voices] == [("piper", "joe")]
