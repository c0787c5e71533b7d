"""A container's quota bounds how many processes run at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.cores import cores

BOUND = len(os.sched_getaffinity(0))


def told(folder: Path, own: str, files: dict[str, str]) -> int:
    """The cores, where the kernel's files say this."""
    (folder / "own").write_text(own)
    for name, text in files.items():
        path = folder / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return cores(folder / "own", folder / "groups")


@pytest.mark.parametrize(
    ("quota", "wanted"),
    [("max", BOUND), ("100000", 1), ("30000", 1), ("1000000000", BOUND)],
)
def test_no_more_than_the_quota_and_no_more_than_there_are(
    quota: str, wanted: int, tmp_path: Path
) -> None:
    assert told(tmp_path, "0::/\n", {"cpu.max": f"{quota} 100000\n"}) == wanted


def test_a_part_of_a_core_counts_as_one(tmp_path: Path) -> None:
    wanted = min(2, BOUND)
    assert told(tmp_path, "0::/\n", {"cpu.max": "110000 100000\n"}) == wanted


def test_the_quota_of_a_group_above_holds_too(tmp_path: Path) -> None:
    files = {"pods/cpu.max": "50000 100000\n", "pods/one/cpu.max": "max 100000\n"}
    assert told(tmp_path, "0::/pods/one\n", files) == 1


def test_the_first_version_of_control_groups_is_read(tmp_path: Path) -> None:
    own = "4:cpu,cpuacct:/docker/1f2e\n"
    files = {"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}
    assert told(tmp_path, own, files) == 1
    assert told(tmp_path, own, files | {"cpu/cpu.cfs_quota_us": "-1\n"}) == BOUND


def test_where_nobody_tells_it_is_what_the_process_is_bound_to(tmp_path: Path) -> None:
    assert cores(tmp_path / "nowhere", tmp_path) == BOUND
