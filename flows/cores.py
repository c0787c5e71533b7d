"""How many processes can run at once: as many as cores that this one is bound to, and no more than
the quota of its container. Without it, one with a core on a machine of 64 would start 64 of them.

The quota is that of a control group: `cpu.max` (version 2), `cpu.cfs_quota_us` and
`cpu.cfs_period_us` (version 1), of the process's own group and of those above it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Final

_OWN: Final = Path("/proc/self/cgroup")
_GROUPS: Final = Path("/sys/fs/cgroup")


def cores(own: Path = _OWN, groups: Path = _GROUPS) -> int:
    """At least one; a part of a core is taken for a whole one."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min([bound or 1, *map(ceil, _quotas(own, groups))])


def _quotas(own: Path, groups: Path) -> Iterator[float]:
    """In cores."""
    with suppress(OSError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from _above(groups, path)
            elif "cpu" in controllers.split(","):
                yield from _above(groups / "cpu", path)


def _above(groups: Path, path: str) -> Iterator[float]:
    """Of the group at `path` and those above it. A container may see its own as the uppermost."""
    names = [part for part in path.split("/") if part not in ("", "..")]
    for deep in range(len(names), -1, -1):
        with suppress(OSError, ValueError):  # a controller that is off; "max", for none
            quota, period = _told(groups.joinpath(*names[:deep]))
            if quota > 0 and period > 0:
                yield quota / period


def _told(group: Path) -> tuple[int, int]:
    """Microseconds of a core, and within how many."""
    both = group / "cpu.max"
    if both.exists():
        quota, period = both.read_text(encoding="utf-8").split()
        return int(quota), int(period)
    apart = (group / "cpu.cfs_quota_us", group / "cpu.cfs_period_us")
    quota, period = (file.read_text(encoding="utf-8") for file in apart)
    return int(quota), int(period)
