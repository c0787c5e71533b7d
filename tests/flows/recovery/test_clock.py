"""The clock of the machine is set forwards and back in mid-run. What lasts is measured by another
clock, and times in records order nothing.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

import pytest

from engine.record import header_of
from tests.flows.recovery.night import EPISODES, Night, Tables
from tests.flows.waiting import Waiting

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

HOUR_S: Final = 3600
SHIFT: Final = "CAPTAINS_TEST_SHIFT"
# Python reads it before anything else, in every process of the run. The methods of a type of C's
# stand in a dictionary that only the collector of garbage shows.
SITE: Final = f"""\
import ctypes, datetime, gc, os, time

real_s = time.time


def now_s():
    with open(os.environ[{SHIFT!r}]) as file:
        return real_s() + float(file.read() or 0)


def now(kind, tz=None):
    return kind.fromtimestamp(now_s(), tz)


time.time = now_s
gc.get_referents(datetime.datetime.__dict__)[0]["now"] = classmethod(now)
ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
"""


async def test_a_clock_that_is_set_changes_no_result(
    tmp_path: Path, environment: dict[str, str], waiting: Waiting, undisturbed: Tables
) -> None:
    shift = tmp_path / "shift"
    shift.write_text("0", encoding="ascii")
    (tmp_path / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), waiting.environment["PYTHONPATH"]])
    set_clock = {"PYTHONPATH": path, SHIFT: str(shift)}
    with Night.begun(tmp_path, environment | set_clock, waiting) as night:
        await night.until_mid_run()
        shift.write_text(str(HOUR_S), encoding="ascii")
        forwards = len(night.sealed())
        waiting.let(8)
        await night.until(lambda: len(night.sealed()) > forwards + 5)
        shift.write_text(str(-HOUR_S), encoding="ascii")
        back = len(night.sealed())
        waiting.let(14)
        await night.until(lambda: len(night.sealed()) > back + 5)
        night.process.send_signal(signal.SIGKILL)
        await night.ended()
        left = night.sealed()
        assert back < len(left) < EPISODES
        end = await night.gone_on_with()
        assert end["episodes"]["resumed"] == len(left)
        night.is_whole(undisturbed, left)
        assert _hours_apart(night) > 1.5
        assert all(0 <= (one.took_s or 0) < HOUR_S / 2 for one in night.folder.attempts())


def _hours_apart(night: Night) -> float:
    """How far apart its records say that they were begun."""
    began = [header_of(path).ts for path in night.folder.records.glob("*.jsonl")]
    return (max(began) - min(began)).total_seconds() / HOUR_S
