"""The authorities that a server is verified with are read once a process."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from engine.tool_captains.authorities import authorities
from engine.tool_captains.llm.wire import new_client
from engine.tool_captains.remote.posting import Programs


async def clients_of_all_kinds() -> None:
    async with new_client():
        programs = Programs()
        programs.open()
        await programs.aclose()


async def test_they_are_not_read_again_for_another_client(monkeypatch: pytest.MonkeyPatch) -> None:
    await clients_of_all_kinds()
    read: list[object] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *names: read.append(names))
    await clients_of_all_kinds()
    assert not read


def test_those_that_the_environment_names_are_taken_where_it_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = authorities(trust_env=False)
    monkeypatch.setenv("SSL_CERT_FILE", os.environ["PREFECT_API_SSL_CERT_FILE"])  # it has one
    assert authorities(trust_env=True).cert_store_stats()["x509_ca"] == 1
    assert authorities(trust_env=False) is usual


def test_a_bundle_that_takes_anothers_place_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    one = Path(os.environ["PREFECT_API_SSL_CERT_FILE"]).read_text(encoding="utf-8")
    bundle.write_text(one, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    before = authorities(trust_env=True)
    assert authorities(trust_env=True) is before
    bundle.write_text(f"# another\n{one}", encoding="utf-8")
    assert authorities(trust_env=True) is not before
