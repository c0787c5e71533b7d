"""The net run rate against another program's: the package `cricket-nrr`."""

from datetime import date

import pytest
from cricket_nrr import InningsRecord, MatchRecord, Over
from cricket_nrr.nrr import TeamNRRPool
from hypothesis import given

from engine.events import EndReason
from tests.tournaments.support import NAMES, seasons
from tournaments import EpisodeOutcome, InningsOutcome, Table


def theirs(outcome: EpisodeOutcome) -> MatchRecord:
    first, second = (innings(one) for one in outcome.innings)
    return MatchRecord(
        match_id=outcome.episode_id,
        date=date(2026, 11, 29),
        team1=outcome.home,
        team2=outcome.away,
        innings1=first,
        innings2=second,
        result="tie",
    )


def innings(one: InningsOutcome) -> InningsRecord:
    return InningsRecord(
        runs=one.runs,
        overs_faced=Over.from_balls(one.balls),
        wickets_lost=one.wickets,
        all_out=one.all_out,
        max_overs=Over.from_balls(one.max_balls),
    )


@given(season=seasons())
def test_it_is_what_another_program_says(season: list[EpisodeOutcome]) -> None:
    table = Table(NAMES)
    for outcome in season:
        table.add(outcome)
    played = [theirs(o) for o in season if o.end_reason is EndReason.COMPLETED]
    for row in table.standings():
        pool = TeamNRRPool.from_matches(row.captain, played)
        if pool.overs_for:
            assert row.nrr == pytest.approx(pool.nrr(), abs=0.001)  # theirs is rounded
