"""The key is nowhere but in the request, whatever the endpoint does with it."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record import RecordWriter
from engine.tool_captains.redacting import MASK, Redactor
from engine.tool_captains.response_cache import SqliteCache
from tests.llm.matches import match, played
from tests.llm.obtainers import Sleeper, lend
from tests.llm.stub import Said, fails, plays, says, stub

KEY = "sk-test-9f8e7d6c5b4a+/Zz0123456789"
ECHOES = (
    KEY,
    quote(KEY, safe=""),
    base64.b64encode(KEY.encode()).decode(),
    base64.b64encode(f"user:{KEY}".encode()).decode(),
    f"Incorrect API key provided: {KEY[:8]}****{KEY[-4:]}.",
    f"{KEY[:12]}…",
    KEY[5:-5],
    json.dumps(KEY),
)
TRACES = (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()[:24], KEY[:8], KEY[-6:])


@pytest.mark.parametrize("echo", ECHOES)
def test_no_form_of_an_echo_stays(echo: str) -> None:
    cleaned = Redactor(KEY).clean_error(f"before {echo} after")
    assert MASK in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")
    assert not any(trace in cleaned for trace in TRACES)


@given(st.text(max_size=80), st.text(max_size=80), st.text(min_size=6, max_size=60))
def test_whatever_surrounds_it_the_key_goes(before: str, after: str, key: str) -> None:
    if key not in MASK:
        assert key not in Redactor(key).clean(before + key + after).replace(MASK, "\0")


@given(st.text(alphabet="abcdefgh ", max_size=200))
def test_other_text_stays_as_it_is(text: str) -> None:
    assert Redactor(KEY).clean_error(text) == text


@pytest.mark.parametrize("key", [None, "", "none", "x"])
def test_what_is_no_secret_hides_nothing(key: str | None) -> None:
    assert Redactor(key).clean_error("none of x…") == "none of x…"


def _echoing(request: dict[str, Any]) -> Said:
    """A right answer with the key wherever a key could be."""
    answer = plays(request, reason=f"because {KEY}")
    answer["model"] = f"stub-{KEY}"
    answer["choices"][0]["message"] |= {"reasoning": KEY, "content": f"{KEY} {quote(KEY)}"}
    said = says(answer)
    return Said(body=said.body, headers={"x-echo": KEY, "set-cookie": f"a={KEY}"}, reason=KEY)


def _everything(folder: Path, log: pytest.LogCaptureFixture, result: object) -> str:
    files = [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]
    lines = [f"{record.getMessage()} {record.args} {record.exc_text}" for record in log.records]
    return "\n".join([*files, *lines, repr(result)])


@pytest.mark.parametrize("fails_with", [None, 400, 401, 404, 429, 500, 503])
async def test_no_event_record_or_log_line_holds_the_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fails_with: int | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CAPTAINS_TEST_KEY", KEY)

    async def answer(request: dict[str, Any]) -> Said:
        if fails_with is None:
            return _echoing(request)
        said = fails(fails_with, "; ".join(ECHOES), KEY, x_echo=KEY)
        return Said(status=said.status, body=said.body, headers=said.headers, reason=KEY)

    services = lend(Sleeper(), cache=SqliteCache(tmp_path / "answers.db"))
    async with stub(answering=answer) as endpoint:
        spec = match(endpoint.url, api_key_env="CAPTAINS_TEST_KEY", transport_attempts=2)
        writer = RecordWriter(tmp_path, spec.episode_id, spec.attempt)
        result = await played(spec, services, [writer])
        await writer.aclose()
        await services.aclose()
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    left = _everything(tmp_path, caplog, result)
    assert "episode.ended" in left
    assert not [trace for trace in TRACES if trace in left]
