"""Who meets whom, who leads: the tournament file, its schedule, its table.

    known = known_to_the_engine()
    spec = load_tournament("friday-night.yaml", known)
    digest = file_digest(spec, known, coefficients_digest=..., engine_version=...)
    plan = plan_tournament(spec, digest)
    table = Table(plan.captains, points=spec.points, seed=spec.seed)

Playing what a plan says is the business of `flows`. Ratings, stopping rules and further formats
join this room as modules of their own, beside `standings` and `schedules`.
"""

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
    plan_tournament,
)
from tournaments.report import (
    crosstable_markdown,
    crosstable_text,
    standings_data,
    standings_markdown,
    standings_text,
)
from tournaments.schedules import Pairing, gauntlet, round_robin
from tournaments.spec import TournamentSpec
from tournaments.standings import EpisodeOutcome, InningsOutcome, Standing, Table, Tally

__all__ = [
    "FIRST_OCCASION",
    "BadOccasion",
    "BadTournamentFile",
    "CaptainConfig",
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
    "Pairing",
    "Problem",
    "Standing",
    "Table",
    "Tally",
    "TournamentError",
    "TournamentPlan",
    "TournamentSpec",
    "check_spec",
    "checked_occasion",
    "crosstable_markdown",
    "crosstable_text",
    "entry_name",
    "file_digest",
    "gauntlet",
    "known_to_the_engine",
    "load_tournament",
    "parse_tournament",
    "plan_tournament",
    "resolved",
    "round_robin",
    "standings_data",
    "standings_markdown",
    "standings_text",
]
