"""`python -m bench.soak [--minutes 30] [--seed 1]`: tournaments that are disturbed at random, again
and again, until each has ended, against the same tournaments left alone.

A night is one file, played by `captains run` on an embedded Prefect server. While it plays, it, a
process of its pool or its server is killed, it is ended politely, or it stands still; then the same
command goes on with it. In the end every episode must count once, what was sealed before a
disturbance must be as it was, the tables must be those of the undisturbed night, and no process may
be left. The first night for which that is not so ends the soak with exit code 1; its folder stays.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from flows import settings
from flows.server import server
from tests.flows.recovery.night import NIGHT, Night, Tables, ended, tables
from tests.flows.support import played
from tests.flows.waiting import Waiting, installed

# Nobody waits in it for a test to come: what disturbs it has time to, as it is long.
LONG: Final = NIGHT.replace("WAITING", "heuristic").replace("pairs: 4", "pairs: 16")
STANDSTILL_S: Final = 3.0
MOST_DISTURBED: Final = 6  # times a night; then it is left to end
PATIENCE: Final = 30  # starts: a night that needs more does not get on


@dataclass(slots=True)
class Soak:
    """What has been done so far: `disturbed` counts by kind."""

    home: Path
    waiting: Waiting
    chance: random.Random
    nights: int = 0
    starts: int = 0
    disturbed: Counter[str] = field(default_factory=Counter)

    async def night(self, where: Path, environment: Mapping[str, str], text: str) -> None:
        """Raises `AssertionError` where the night did not end as if nobody had disturbed it."""
        undisturbed = await asyncio.to_thread(_undisturbed, where / "undisturbed", text)
        (where / "disturbed").mkdir()
        with Night.begun(where / "disturbed", environment, self.waiting, text) as night:
            left: dict[str, int] = {}
            for start in range(PATIENCE):
                if start:
                    night.process = night.again()
                self.starts += 1
                code = await self._disturbed(night, is_last=start >= MOST_DISTURBED)
                _is_kept(night, left)
                left = night.sealed()
                if code == 0:
                    break
            night.is_whole(undisturbed, left)
        self.nights += 1

    async def _disturbed(self, night: Night, *, is_last: bool) -> int:
        """One start of a night, disturbed after some episodes; its exit code."""
        if not is_last:
            more = len(night.sealed()) + self.chance.randrange(1, night.episodes // 4)
            with suppress(AssertionError):  # it ended before
                await night.until(lambda: len(night.sealed()) >= more)
                name, disturb = self.chance.choice(list(self._kinds(night).items()))
                await disturb()
                self.disturbed[name] += 1
        code, _, err = await ended(night.process)
        await night.until_nobody_is_left()
        assert "Traceback" not in err, err
        return code

    def _kinds(self, night: Night) -> Mapping[str, Callable[[], Any]]:
        return {
            "run killed": partial(_signalled, night, signal.SIGKILL),
            "run ended": partial(_signalled, night, signal.SIGTERM),
            "run interrupted": partial(_signalled, night, signal.SIGINT),
            "run stood still": partial(_stood_still, night),
            "pool process killed": partial(_writer_killed, night),
            "server killed": self._server_killed,
        }

    async def _server_killed(self) -> None:
        said = json.loads((self.home / "server.json").read_text(encoding="utf-8"))
        os.kill(said["pid"], signal.SIGKILL)

    def __str__(self) -> str:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.disturbed.items()))
        return f"{self.nights} nights in {self.starts} starts; {kinds or 'undisturbed'}"


async def _signalled(night: Night, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        night.process.send_signal(how)


async def _stood_still(night: Night) -> None:
    await _signalled(night, signal.SIGSTOP)
    await asyncio.sleep(STANDSTILL_S)
    await _signalled(night, signal.SIGCONT)


async def _writer_killed(night: Night) -> None:
    for pid in night.writers()[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _undisturbed(where: Path, text: str) -> Tables:
    return tables(played(where / "runs", text), where / "tables")


def _is_kept(night: Night, left: Mapping[str, int]) -> None:
    now = night.sealed()
    assert {name: now.get(name) for name in left} == left, "a sealed record was written again"


async def soak(minutes: float, seed: int, into: Path) -> int:
    """The exit code. Nights are begun for so many minutes."""
    home, until = into / "home", time.monotonic() + 60 * minutes
    settings.apply(home)
    os.environ["PREFECT_HOME"] = str(home / "prefect")
    (into / "site").mkdir()
    told = Soak(home, installed(into / "site"), random.Random(seed))
    with server(home) as prefect:
        while time.monotonic() < until or not told.nights:
            where = into / f"night-{told.nights + 1}"
            where.mkdir()
            text = LONG.replace("seed: 3", f"seed: {told.chance.randrange(10**6)}")
            try:
                await told.night(where, {"PREFECT_API_URL": prefect.api_url}, text)
            except (AssertionError, TimeoutError) as error:
                print(f"{told}\n{where}: {str(error) or 'it did not end'}", file=sys.stderr)
                return 1
            print(told, flush=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    into = Path(tempfile.mkdtemp(prefix="captains-soak-"))
    code = asyncio.run(soak(given.minutes, given.seed, into))
    if code == 0:
        shutil.rmtree(into)
    return code


if __name__ == "__main__":
    sys.exit(main())
