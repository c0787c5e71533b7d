"""The file that leads a browser on: nobody else reads it, and the browser takes no harm from it."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.cli.door import NAME, door_to

PAGE = "http://127.0.0.1:8765/start#token=secret"


def test_only_its_owner_reads_it_whatever_lay_there(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("before")
    (tmp_path / NAME).chmod(0o666)
    file = Path(unquote(urlsplit(door_to(PAGE, tmp_path)).path))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PAGE in file.read_text()


def test_the_address_of_the_file_holds_no_token(tmp_path: Path) -> None:
    assert "secret" not in door_to(PAGE, tmp_path)


def test_an_address_stays_an_address(tmp_path: Path) -> None:
    door_to('http://127.0.0.1/"><script>', tmp_path)
    assert "<script>" not in (tmp_path / NAME).read_text()
