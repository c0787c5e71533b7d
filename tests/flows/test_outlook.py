"""What a run has before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.wording import duration
from flows import catalogue
from flows.cli.progress import TerminalReporter
from flows.experience import Experience
from flows.opening import open_run
from flows.order import Order
from flows.outlook import meeting, outlook
from flows.summary import rest_of
from tests.flows.seasons import opened, played
from tests.flows.support import SMALL
from tests.flows.test_experience import episode
from tests.flows.test_honesty import result, scripted
from tournaments import parse_tournament

MODEL = meeting("heuristic", "model")
QUICK = meeting("a", "b")


def known() -> Experience:
    """An episode of two quick captains, and a slow one with a model: ten calls, 0.1 dollars."""
    found = Experience()
    found.add(result(scripted("a"), scripted("b"), took_s=1.0))
    found.add(episode(10, took_s=100.0))
    return found


def test_each_pairing_is_reckoned_by_its_own_length_and_cost() -> None:
    ahead = outlook({QUICK: 5, MODEL: 3}, 0, known(), ["model"])
    assert (ahead.episodes, ahead.work_s) == (8, 305.0)
    assert ahead.tokens == 3 * 1010
    assert ahead.usd == pytest.approx(0.3)


def test_what_is_not_known_is_not_reckoned_as_nothing() -> None:
    nothing = outlook({MODEL: 3}, 0, Experience(), ["model"])
    assert (nothing.work_s, nothing.tokens, nothing.usd) == (None, None, None)


def test_who_is_not_asked_costs_nothing() -> None:
    ahead = outlook({QUICK: 5}, 0, known(), [])
    assert (ahead.tokens, ahead.usd) == (0, 0)


def test_episodes_of_whom_nobody_knows_yet_are_like_the_others() -> None:
    ahead = outlook({QUICK: 5}, 10, known(), [])
    assert (ahead.episodes, ahead.work_s) == (15, 15.0)
    assert outlook({}, 10, known(), []).work_s is None


def test_a_run_counts_what_is_left_of_each_pairing() -> None:
    with opened(SMALL) as run:
        first, *_ = run.plan.episodes()
        run.add([played(first)])
        assert run.outlook().episodes == run.total - 1
        assert rest_of(run, 1.0).episodes == run.total - 1


def test_a_run_that_is_complete_has_nothing_left() -> None:
    with opened(SMALL) as run:
        run.add(played(one) for one in run.plan.episodes())
        left = rest_of(run, 1.0)
    assert (left.episodes, left.tokens, left.usd) == (0, 0, 0)


async def test_a_line_of_progress_tells_what_is_to_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        reporter = TerminalReporter(quiet=False)
        reporter.started(run)
        for one in [*run.plan.episodes()][:6]:
            run.add([played(one)])
        reporter.progress(run)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("small: 6 of 12 episodes; about ")
    assert line.endswith(" to go")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        *((0, "0 s"), (0.25, "0.25 s"), (40.4, "40 s"), (95, "1 min 35 s"), (720, "12 min")),
        *((5_400, "1 h 30 min"), (28_800, "8 h"), (12_659, "3 h 30 min"), (180_000, "2 d 2 h")),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, told: str) -> None:
    assert duration(seconds) == told
