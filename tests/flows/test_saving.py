"""A file is saved whole or not at all, and an error says which one it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.events import EndReason
from flows.cli import main
from flows.saving import naming, save
from tests.flows.support import ROOT

# A file may hold so many bytes, and then the system refuses more of them as a full disk does.
# Bytecode too would be cut off, and stay so: Python looks at it no more once it is written.
SMALL_DISK = """
import resource, signal, sys
sys.dont_write_bytecode = True
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
"""
SAVING = f"""{SMALL_DISK}
from pathlib import Path
from flows.saving import save
save(Path(sys.argv[1]), b"x" * 4_001)
"""
APPENDING = f"""{SMALL_DISK}
from pathlib import Path
from engine.events import EndReason
from flows.ledger import RunFolder
from tests.flows.test_ledger import result
folder = RunFolder(Path(sys.argv[1]))
while True:
    folder.append(result("e1", 1, EndReason.COMPLETED))
"""
SIMULATING = f"""{SMALL_DISK}
from flows.cli import main
sys.exit(main(["simulate", "--matches", "25", "--overs", "5", "--processes", "1", *sys.argv[1:]]))
"""


def on_a_small_disk(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_a_file_that_does_not_fit_is_named_and_what_it_held_stays(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    save(kept, b"before")
    failed = on_a_small_disk(SAVING, str(kept))
    assert str(kept) in failed.stderr.splitlines()[-1]
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(kept, b"before")]


def test_an_error_that_names_a_file_goes_on_naming_it() -> None:
    with pytest.raises(OSError, match=r"theirs$"), naming(Path("ours")):
        raise OSError("theirs")
    with pytest.raises(FileNotFoundError, match=r"theirs'$"), naming(Path("ours")):
        Path("theirs").read_bytes()


def test_a_ledger_that_does_not_fit_holds_whole_lines_and_is_named(tmp_path: Path) -> None:
    failed = on_a_small_disk(APPENDING, str(tmp_path))
    assert failed.stderr.splitlines()[-1].endswith(f"'{tmp_path / 'episodes.jsonl'}'")
    lines = (tmp_path / "episodes.jsonl").read_bytes().splitlines(keepends=True)
    assert lines
    assert all(json.loads(line) and line.endswith(b"\n") for line in lines)


def test_a_simulation_that_does_not_fit_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    failed = on_a_small_disk(SIMULATING, "--out", str(out))
    assert failed.returncode == 1
    assert failed.stderr == f"{out / 'deliveries.csv.gz'}: File too large\n"
    assert len(failed.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_record_of_a_void_match_is_told_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    presets = tmp_path / "presets.yaml"
    away = "url: 'http://127.0.0.1:9/', transport_attempts: 1"
    presets.write_text(f"away: {{kind: remote, {away}}}", encoding="utf-8")
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path / "home"))
    command = ["play", "away", "random", "--captains", str(presets), "--overs", "1", "--json"]
    assert main([*command, "--runs", str(tmp_path)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["end_reason"] == EndReason.TRANSPORT
    assert Path(told["record"]).is_file()
