"""Where shards travel: a folder, an fsspec URL, Prefect's default."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.variables import STORAGE
from flows.cli.failures import exit_of
from flows.cli.terminal import Exit
from flows.storage import BadStorage, Far, Storage, StorageRefused, storage


class Buckets:
    """As S3 through fsspec: a folder in a bucket that is not there makes the bucket."""

    async_impl = True

    def __init__(self, *there: str) -> None:
        self.there = set(there)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self.there.add(path.split("/", maxsplit=1)[0])

    def pipe_file(self, path: str, _: bytes) -> None:
        if path.split("/", maxsplit=1)[0] not in self.there:
            raise FileNotFoundError("The specified bucket does not exist")


@pytest.fixture(params=["a folder", "a file's URL", "another URL"])
def named(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "another URL":
        return "memory://bucket/captains"
    return str(tmp_path) if request.param == "a folder" else tmp_path.as_uri()


async def test_what_is_put_is_got_until_it_is_removed(named: str) -> None:
    place = await storage(named)
    await place.put("run/shard/0", b"played")
    assert await place.get("run/shard/0") == b"played"
    await place.remove("run/shard")
    assert await place.get("run/shard/0") is None
    await place.remove("run/shard")


async def test_what_is_not_there_is_told(named: str) -> None:
    place = await storage(named)
    assert await place.get("run/never/0") is None
    assert "never" in place.why_not


async def test_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(STORAGE.name, str(tmp_path / "own"))
    place = await storage(str(tmp_path / "told"))
    await place.put("k", b"")
    assert (tmp_path / "own" / "captains" / "k").exists()


async def test_a_name_with_a_password_is_refused_and_not_told() -> None:
    with pytest.raises(BadStorage, match="holds a password") as refused:
        await storage("sftp://ann:s3cret@host/captains")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("named", ["nowhere://bucket/captains", "s3://"])
async def test_a_name_that_leads_nowhere_is_refused(named: str) -> None:
    with pytest.raises(BadStorage, match=f"CAPTAINS_STORAGE={named}: "):
        await storage(named)


async def test_a_mistyped_bucket_is_told_and_not_made() -> None:
    buckets = Buckets("ours")
    place = Storage("s3://hours/captains", Far(buckets, "hours/captains"))
    with pytest.raises(StorageRefused, match=r"s3://hours/captains .* bucket does not exist"):
        await place.put("run/shard/0", b"played")
    assert buckets.there == {"ours"}


async def test_a_storage_that_does_not_answer_is_told_without_a_traceback(
    free_tcp_port: int,
) -> None:
    with pytest.raises(StorageRefused, match=f"{free_tcp_port}/x .*refused") as refused:
        await storage(f"ftp://127.0.0.1:{free_tcp_port}/x")
    assert exit_of(refused.value) is Exit.FAILED


async def test_nobody_else_waits_for_what_is_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()

    def noting(call: Any) -> Any:
        def noted(*given: Any) -> Any:
            threads.add(threading.get_ident())
            return call(*given)

        return noted

    monkeypatch.setattr(Far, "write_path", noting(Far.write_path))
    monkeypatch.setattr(Far, "read_path", noting(Far.read_path))
    place = await storage("memory://bucket/captains")
    await place.put("run/shard/0", b"played")
    assert await place.get("run/shard/0") == b"played"
    assert threads
    assert threading.get_ident() not in threads
