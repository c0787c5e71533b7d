"""Records: what was told is what is on disk, or it is refused with its line."""

from __future__ import annotations

import asyncio
import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.captains import resolve
from engine.episode import play_episode
from engine.errors import BrokenRecord
from engine.events import EndReason
from engine.models import Models
from engine.record import (
    RecordWriter,
    claimed,
    ending_of,
    header_of,
    put_aside,
    read_record,
    record_path,
)
from engine.replay import replay_record
from engine.spec import EpisodeSpec
from tests.doubles import FlatModel, Remembering, RunsValue

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())
SPEC = EpisodeSpec(
    episode_id="kept", seed=11, overs=1, home=resolve("baseline"), away=resolve("random")
)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    writer = RecordWriter(tmp_path, "kept", 1)
    asyncio.run(play_episode(SPEC, observers=[writer], models=MODELS))
    return record_path(tmp_path, "kept")


def test_the_header_rebuilds_the_spec(record: Path) -> None:
    header = header_of(record)
    assert EpisodeSpec.model_validate(header.data.spec) == SPEC
    assert header.data.coefficients_digest == "flat"
    assert set(header.data.versions) >= {"captains", "numpy"}


def test_a_torn_last_line_is_refused(record: Path) -> None:
    record.write_bytes(record.read_bytes()[:-40])
    with pytest.raises(BrokenRecord):
        list(read_record(record))
    with pytest.raises(BrokenRecord):
        ending_of(record)


def test_a_torn_last_line_is_told_with_its_number(record: Path) -> None:
    content = record.read_bytes()
    record.write_bytes(content[:-30])
    torn = content.count(b"\n")
    with pytest.raises(BrokenRecord, match=rf":{torn}: the line: Invalid JSON"):
        ending_of(record)


def test_a_missing_event_is_refused_with_its_line(record: Path) -> None:
    lines = record.read_text().splitlines()
    del lines[4]
    record.write_text("\n".join(lines) + "\n")
    with pytest.raises(BrokenRecord, match=r":5: event 6 where 5 belongs"):
        list(read_record(record))


def test_an_unknown_field_is_refused_by_name(record: Path) -> None:
    lines = record.read_text().splitlines()
    first = json.loads(lines[0])
    first["data"]["sponsor"] = "x"
    record.write_text("\n".join([json.dumps(first), *lines[1:]]))
    with pytest.raises(BrokenRecord, match="sponsor"):
        header_of(record)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenRecord, match="No such file"):
        ending_of(tmp_path / "nothing.jsonl")


def test_an_episode_that_never_ended_leaves_no_record(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path, "kept", 1)
    writer.close()
    assert list(tmp_path.iterdir()) == []


def put_aside_before_it_is_locked(
    monkeypatch: pytest.MonkeyPatch, meddle: Callable[[], None]
) -> None:
    """Somebody else comes between the first file's making and its lock."""
    lock, first = fcntl.flock, [True]

    def flock(file: Any, how: int) -> None:
        if first.pop() if first else False:
            meddle()
        lock(file, how)

    monkeypatch.setattr("engine.record.fcntl.flock", flock)


def test_a_record_that_is_put_aside_as_it_begins_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddle() -> None:
        (begun,) = tmp_path.glob("*.part")
        assert put_aside(begun)

    put_aside_before_it_is_locked(monkeypatch, meddle)
    writer = RecordWriter(tmp_path, "kept", 1)
    asyncio.run(play_episode(SPEC, observers=[writer], models=MODELS))
    assert writer.path == record_path(tmp_path, "kept")


def test_a_number_whose_claim_goes_as_another_takes_it_is_had_by_nobody_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddle() -> None:
        (tmp_path / "kept.1.claim.part").unlink()  # as he does who is done with it

    put_aside_before_it_is_locked(monkeypatch, meddle)
    with claimed(tmp_path, "kept", 1) as one, claimed(tmp_path, "kept", 1) as other:
        assert one != other


def test_a_void_attempt_does_not_take_the_records_place(tmp_path: Path) -> None:
    spec = SPEC.model_copy(update={"step_limit": 5, "attempt": 2})
    writer = RecordWriter(tmp_path, "kept", 2)
    asyncio.run(play_episode(spec, observers=[writer], models=MODELS))
    assert not record_path(tmp_path, "kept").exists()
    assert writer.path is not None
    assert writer.path.parent.name == "void"
    assert ending_of(writer.path).data.end_reason is EndReason.STEP_LIMIT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"outcome":"0"', '"outcome":"6"'),
        ('"runs":', '"runs":9'),
        ('"shot":"', '"shot":"loft","x":"'),
    ],
)
def test_a_record_whose_play_was_changed_does_not_replay(record: Path, old: str, new: str) -> None:
    text = record.read_text()
    assert old in text
    record.write_text(text.replace(old, new))
    try:
        replay = asyncio.run(replay_record(record, models=MODELS))
    except BrokenRecord:
        return
    assert not replay.identical


def test_a_record_whose_result_was_changed_does_not_replay(record: Path) -> None:
    lines = record.read_text().splitlines()
    last = json.loads(lines[-1])
    last["data"]["winner"] = "away" if last["data"]["winner"] == "home" else "home"
    record.write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n")
    replay = asyncio.run(replay_record(record, models=MODELS))
    assert replay.is_sound
    assert not replay.identical


FULL_DISK = """
import sys
sys.dont_write_bytecode = True  # a file of it that is cut off would be read by whoever comes next
import asyncio, resource, signal
from pathlib import Path
from engine.captains import resolve
from engine.episode import play_episode
from engine.spec import EpisodeSpec
from engine.record import RecordWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
spec = EpisodeSpec(
    episode_id="full", seed=1, overs=5, home=resolve("baseline"), away=resolve("random")
)
writer = RecordWriter(Path(sys.argv[1]), "full", 1)
result = asyncio.run(play_episode(spec, observers=[writer]))
writer.close()
print(result.end_reason, writer.path, *result.observer_failures)
"""


def test_a_full_disk_names_the_record_and_leaves_nothing(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": ""},
    ).stdout
    assert told.startswith("completed None RecordWriter: OSError")
    assert str(tmp_path) in told
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import asyncio
from engine.captains import resolve
from engine.episode import play_episode
from engine.spec import EpisodeSpec
spec = EpisodeSpec(
    episode_id="other", seed=5, overs=5, home=resolve("heuristic"), away=resolve("random")
)
print(asyncio.run(play_episode(spec)).record_digest)
"""


def test_another_process_plays_the_same_match() -> None:
    """With the shipped models, and another hash seed: nothing hangs on the order of sets."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_the_digest_is_of_the_play_and_not_of_its_circumstances() -> None:
    async def play(attempt: int, value: bool) -> str:
        models = Models(ball=FlatModel(), value_for=lambda _: RunsValue() if value else None)
        spec = SPEC.model_copy(update={"attempt": attempt, "episode_id": f"e{attempt}"})
        result = await play_episode(spec, observers=[Remembering()], models=models)
        return result.record_digest

    assert len({asyncio.run(play(1, value=True)), asyncio.run(play(2, value=False))}) == 1


def _with_header(record: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The record, `change` made to what its first line says."""
    first, *rest = record.read_text(encoding="utf-8").splitlines()
    header = json.loads(first)
    change(header["data"])
    record.write_text("\n".join([json.dumps(header), *rest]) + "\n", encoding="utf-8")
    return record


def _women_away(data: dict[str, Any]) -> None:
    data["squads"][1]["game"] = "women"


def _women_over_fifty_overs(data: dict[str, Any]) -> None:
    for squad in data["squads"]:
        squad["game"] = "women"
    data["spec"]["overs"] = 50


def _too_good(data: dict[str, Any]) -> None:
    data["squads"][0]["players"][0]["skill"]["scoring"] = 9.0


def _quoted_skill(data: dict[str, Any]) -> None:
    data["squads"][0]["players"][0]["skill"]["scoring"] = "0.1"


def _true_overs(data: dict[str, Any]) -> None:
    data["spec"]["overs"] = True


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_women_away, "women cannot play men"),
        (_women_over_fifty_overs, "women play 1 to 20 overs"),
        (_too_good, "a skill lies between"),
        (_quoted_skill, "skill.scoring: Input should be a valid number"),
        (_true_overs, "overs: Input should be a valid integer"),
    ],
)
def test_a_header_of_a_match_that_cannot_be_is_refused(
    record: Path, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    with pytest.raises(BrokenRecord, match=f"header: .*{why}"):
        asyncio.run(replay_record(_with_header(record, change), models=MODELS))
