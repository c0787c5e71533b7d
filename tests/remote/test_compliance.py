"""The suite for programs passes those that may play, and says of each other one what it does."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calls import CricketAction
from engine.captains.remote import RemoteSettings
from engine.compliance import ALLOWED, Address, Report, Verdict, examine
from engine.compliance.questions import Question
from engine.compliance.rehearsals import questions, the_longest
from engine.compliance.sampling import features, sample
from engine.errors import CallError
from engine.tool_captains.remote.wire import RemoteRequest
from engine.tools import TOOLS
from flows.cli import main
from flows.cli.compliance import _curl
from tests.docs.pages import named, section
from tests.llm.test_any_bytes import JUNK
from tests.remote import programs
from tests.remote.test_remote import PROGRAMS, http, program, stub
from tests.spectator.processes import free_port

SIZE = 20
TOKEN = "correct-horse-battery"


async def report_on(url: str, token: str | None = None, timeout_s: float = 20.0) -> Report:
    address = Address(url=url, token=token, timeout_s=timeout_s)
    return await examine(address, size=SIZE, seed=1)


def failed(report: Report) -> list[str]:
    return [check.name for check in report.checks if check.verdict is Verdict.FAILED]


@pytest.mark.parametrize("language", PROGRAMS)
async def test_an_example_program_passes_every_check(language: str) -> None:
    with program(language, TOKEN) as url:
        report = await report_on(url, TOKEN)
    assert failed(report) == []
    assert report.passed == report.applicable == len(ALLOWED)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (programs.Mute, "is reachable"),
        (programs.Lost, "answers with a call"),
        (programs.Chatting, "answers with a call"),
        (programs.Declaring, "picks a tool that is offered"),
        (programs.Reckless, "gives legal arguments"),
        (programs.Once, "answers the same request again"),
        (programs.Offended, "answers after a refusal"),
        (programs.Latin, "reads every name"),
        (programs.Strict, "ignores fields it does not know"),
        (programs.Small, "takes the largest request"),
        (programs.Confused, "keeps requests apart"),
        (programs.Remembering, "needs nothing but the request"),
        (programs.Fragile, "survives a broken connection"),
    ],
)
async def test_a_program_fails_the_check_for_what_it_gets_wrong(
    wrong: type[programs.Program], check: str
) -> None:
    with programs.serving(wrong) as url:
        assert failed(await report_on(url)) == [check]


async def test_a_program_that_never_answers_is_late_and_the_suite_gives_up() -> None:
    with programs.serving(programs.Silent) as url:
        assert failed(await report_on(url, timeout_s=0.5)) == ["answers in time"]


async def test_a_program_that_does_not_look_at_its_token_fails_for_that() -> None:
    with programs.serving(programs.Program) as url:
        assert failed(await report_on(url, TOKEN)) == ["wants its token"]


async def test_the_checks_are_those_that_are_told_whatever_comes() -> None:
    with programs.serving(programs.Mute) as url:
        report = await report_on(url)
    assert {check.name: check.allowed for check in report.checks} == ALLOWED


@pytest.mark.parametrize("check", ALLOWED)
def test_a_check_has_a_row_on_the_page(check: str) -> None:
    assert f"| {check} |" in section("docs/remote-captains.md", "Is it ready?")


# --- what is asked -------------------------------------------------------------------------------


def test_the_smallest_sample_shows_every_tool_and_everything_rare() -> None:
    shown = frozenset[str]().union(*map(features, sample(SIZE, 7)))
    assert {f"offers {tool}" for tool in TOOLS} <= shown
    rare = {"free hit", "last pair", "one player is legal", "one field is legal", "has a reply"}
    assert rare | {"super over shot", "offers only what answers", "chase innings, shot"} <= shown


def test_the_same_seed_asks_the_same_requests() -> None:
    def bodies() -> list[bytes]:
        sample.cache_clear()
        return [question.body("e", 1.0) for question in sample(SIZE, 3)]

    assert bodies() == bodies()


def test_every_request_is_of_the_published_schema() -> None:
    asked = [*sample(SIZE, 1), max(questions(the_longest(), 1), key=lambda q: len(q.body("e", 1)))]
    for question in asked:
        RemoteRequest.model_validate_json(question.body("e", 1.0))


def test_asking_changes_nothing_about_a_question() -> None:
    question: Question = sample(SIZE, 1)[5]
    before = question.body("e", 1.0)
    with pytest.raises(CallError):
        question.after(CricketAction(tool="declare"))
    question.after_refusal(CricketAction(tool="declare"))
    assert question.body("e", 1.0) == before


# --- the command ---------------------------------------------------------------------------------


def test_the_command_says_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    with programs.serving(programs.Program) as url:
        assert main(["compliance", url, "--decisions", str(SIZE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "13 of 13 checks passed"
    assert all(any(name in line for line in lines) for name in ALLOWED)


def test_a_request_that_failed_is_saved_as_it_was_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "failed"
    with programs.serving(programs.Small) as url:
        said = ["compliance", url, "--decisions", str(SIZE), "--out", str(out), "--json"]
        assert main(said) == 1
        document = json.loads(capsys.readouterr().out)
        (file,) = [file for check in document["checks"] for file in check["requests"]]
        with pytest.raises(urllib.error.HTTPError, match="413"):
            urllib.request.urlopen(urllib.request.Request(url, Path(file).read_bytes()))
    assert [str(path) for path in out.iterdir()] == [file]
    assert (document["checks_passed"], document["checks_made"]) == (12, 13)
    told = named(section("docs/cli.md", "`captains compliance"))
    assert not {*document, *document["checks"][0], *document["latency"]} - told


def test_the_report_is_told_although_requests_cannot_be_saved(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "01-is-reachable-1.json").mkdir()  # in the file's place
    nobody = f"http://127.0.0.1:{free_port()}/"
    assert main(["compliance", nobody, "--out", str(tmp_path), "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["checks"][0]["verdict"] == "fail"
    assert "not all requests are saved" in told.err


def test_a_program_may_be_named_by_a_preset(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with programs.serving(programs.Silent) as url:
        file = tmp_path / "captains.yaml"
        file.write_text(f"mine: {{kind: remote, url: '{url}', deadline_s: 0.05}}\n")
        assert main(["compliance", "--preset", "mine", "--captains", str(file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["url"], told["timeout_s"]) == (url, 0.05)


def test_nothing_that_a_program_sends_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    with programs.serving(programs.Chatting) as url:
        assert main(["compliance", url, "--decisions", str(SIZE)]) == 1
    told = capsys.readouterr().out
    assert "u001b[31mwell" in told
    assert all(c.isprintable() or c == "\n" for c in told)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ftp://x/"], "allowed: http://HOST:PORT/PATH or https://"),
        (["http://127.0.0.1:99999/"], "allowed: http://HOST:PORT/PATH or https://"),
        (["http://user:secret@h/"], "allowed: http://HOST:PORT/PATH or https://"),
        (["http://h\x1b[31m/"], "allowed: http://HOST:PORT/PATH or https://"),
        ([], "allowed: URL or --preset NAME"),
        (["http://h/", "--preset", "heuristic"], "allowed: URL or --preset NAME"),
        (["--preset", "heuristic"], "allowed: a captain of kind remote"),
        (["--preset", "nobody"], "unknown captain"),
        (["http://h/", "--decisions", "19"], "allowed: 20 to 1000"),
        (["http://h/", "--timeout", "0"], "allowed: above 0, to 3600 seconds"),
        (["http://h/", "--timeout", "nan"], "allowed: above 0, to 3600 seconds"),
        (["http://h/", "--seed", "-1"], "allowed: 0 to"),
        (["http://h/", "--token-env", "a-b"], "environment variable"),
        (["http://h/", "--token-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (["http://h/", "--out", "/dev/null"], "allowed: a folder"),
    ],
)
def test_wrong_input_is_told_with_what_is_allowed(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compliance", *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert "\x1b" not in told.err


# --- whatever comes ------------------------------------------------------------------------------

CALLS = st.builds(
    lambda tool, arguments: json.dumps({"tool": tool, "arguments": arguments}).encode(),
    st.sampled_from([*TOOLS, "declare"]),
    st.dictionaries(st.sampled_from(["player", "elect", "aggression", "reason"]), JUNK) | JUNK,
)
BODIES = st.binary(max_size=60) | JUNK.map(lambda junk: json.dumps(junk).encode()) | CALLS
STATUSES = ["200 OK"] * 4 + ["204 No Content", "302 Found", "429 Busy", "500 Broken", "999 \xff"]
HEADERS = ["", "retry-after: 0\r\n", "set-cookie: a=b\r\n", "content-encoding: gzip\r\n", "x\r\n"]
ANSWERS = st.builds(http, st.sampled_from(STATUSES), BODIES, st.sampled_from(HEADERS))
CUT = st.builds(lambda raw, end: raw[:end], ANSWERS, st.integers(0, 120))


@given(ANSWERS | CUT | st.binary(max_size=80))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_bytes_come_there_is_a_report(raw: bytes) -> None:
    async def reported() -> Report:
        async with stub(raw) as url:
            return await report_on(url, timeout_s=0.5)

    report: Any = asyncio.run(reported())
    assert {check.name for check in report.checks} == ALLOWED.keys()
    assert failed(report)
    assert all(check.seen.isprintable() for check in report.checks)


def test_the_line_to_be_copied_into_a_shell_is_quoted() -> None:
    program = RemoteSettings(url="http://127.0.0.1:1/$(reboot)")
    assert _curl(program, Path("a b.json")).endswith("'@a b.json' 'http://127.0.0.1:1/$(reboot)'")
