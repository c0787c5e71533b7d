"""The arguments of the fourteen tools: one strict model each, and the text that captains may write.

A model's docstring is the tool's description, a field's description is what a language model
reads; so both are written for the captain. Unknown keys are refused, numbers are not read out of
strings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic import Field as Argument

from engine.cricket.choices import Election, Field, Length, Line, Shot, Variation

LONGEST_TEXT: Final = 500


def _plain_text(text: str) -> str:
    """What captains write is shown in terminals and pages: no control or format characters."""
    if not all(c.isprintable() or c in "\n\t" for c in text):
        raise ValueError("text may not hold control characters")
    return text


Text = Annotated[str, Argument(max_length=LONGEST_TEXT), AfterValidator(_plain_text)]
Words = Annotated[str, Argument(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_plain_text)]
Reason = Annotated[Text | None, Argument(description="Why, in a sentence. Shown to spectators.")]
Aggression = Annotated[float, Argument(ge=0.0, le=1.0, allow_inf_nan=False)]


class BattingIntent(StrEnum):
    CONSOLIDATE = "consolidate"
    ROTATE = "rotate"
    ACCELERATE = "accelerate"
    ATTACK = "attack"


class BowlingIntent(StrEnum):
    TAKE_WICKETS = "take_wickets"
    BALANCED = "balanced"
    CONTAIN = "contain"


class Arguments(BaseModel):
    """What a tool is called with."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def given(self) -> dict[str, Any]:
        """The arguments that were given, None counting as not given."""
        return {name: value for name, value in vars(self).items() if value is not None}


class SetMatchPlan(Arguments):
    """Write down your plan for the match. It is shown to you before every decision."""

    summary: Words = Argument(description="The plan in a few sentences.")
    batting: Words | None = Argument(default=None, description="How you mean to bat.")
    bowling: Words | None = Argument(default=None, description="How you mean to bowl.")


class UpdateMatchPlan(Arguments):
    """Change parts of your match plan; what you leave out stays."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    summary: Words | None = Argument(default=None, description="The plan in a few sentences.")
    batting: Words | None = Argument(default=None, description="How you mean to bat.")
    bowling: Words | None = Argument(default=None, description="How you mean to bowl.")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.given():
            raise ValueError("give at least one of summary, batting, bowling")
        return self


class ChooseToss(Arguments):
    """You won the toss: bat or field first."""

    elect: Election = Argument(description="What your side does first.")
    reason: Reason = None


class SelectBatter(Arguments):
    """Send in the next batter."""

    player: str = Argument(max_length=80, description="Name of the batter who comes in.")
    reason: Reason = None


class ChooseBowler(Arguments):
    """Choose who bowls the next over. Nobody bowls two overs in a row or more than the quota."""

    player: str = Argument(max_length=80, description="Name of the bowler.")
    reason: Reason = None


class SetBattingStrategy(Arguments):
    """Declare how your side bats from now on. You are measured by whether you then do so."""

    intent: BattingIntent = Argument(description="What the batters are to do.")
    aggression: Aggression = Argument(
        description="0 blocks, 1 attacks everything. Used for every ball for which you give none."
    )
    rationale: Text | None = Argument(default=None, description="Why.")


class SetBowlingStrategy(Arguments):
    """Declare how your side bowls from now on. You are measured by whether you then do so."""

    intent: BowlingIntent = Argument(description="What the bowlers are to do.")
    aggression: Aggression = Argument(
        description="0 protects every boundary, 1 puts all catchers in. Fields are measured by it."
    )
    rationale: Text | None = Argument(default=None, description="Why.")


class SetField(Arguments):
    """Set the field. It stays until you change it; where it is not allowed, the usual one stands
    in.
    """

    field: Field = Argument(
        description="slips: catchers in; ring: saves the single; standard: usual for the phase; "
        "off_side: packed off side; leg_trap: riders on the leg side; spread: boundary riders."
    )


class PlanDelivery(Arguments):
    """Store the ball that bowl_delivery bowls where you leave its arguments out."""

    length: Length | None = Argument(default=None, description="Where the ball pitches.")
    line: Line | None = Argument(default=None, description="Where it is aimed.")
    variation: Variation | None = Argument(default=None, description="What the bowler does.")
    rationale: Text | None = Argument(default=None, description="Why.")


class BowlDelivery(Arguments):
    """Bowl the ball. What you leave out is as planned by plan_delivery, else good, off, stock."""

    length: Length | None = Argument(default=None, description="Where the ball pitches.")
    line: Line | None = Argument(default=None, description="Where it is aimed.")
    variation: Variation | None = Argument(default=None, description="What the bowler does.")
    reason: Reason = None


class PlanShot(Arguments):
    """Store the shot that play_delivery plays where you leave its arguments out."""

    shot: Shot | None = Argument(default=None, description="The shot to look for.")
    aggression: Aggression | None = Argument(default=None, description="0 blocks, 1 all-out.")
    rationale: Text | None = Argument(default=None, description="Why.")


class PlayDelivery(Arguments):
    """Play the ball. What you leave out is as planned by plan_shot, then as declared."""

    shot: Shot | None = Argument(
        default=None, description="The shot to look for; on_merit plays each ball as it comes."
    )
    aggression: Aggression | None = Argument(
        default=None, description="0 blocks, 1 all-out; left out: as planned, declared or usual."
    )
    reason: Reason = None


class AnalyzeSituation(Arguments):
    """Compute the state of the game: rates, resources, bowlers' overs, chance of winning."""


class ReflectAfterBall(Arguments):
    """Note what you learnt from the last ball. Your latest notes are shown to you."""

    note: Words = Argument(description="What to remember.")
