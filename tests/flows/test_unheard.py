"""Commands whose streams are closed, full, or read by nobody: no traceback, and no file of ours in
their place.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.support import DEADLINE_S, PROGRAM, ROOT


def shell(command: str, *redirections: str) -> subprocess.CompletedProcess[str]:
    """A command of ours as a shell starts it."""
    return subprocess.run(
        [
            "sh",
            "-c",
            " ".join(['exec "$0" -c "$1"', command, *redirections]),
            sys.executable,
            PROGRAM,
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.mark.parametrize("closed", [(">&-",), ("2>&-",), (">&-", "2>&-", "<&-")])
@pytest.mark.parametrize(("command", "code"), [("packs", 0), ("schema nothing", 2)])
def test_a_closed_stream_is_as_one_that_nobody_reads(
    command: str, code: int, closed: tuple[str, ...]
) -> None:
    done = shell(command, *closed)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def number_of_a_file(opened: str, *closed: str) -> int:
    """Which number the file gets that the expression `opened` opens, in a program of ours whose
    streams are closed.
    """
    code = (
        "import os, sys; from multiprocessing import get_context;"
        "from flows.cli.app import _open_streams; _open_streams();"
        f"file = {opened}; print('told'); sys.exit(file)"
    )
    done = subprocess.run(
        ["sh", "-c", " ".join(['exec "$0" -c "$1"', *closed]), sys.executable, code],
        cwd=ROOT,
        timeout=DEADLINE_S,
        check=False,
    )
    return done.returncode


def test_a_file_that_is_opened_gets_no_streams_number(tmp_path: Path) -> None:
    record = tmp_path / "record"
    assert number_of_a_file(f"os.open({str(record)!r}, os.O_RDWR | os.O_CREAT)", ">&-", "<&-") > 2
    assert record.read_bytes() == b""


def test_a_file_that_a_process_of_ours_opens_gets_no_streams_number() -> None:
    opened = "get_context('spawn').Pool(1).apply(os.open, (os.devnull, os.O_RDWR))"
    assert number_of_a_file(opened, ">&-", "2>&-", "<&-") > 2


@pytest.mark.parametrize("command", ["packs --json", "schema nothing --json"])
def test_a_full_disk_below_stdout_is_told_by_its_name(command: str) -> None:
    done = shell(command, ">/dev/full")
    told = "stdout: No space left on device" if command.startswith("packs") else "no schema"
    assert (done.returncode > 0, told in done.stderr, "Traceback" in done.stderr) == (
        True,
        True,
        False,
    )


def test_an_error_that_nobody_reads_keeps_its_exit_code() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "schema", "nothing", "--json"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=DEADLINE_S,
        check=False,
    )
    os.close(write)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
