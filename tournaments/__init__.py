"""Who meets whom, who leads: the tournament file, its schedule, its table.

    known = known_to_the_engine()
    spec = load_tournament("friday-night.yaml", known)
    digest = file_digest(spec, known, coefficients_digest=..., engine_version=...)
    plan = plan_tournament(spec, digest)
    table = new_table(spec, plan.captains, plan.occasion)

Some plans grow: `plan_tournament(..., outcomes=...)` after what has ended. Playing what a plan says
is the business of `flows`. Names are loaded when they are first used: who only works out a rating
from counts does not wait for models of files and results.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tournaments.course import Course as Course
    from tournaments.course import Stage as Stage
    from tournaments.course import new_table as new_table
    from tournaments.digest import FileDigest as FileDigest
    from tournaments.digest import file_digest as file_digest
    from tournaments.digest import resolved as resolved
    from tournaments.entrants import CaptainConfig as CaptainConfig
    from tournaments.entrants import entry_name as entry_name
    from tournaments.errors import BadOccasion as BadOccasion
    from tournaments.errors import BadTournamentFile as BadTournamentFile
    from tournaments.errors import Problem as Problem
    from tournaments.errors import TournamentError as TournamentError
    from tournaments.known import Known as Known
    from tournaments.known import known_to_the_engine as known_to_the_engine
    from tournaments.loading import check_spec as check_spec
    from tournaments.loading import load_tournament as load_tournament
    from tournaments.loading import parse_tournament as parse_tournament
    from tournaments.plan import FIRST_OCCASION as FIRST_OCCASION
    from tournaments.plan import EpisodeId as EpisodeId
    from tournaments.plan import EpisodePlan as EpisodePlan
    from tournaments.plan import Fixture as Fixture
    from tournaments.plan import FixtureId as FixtureId
    from tournaments.plan import Leg as Leg
    from tournaments.plan import Occasion as Occasion
    from tournaments.plan import TournamentPlan as TournamentPlan
    from tournaments.plan import checked_occasion as checked_occasion
    from tournaments.report import crosstable_markdown as crosstable_markdown
    from tournaments.report import crosstable_text as crosstable_text
    from tournaments.report import standings_data as standings_data
    from tournaments.report import standings_markdown as standings_markdown
    from tournaments.report import standings_text as standings_text
    from tournaments.season import Season as Season
    from tournaments.season import course_of as course_of
    from tournaments.season import plan_tournament as plan_tournament
    from tournaments.spec import TournamentSpec as TournamentSpec
    from tournaments.staging import stages_data as stages_data
    from tournaments.staging import stages_markdown as stages_markdown
    from tournaments.staging import stages_text as stages_text
    from tournaments.standings import EpisodeOutcome as EpisodeOutcome
    from tournaments.standings import InningsOutcome as InningsOutcome
    from tournaments.standings import Standing as Standing
    from tournaments.standings import Table as Table
    from tournaments.standings import Tally as Tally
    from tournaments.stopped import rule_text as rule_text
    from tournaments.stopped import stopping_data as stopping_data
    from tournaments.stopped import verdict_text as verdict_text
    from tournaments.stopping import Stopping as Stopping
    from tournaments.stopping import StopState as StopState

_HOME = {
    "BadOccasion": "errors",
    "BadTournamentFile": "errors",
    "CaptainConfig": "entrants",
    "Course": "course",
    "EpisodeId": "plan",
    "EpisodeOutcome": "standings",
    "EpisodePlan": "plan",
    "FIRST_OCCASION": "plan",
    "FileDigest": "digest",
    "Fixture": "plan",
    "FixtureId": "plan",
    "InningsOutcome": "standings",
    "Known": "known",
    "Leg": "plan",
    "Occasion": "plan",
    "Problem": "errors",
    "Season": "season",
    "Stage": "course",
    "Standing": "standings",
    "StopState": "stopping",
    "Stopping": "stopping",
    "Table": "standings",
    "Tally": "standings",
    "TournamentError": "errors",
    "TournamentPlan": "plan",
    "TournamentSpec": "spec",
    "check_spec": "loading",
    "checked_occasion": "plan",
    "course_of": "season",
    "crosstable_markdown": "report",
    "crosstable_text": "report",
    "entry_name": "entrants",
    "file_digest": "digest",
    "known_to_the_engine": "known",
    "load_tournament": "loading",
    "new_table": "course",
    "parse_tournament": "loading",
    "plan_tournament": "season",
    "resolved": "digest",
    "rule_text": "stopped",
    "stages_data": "staging",
    "stages_markdown": "staging",
    "stages_text": "staging",
    "standings_data": "report",
    "standings_markdown": "report",
    "standings_text": "report",
    "stopping_data": "stopped",
    "verdict_text": "stopped",
}

__all__ = [
    "FIRST_OCCASION",
    "BadOccasion",
    "BadTournamentFile",
    "CaptainConfig",
    "Course",
    "EpisodeId",
    "EpisodeOutcome",
    "EpisodePlan",
    "FileDigest",
    "Fixture",
    "FixtureId",
    "InningsOutcome",
    "Known",
    "Leg",
    "Occasion",
    "Problem",
    "Season",
    "Stage",
    "Standing",
    "StopState",
    "Stopping",
    "Table",
    "Tally",
    "TournamentError",
    "TournamentPlan",
    "TournamentSpec",
    "check_spec",
    "checked_occasion",
    "course_of",
    "crosstable_markdown",
    "crosstable_text",
    "entry_name",
    "file_digest",
    "known_to_the_engine",
    "load_tournament",
    "new_table",
    "parse_tournament",
    "plan_tournament",
    "resolved",
    "rule_text",
    "stages_data",
    "stages_markdown",
    "stages_text",
    "standings_data",
    "standings_markdown",
    "standings_text",
    "stopping_data",
    "verdict_text",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tournaments' has no attribute {name!r}")
    return getattr(import_module(f"tournaments.{_HOME[name]}"), name)
