"""Clips on a real bus: who may put them, what is a clip, how they are kept and served."""

from __future__ import annotations

from contextlib import aclosing

import httpx
import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings
from spectator.speech.clip import ClipKind, clip_of
from spectator.speech.uploading import Studio
from tests.spectator.wire import DEADLINE_S, client
from tests.speech.sounds import MP3_FRAME, tone

NAME = "a" * 64
WAV = f"/api/audio/{NAME}.wav"
AS_WAV = {"content-type": "audio/wav"}


async def put(bus: BusServer, path: str = WAV, content: bytes | None = None, **headers: str) -> int:
    async with client(bus) as http:
        sent = AS_WAV | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await http.put(path, content=tone() if content is None else content, headers=sent)
    return answer.status_code


def get(bus: BusServer, path: str = WAV, **headers: str) -> httpx.Response:
    return httpx.get(f"{bus.url}{path}", headers=headers, trust_env=False, timeout=DEADLINE_S)


async def test_a_clip_is_served_as_it_was_put_and_for_ever():
    with BusServer() as bus:
        assert await put(bus) == 201
        heard = get(bus)
    assert heard.content == tone()
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.headers["x-content-type-options"] == "nosniff"
    assert heard.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert heard.headers["x-audio-seconds"] == "0.200"


async def test_the_first_under_a_name_stays():
    with BusServer() as bus:
        await put(bus)
        assert await put(bus, content=tone(0.4)) == 200
        assert get(bus).content == tone()


async def test_only_publishers_put():
    with BusServer() as bus:
        async with client(bus, token="wrong") as http:
            query = f"{WAV}?token={bus.publish_token}"
            for path in (WAV, query):
                answer = await http.put(path, content=tone(), headers=AS_WAV)
                assert answer.status_code == 401


async def test_readers_need_the_read_token_where_there_is_one():
    with BusServer(settings=BusSettings(read_token="r")) as bus:
        await put(bus)
        assert get(bus).status_code == 401
        heard = get(bus, f"{WAV}?token=r")
    assert heard.status_code == 200
    assert heard.headers["cache-control"].startswith("private, ")


@pytest.mark.parametrize(
    ("path", "content", "media", "status"),
    [
        (WAV, b"<script>", "audio/wav", 422),
        (WAV, MP3_FRAME, "audio/wav", 422),
        (WAV, tone(), "text/html", 415),
        (WAV, tone(), "audio/mpeg", 415),
        (f"/api/audio/{NAME}.html", tone(), "audio/wav", 404),
        ("/api/audio/short.wav", tone(), "audio/wav", 404),
        (f"/api/audio/{NAME.upper()}.wav", tone(), "audio/wav", 404),
        (WAV, tone() + bytes(3 * 1024 * 1024), "audio/wav", 413),
    ],
)
async def test_what_is_no_clip_is_refused(path: str, content: bytes, media: str, status: int):
    with BusServer() as bus:
        assert await put(bus, path, content, content_type=media) == status
        assert get(bus).status_code == 404


async def test_the_oldest_make_room():
    size = len(tone())
    with BusServer(settings=BusSettings(max_audio_bytes=2 * size)) as bus:
        names = [f"/api/audio/{letter * 64}.wav" for letter in "abc"]
        for name in names[:2]:
            await put(bus, name)
        assert get(bus, names[0]).status_code == 200  # now the second is the oldest
        await put(bus, names[2])
        assert [get(bus, name).status_code for name in names] == [200, 404, 200]


async def test_a_publisher_asks_before_it_sends():
    with BusServer(settings=BusSettings(read_token="r")) as bus:
        async with aclosing(Studio(bus.url, bus.publish_token)) as studio:
            assert await studio.duration_of(NAME, ClipKind.WAV) is None
            assert await studio.upload(NAME, clip_of(tone())) == WAV
            assert await studio.duration_of(NAME, ClipKind.WAV) == pytest.approx(0.2)
