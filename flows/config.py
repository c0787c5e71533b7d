"""The parameters of the flows. Each flow has one, so that Prefect's run form shows titles, limits
and defaults.

A tournament is named by its file, or written out; Prefect refuses parameters above 512 KiB.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.captains import CaptainSpec, preset_names, resolve
from engine.captains.base import NAME_PATTERN, NAME_RULE
from engine.captains.llm import Seconds
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA
from engine.packs import BUILT_IN
from engine.seeds import MAX_SEED
from engine.yamlfile import MAX_BYTES
from flows import catalogue
from flows.form import shaped
from flows.work import SquadsWord
from tournaments import check_spec, parse_tournament
from tournaments.brackets import bracket_names
from tournaments.plan import FIRST_OCCASION
from tournaments.running import MOST_DELAY, Speech
from tournaments.spec import TournamentSpec

SCHEDULED: Final = "scheduled"
PACE: Final = 4.0  # balls a second
_CAPTAINS: Final[JsonDict] = {"enum": [*preset_names()]}
_PACKS: Final[JsonDict] = {"enum": [*BUILT_IN]}
_BRACKETS: Final[JsonDict] = {"enum": [*bracket_names()]}
Preset = Annotated[str, Field(title="A preset", json_schema_extra=_CAPTAINS)]
# The form has a choice of names, and a field for a path beside it; a run takes any text, and says
# what is wrong with it in the words of the command line.
File = Annotated[str, Field(max_length=400, title="A file", json_schema_extra={"pattern": r"[./]"})]
Pack = Annotated[str, Field(title="A pack that ships", json_schema_extra=_PACKS)] | File
Bracket = Annotated[str, Field(title="A bracket that ships", json_schema_extra=_BRACKETS)] | File
Moment = Annotated[Literal["live", "after", "never"], Field(title="A moment")]
Later = Annotated[int, Field(ge=1, le=MOST_DELAY, title="Balls later")]


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        shaped(schema, handler.resolve_ref_schema)
        return schema


class PersonConfig(_Config):
    """A captain who is a person, asked through the spectator bus."""

    model_config = ConfigDict(title="A person")

    name: str = Field(
        pattern=NAME_PATTERN,
        title="Name",
        description=f"Whose questions they are: {NAME_RULE}.",
    )
    deadline_s: Seconds = Field(
        default=60.0, title="Seconds", description="How long there is for one answer."
    )

    def spec(self) -> CaptainSpec:
        """Raises the engine's `BadPreset`."""
        return resolve({"name": self.name, "kind": "human", "deadline_s": self.deadline_s})


class EpisodeConfig(_Config):
    """One match between two captains."""

    home: Preset | PersonConfig = Field(
        default="heuristic",
        title="Home captain",
        description="The preset, or the person, in the home seat.",
    )
    away: Preset | PersonConfig = Field(
        default="baseline",
        title="Away captain",
        description="The preset, or the person, in the away seat.",
    )
    overs: int | None = Field(
        default=None,
        ge=1,
        le=50,
        title="Overs",
        description="Overs an innings, 1 to 50; empty: the pack's own, or else 5.",
    )
    seed: int = Field(
        default=1,
        ge=0,
        le=MAX_SEED,
        title="Seed",
        description="The same seed and captains give the same match, ball by ball.",
    )
    squads: SquadsWord = Field(
        default="built-in",
        title="Squads",
        description="built-in: the two teams that ship; drawn: two teams drawn by the seed, "
        "drawn-women: of women.",
    )
    era: int = Field(
        default=CURRENT_ERA,
        ge=FIRST_ERA,
        le=LAST_ERA,
        title="Season",
        description=f"The season whose scoring is played, {FIRST_ERA} to {LAST_ERA}.",
    )
    super_over: bool = Field(
        default=False, title="Super over", description="Decide a level match by super overs."
    )
    attempt: int | None = Field(
        default=None,
        ge=1,
        title="Attempt",
        description="Its number among those of the same match, each of which is a stream of its "
        "own; empty: the next that has not been played here.",
    )
    pack: Pack = Field(
        default="standard",
        title="Eval pack",
        description="Where the match begins: the name of a pack, or the path of its .yaml file.",
    )
    entry: str | None = Field(
        default=None,
        max_length=200,
        title="Entry",
        description="The pack's entry; without one the seed picks it.",
    )
    featured: bool = Field(
        default=False,
        title="Featured",
        description="Show the match on the featured channel, where one match is shown at a time.",
    )
    if_busy: Literal["wait", "refuse"] = Field(
        default="wait",
        title="If the channel is busy",
        description="wait for it, or refuse and say what is running.",
    )
    balls_per_s: float = Field(
        default=PACE,
        ge=0.1,
        le=1000,
        title="Balls a second",
        description="The pace at which a featured match is shown.",
    )
    reasoning: Moment | Later = Field(
        default="live",
        title="Reasoning",
        description="When what captains think is shown: live, after the match, never, or so "
        "many balls later.",
    )
    speech: Speech = Field(
        default="none",
        title="Speech",
        description="Who speaks a featured match's commentary: none, auto (the best voice there "
        "is), cartesia, piper, espeak or browser.",
    )
    commentary: str = Field(
        default="templates",
        max_length=200,
        title="Commentary",
        description="Who writes a featured match's commentary: templates, or a preset of kind llm.",
    )
    runs: str = Field(
        default="runs",
        min_length=1,
        title="Folder of runs",
        description="Records are written below it.",
    )


class TournamentConfig(_Config):
    """A tournament, and which occasion of it to play."""

    file: Bracket | None = Field(
        default=None,
        title="Bracket or file",
        description="The name of a bracket that ships, such as demo, or the path of a YAML file.",
        examples=["demo"],
    )
    yaml: Annotated[str, Field(max_length=MAX_BYTES)] | None = Field(
        default=None,
        title="Tournament as YAML",
        description="The text of a tournament file; instead of one.",
        examples=["name: duel\nmatch: {overs: 5, pairs: 10}\ncaptains: [heuristic, cautious]\n"],
    )
    tournament: TournamentSpec | None = Field(
        default=None,
        title="Tournament, field by field",
        description="What a file would say; instead of one.",
    )
    occasion: str = Field(
        default=FIRST_OCCASION,
        title="Occasion",
        description="Which run of this file: the same occasion is resumed, another plays new "
        "matches. scheduled: the time for which this run was scheduled.",
        examples=["1", SCHEDULED],
    )
    fresh: bool = Field(
        default=False,
        title="Start over",
        description="Set aside what was played on this occasion instead of resuming it.",
    )
    pilot: int | None = Field(
        default=None,
        ge=1,
        title="Pilot",
        description="Play only so many pairs, the first of each pairing before the second of any; "
        "empty: all.",
        examples=[6],
    )
    runs: str = Field(
        default="runs",
        min_length=1,
        title="Folder of runs",
        description="The run's folder is made below it.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> TournamentConfig:
        sources = ("file", "yaml", "tournament")
        given = [source for source in sources if getattr(self, source) not in (None, "")]
        if len(given) != 1:
            said = " and ".join(given) or "no tournament"
            raise ValueError(f"{said}; allowed: one of {', '.join(sources)}")
        return self


class ShardConfig(_Config):
    """A part of a tournament for a worker. What is played is in the storage that both reach."""

    title: str = Field(max_length=200, title="Title", description="What is played, in words.")
    shard: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/._-]*$",
        max_length=400,
        title="Shard",
        description="Where in the storage it says what is played.",
    )
    order: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        title="Order",
        description="The SHA-256 of what stands there, so that nobody else can order.",
    )
    storage: str | None = Field(
        default=None,
        max_length=1000,
        title="Storage",
        description="A folder or an fsspec URL; empty: Prefect's default result storage.",
    )


def spec_of(config: TournamentConfig) -> TournamentSpec:
    """The checked tournament that the parameters name; raises `BadTournamentFile`."""
    if config.tournament is not None:
        return check_spec(config.tournament, catalogue.known())
    if config.yaml:
        return parse_tournament(config.yaml, catalogue.known(), file="yaml")
    return catalogue.load(config.file or "")
