"""The embedded server: shared while it is used, gone when it is not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from flows.server import Server, ServerUnavailable, answers, server
from tests.flows.support import DEADLINE_S

pytestmark = pytest.mark.prefect


def test_a_second_command_joins_the_first(prefect_server: Server) -> None:
    home = Path(os.environ["PREFECT_HOME"]).parent
    address = os.environ.pop("PREFECT_API_URL")
    try:
        begun: list[str] = []
        with server(home, starting=lambda: begun.append("one")) as joined:
            assert joined == prefect_server
        assert begun == []
        assert answers(prefect_server.api_url)
    finally:
        os.environ["PREFECT_API_URL"] = address


def test_a_named_server_must_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ServerUnavailable, match="no Prefect server answers"), server(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_server_ends_with_its_last_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setattr("flows.server.START_TIMEOUT_S", DEADLINE_S)
    with server(tmp_path, stop_s=lambda: DEADLINE_S) as started:
        monkeypatch.delenv("PREFECT_API_URL")
        with server(tmp_path) as joined:
            assert joined == started
        pid = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))["pid"]
        assert answers(started.api_url)
    assert not answers(started.api_url, timeout_s=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
