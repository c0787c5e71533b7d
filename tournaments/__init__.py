"""Who meets whom, who leads: the tournament file, its schedule, its table.

    known = known_to_the_engine()
    spec = load_tournament("friday-night.yaml", known)
    digest = file_digest(spec, known, coefficients_digest=..., engine_version=...)
    plan = plan_tournament(spec, digest)
    table = new_table(spec, plan.captains)

Some plans grow: `plan_tournament(..., outcomes=...)` after what has ended. Playing what a plan says
is the business of `flows`.
"""

from tournaments.course import Course, Stage, new_table
from tournaments.digest import FileDigest, file_digest, resolved
from tournaments.entrants import CaptainConfig, entry_name
from tournaments.errors import BadOccasion, BadTournamentFile, Problem, TournamentError
from tournaments.known import Known, known_to_the_engine
from tournaments.loading import check_spec, load_tournament, parse_tournament
from tournaments.plan import (
    FIRST_OCCASION,
    EpisodeId,
    EpisodePlan,
    Fixture,
    FixtureId,
    Leg,
    Occasion,
    TournamentPlan,
    checked_occasion,
)
from tournaments.report import (
    crosstable_markdown,
    crosstable_text,
    standings_data,
    standings_markdown,
    standings_text,
)
from tournaments.season import Season, course_of, plan_tournament
from tournaments.spec import TournamentSpec
from tournaments.staging import stages_data, stages_markdown, stages_text
from tournaments.standings import EpisodeOutcome, InningsOutcome, Standing, Table, Tally
from tournaments.stopped import rule_text, stopping_data, verdict_text
from tournaments.stopping import Stopping, StopState

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
