"""What of a command's server and bus is there once the command has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli.only import Hold, take
from flows.cli.session import Session
from flows.cli.up import DEFAULT_PORT, tell_port
from flows.play import BusAddress
from flows.server import Server
from flows.stage import Stage
from spectator import BusServer


def session(home: Path, bus: str = "http://127.0.0.1:9", *, bus_stays: bool = True) -> Session:
    return Session(
        server=Server(api_url="http://127.0.0.1:9/api", embedded=True),
        stage=Stage(bus=BusAddress(url=bus, token="t"), bus_stays=bus_stays),
        home=home,
    )


def test_an_embedded_server_stays_where_an_up_uses_it(tmp_path: Path) -> None:
    assert not session(tmp_path).server_stays()
    hold = take(tmp_path)
    assert isinstance(hold, Hold)
    hold.tell({"pid": 1, "prefect": "http://127.0.0.1:9", "page": "p"})
    assert session(tmp_path).server_stays()
    hold.leave()


def test_the_page_of_a_bus_of_its_own_ends_with_a_command(tmp_path: Path) -> None:
    with BusServer() as bus:
        assert session(tmp_path, bus.url).lasting_page() == f"{bus.url}/"
        assert session(tmp_path, bus.url, bus_stays=False).lasting_page() is None


def test_the_page_of_a_bus_that_is_gone_is_not_told(tmp_path: Path) -> None:
    assert session(tmp_path).lasting_page() is None


@pytest.mark.parametrize(
    ("asked", "port", "told"),
    [(None, 4711, True), (None, DEFAULT_PORT, False), (4711, 4711, False), (0, 4711, False)],
)
def test_a_port_that_nobody_asked_for_is_told(
    asked: int | None, port: int, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_port(asked, f"http://127.0.0.1:{port}")
    assert ("port 8765 is taken: the page has port 4711" in capsys.readouterr().err) is told
