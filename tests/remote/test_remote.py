"""A program over HTTP leads a side, and whatever it answers is told apart by who must act."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from engine.captains import resolve
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.errors import BadPreset, MissingSecret
from engine.events import EndReason
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.tool_captains.backoff import Backoff
from tests.architecture.source import ROOT
from tests.remote.programs import Program, Reckless, serving

PROGRAMS = {
    "python": [sys.executable, str(ROOT / "examples" / "remote" / "captain.py")],
    "node": ["node", str(ROOT / "examples" / "remote" / "captain.mjs")],
}


@contextmanager
def program(language: str, token: str | None = None) -> Iterator[str]:
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin"} | ({"CAPTAIN_TOKEN": token} if token else {})
    with subprocess.Popen(PROGRAMS[language], stdout=subprocess.PIPE, text=True, env=env) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


@asynccontextmanager
async def stub(raw: bytes | None, heads: list[bytes] | None = None) -> AsyncIterator[str]:
    """A server that answers everything with `raw`; None: never. The head of each request is put to
    `heads`.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heads is not None:
            heads.append(head)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        if raw is None:
            await reader.read()
        else:
            writer.write(raw)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def http(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{headers}\r\n"
    return head.encode() + body


async def play(url: str, **settings: object) -> EpisodeResult:
    captain = {"name": "far", "kind": "remote", "url": url, **settings}
    spec = EpisodeSpec(
        episode_id="e", seed=3, overs=1, home=resolve(captain), away=resolve("baseline"),
        max_rethinks=0,
    )  # fmt: skip

    async def at_once(_: float) -> None:
        return None

    services = Services(backoff=Backoff(sleep=at_once))
    try:
        return await play_episode(spec, services=services)
    finally:
        await services.aclose()


@pytest.mark.parametrize("language", PROGRAMS)
async def test_an_example_program_leads_a_side_with_full_coverage(language: str) -> None:
    with program(language) as url:
        result = await play(url)
    assert result.end_reason is EndReason.COMPLETED
    assert result.counts[Seat.HOME].coverage == 1.0
    assert set(result.counts[Seat.HOME].sources) == {"remote"}


def _stands_for(request: dict[str, Any]) -> tuple[object, ...]:
    """What an order for a ball stands for: an over, while the same two bat."""
    game = request["observation"]["game"]
    batters = frozenset(game[end]["name"] for end in ("striker", "non_striker"))
    return request["asked"], game["innings"], game["overs"].split(".")[0], batters


async def test_with_cadence_over_a_program_is_asked_once_an_over_while_the_same_two_bat() -> None:
    asked: list[dict[str, Any]] = []
    with serving(Program, asked) as url:
        result = await play(url, cadence="over")
    balls = [each for each in asked if each["asked"] in ("delivery", "shot")]
    orders = [_stands_for(each) for each in balls if not each["observation"]["game"]["free_hit"]]
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED
    assert len(orders) == len(set(orders))
    assert counts.standing == result.deliveries - len(balls) > 0


async def test_with_cadence_over_only_what_was_asked_is_a_decision() -> None:
    asked: list[dict[str, Any]] = []
    with serving(Program, asked) as url:
        counts = (await play(url, cadence="over")).counts[Seat.HOME]
    assert counts.decisions == counts.own == len(asked)
    assert counts.sources == {"remote": len(asked)}


async def test_with_cadence_over_a_fallback_does_not_stand() -> None:
    asked: list[dict[str, Any]] = []
    with serving(Reckless, asked) as url:
        result = await play(url, cadence="over")
    faced = next(line.legal_balls for line in result.innings if line.batting == Seat.HOME.value)
    shots = sum(each["asked"] == "shot" for each in asked)
    assert result.counts[Seat.HOME].fallbacks == shots >= faced


@pytest.mark.parametrize("language", PROGRAMS)
async def test_a_program_with_a_token_is_not_played_without_it(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_TOKEN", "correct-horse-battery")
    with program(language, "correct-horse-battery") as url:
        without = await play(url)
        assert without.end_reason is EndReason.BAD_SETTINGS
        assert "captain 'far': token_env, which is not given" in (without.error or "")
        assert (await play(url, token_env="FAR_TOKEN")).end_reason is EndReason.COMPLETED


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (http("200 OK", b""), "empty"),
        (http("200 OK", b"well played"), "malformed"),
        (http("200 OK", b"[" * 60_000), "malformed"),
        (http("200 OK", b'{"tool": 7}'), "malformed"),
        (http("200 OK", b'{"tool": "bowl_delivery", "why": 1}'), "malformed"),
        (http("200 OK", b'{"tool": "declare"}'), "unknown_tool"),
        (http("200 OK", b"x" * 70_000), "malformed"),
        (http("400 Bad Request", b""), "refused"),
    ],
)
async def test_an_unusable_answer_is_counted_under_its_name(raw: bytes, problem: str) -> None:
    async with stub(raw) as url:
        result = await play(url)
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED
    assert counts.problems == {problem: counts.fallbacks}


async def test_an_answer_past_the_deadline_is_the_captains_own() -> None:
    async with stub(None) as url:
        result = await play(url, deadline_s=0.01, on_failure="forfeit")
    assert result.end_reason is EndReason.FORFEIT
    assert result.counts[Seat.HOME].problems == {"late": 1}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        http("503 Service Unavailable", b""),
        http("429 Too Many Requests", b"", "retry-after: 2\r\n"),
    ],
)
async def test_what_is_not_the_captains_doing_is_transport(raw: bytes) -> None:
    async with stub(raw) as url:
        result = await play(url, transport_attempts=2)
    assert result.end_reason is EndReason.TRANSPORT


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/", "http://[::1/", "http://h\x1b/", "http://h/\x1b"]
)
def test_an_address_that_cannot_be_is_refused_before_the_match(url: str) -> None:
    with pytest.raises(BadPreset, match="url"):
        resolve({"name": "far", "kind": "remote", "url": url})


async def test_a_program_is_sent_no_cookie() -> None:
    heads = list[bytes]()
    answer = http("200 OK", b"{}", "set-cookie: who=me; path=/\r\n")
    async with stub(answer, heads) as url:
        await play(url)
    assert len(heads) > 1
    assert not [head for head in heads if b"cookie" in head.lower()]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (http("404 Not Found", b""), "takes no questions (status 404)"),
        (http("307 Temporary Redirect", b"", "location: http://127.0.0.1:1/\r\n"), "redirects"),
    ],
)
async def test_a_wrong_address_is_the_organisers_to_mend(raw: bytes, why: str) -> None:
    async with stub(raw) as url:
        result = await play(url)
    assert (result.end_reason, result.failed) == (EndReason.BAD_SETTINGS, Seat.HOME)
    assert (result.error or "").startswith("captain 'far': url: ")
    assert why in (result.error or "")


async def test_a_token_that_is_not_there_is_missed_before_the_match() -> None:
    with pytest.raises(MissingSecret, match="CAPTAINS_NO_SUCH_TOKEN"):
        await play("http://127.0.0.1:1/", token_env="CAPTAINS_NO_SUCH_TOKEN")


async def test_a_token_that_a_program_sends_back_is_in_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAR_TOKEN", "correct-horse-battery")
    body = json.dumps({"tool": "correct-horse-battery"}).encode()
    async with stub(http("200 OK", body)) as url:
        result = await play(url, token_env="FAR_TOKEN")
    assert "correct-horse" not in repr(result)
