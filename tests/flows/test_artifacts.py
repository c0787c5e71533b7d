"""Artifacts on a real server: stable keys, so that the UI shows their history."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter

from engine.captains.llm import Allowance
from flows.budget import budget_markdown
from flows.config import TournamentConfig
from flows.report import write_report
from flows.report.markdown import report_markdown
from flows.server import Server
from flows.tournament import tournament
from tests.flows.support import EPISODES_OF_SMALL, SMALL, played
from tournaments.report import markdown_text

VIEWS = (
    *("standings", "crosstable", "captains", "budget", "ratings", "decisions", "report"),
    "scorecards",
)
SPENT = {"calls": 40, "tokens": 1_200, "usd": 0.5, "usd_priced": 0.5, "unpriced_calls": 0}


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_every_view_of_two_nights_is_under_one_key(on_server: Server, tmp_path: Path) -> None:
    text = SMALL.replace("name: small", "name: kept-keys") + "limits: {wall_s: 900}\n"
    for occasion in ("1", "2"):
        await tournament(TournamentConfig(yaml=text, occasion=occasion, runs=str(tmp_path)))
    async with get_client() as client:
        wanted = ArtifactFilter.model_validate({"key": {"like_": "%-kept-keys"}})
        found = Counter(str(one.key) for one in await client.read_artifacts(artifact_filter=wanted))
    assert {f"{view}-kept-keys" for view in VIEWS} | {"progress-kept-keys"} <= found.keys()
    assert all(found[f"{view}-kept-keys"] >= 2 for view in VIEWS), found


async def texts_of(key: str) -> list[str]:
    """Every version."""
    wanted = ArtifactFilter.model_validate({"key": {"any_": [key]}})
    async with get_client() as client:
        return [str(one.data) for one in await client.read_artifacts(artifact_filter=wanted)]


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
@pytest.mark.usefixtures("on_server")
async def test_a_run_has_its_scorecards_and_its_report_under_one_key_each(tmp_path: Path) -> None:
    text = SMALL.replace("name: small", "name: all-cards")
    await tournament(TournamentConfig(yaml=text, runs=str(tmp_path)))
    cards = "\n".join(await texts_of("scorecards-all-cards"))
    assert len(re.findall(r"^### 1\. ", cards, re.MULTILINE)) == EPISODES_OF_SMALL
    (report,) = await texts_of("report-all-cards")
    assert "12 of 12 episodes count, 0 void." in report
    assert f"`{tmp_path}/all-cards/" in report


def test_a_report_links_to_the_run_in_a_cockpit_that_stays(tmp_path: Path) -> None:
    report = write_report(played(tmp_path))
    told = report_markdown(report, tmp_path / "report.html", "http://x/run/small/1")
    assert told.startswith(f"## {markdown_text(report.answer)}")
    assert "[The run in the cockpit](http://x/run/small/1)" in told
    assert "cockpit" not in report_markdown(report, tmp_path / "report.html", None)


def test_a_budget_is_told_line_by_line() -> None:
    allowed = Allowance(calls=80, usd=1.0, wall_s=7_200.0)
    told = budget_markdown(allowed, {**SPENT, "wall_s": 3_600.0}, "the run's time is up")
    assert "| calls | 40 | 80 | 50 % |" in told
    assert "| tokens | 1,200 | no limit | – |" in told
    assert "| dollars | 0.5000 | 1.00 | 50 % |" in told
    assert "| time | 1 h | 2 h | 50 % |" in told
    assert told.endswith("Stopped: the run's time is up.")


def test_dollars_that_nobody_knows_are_not_told_as_nothing() -> None:
    spent = {**SPENT, "usd": None, "usd_priced": None, "unpriced_calls": 40, "wall_s": 0.0}
    told = budget_markdown(Allowance(), spent, None)
    assert "| dollars | not known | no limit | – |" in told
    assert "40 calls have no known price" in told
