"""The spool: what was written is read, in order, whoever reads it, and nothing is read twice."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectator.outbox import Outbox
from spectator.spool import Spool, SpoolFile
from spectator.streams import StreamName
from tests.spectator.matches import match_events

STREAM = StreamName("m/1")
LINES = [event.line for event in match_events("m", seed=3, overs=2)]
EVENTS = st.integers(1, len(LINES) + 5)
WITHOUT_END = LINES[0].decode()  # a power cut took the rest of the file
ROOM = st.integers(0, 10_000)


@contextmanager
def spool() -> Iterator[Spool]:
    with tempfile.TemporaryDirectory() as folder:
        yield Spool(Path(folder) / "run" / "spool")


def written(spool: Spool, lines: list[bytes] = LINES) -> SpoolFile:
    log = spool.create(STREAM, 1)
    assert log.append(lines) == len(lines)
    return log


@given(st.lists(st.integers(0, len(LINES))), EVENTS, ROOM)
def test_what_is_written_in_pieces_is_read_in_pieces(
    cuts: list[int], events: int, room: int
) -> None:
    with spool() as folder:
        log = folder.create(STREAM, 1)
        for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(LINES)], strict=True):
            log.append(LINES[begin:end])
        found: list[bytes] = []
        while len(found) < len(LINES):
            found += log.read(1 + len(found), events, room)
        log.remove()
    assert found == LINES


@given(st.lists(st.integers(1, len(LINES)), min_size=1), EVENTS)
def test_it_can_be_read_from_anywhere_in_any_order(numbers: list[int], events: int) -> None:
    with spool() as folder:
        log = written(folder)
        for number in numbers:
            assert log.read(number, events, 1_000_000) == LINES[number - 1 : number - 1 + events]
        log.remove()


@given(st.integers(0, 400))
def test_a_torn_line_costs_only_itself(torn: int) -> None:
    with spool() as folder:
        log = written(folder)
        log.leave()
        os.truncate(log.path, max(len(LINES[0]) + 1, log.path.stat().st_size - torn))
        whole = log.path.read_bytes().count(b"\n")
        (found,) = folder.orphans(5)
        assert (found.stream, found.first, found.end) == (STREAM, 1, whole + 1)
        assert found.read(1, len(LINES), 1_000_000) == LINES[:whole]
        found.remove()


def test_a_file_that_is_held_is_nobody_elses() -> None:
    with spool() as folder:
        log = written(folder)
        assert folder.orphans(5) == []
        log.leave()
        (found,) = folder.orphans(5)
        assert folder.orphans(5) == []
        found.remove()
        assert folder.streams_left() == 0


def test_what_is_no_spool_is_set_aside() -> None:
    with spool() as folder:
        written(folder).leave()
        for name, text in (
            ("a", ""),
            ("b", "no JSON\n"),
            ("c", "[1]\n"),
            ("d", '{"seq": 1}'),
            ("e", WITHOUT_END),
        ):
            (folder.folder / f"{name}.jsonl").write_text(text)
        (found,) = folder.orphans(10)
        found.remove()
        assert folder.streams_left() == 0
        assert len(list(folder.folder.glob("*.strange"))) == 5


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    nothing = Spool(tmp_path / "none")
    assert (nothing.orphans(5), nothing.streams_left()) == ([], 0)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full, as far as this process can tell."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 1, 700, 5_000])
def test_a_full_disk_keeps_whole_lines_and_says_so(room: int) -> None:
    with spool() as folder:
        log = folder.create(STREAM, 1)
        with files_of_at_most(room):
            whole = log.append(LINES)
        assert whole < len(LINES)
        assert log.broken == "File too large"
        assert log.path.read_bytes() == b"".join(line + b"\n" for line in LINES[:whole])
        assert log.append(LINES) == 0
        log.remove()


def test_what_the_disk_does_not_take_stays_in_memory_and_in_order() -> None:
    with spool() as folder:
        box = Outbox(stream=STREAM, fence=None)
        with files_of_at_most(5_000):
            for line in LINES:
                box.add(line)
                box.to_disk(folder)
        assert box.disk == "File too large"
        found: list[bytes] = []
        while box.waiting:
            lines = box.next_lines(7, 1_000_000, at_least_one=True)
            found += lines
            box.accepted(box.next_seq + len(lines))
        assert found == LINES
        box.retire()
