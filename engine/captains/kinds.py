"""The kinds of captains that ship: what settings each has, what makes one, and what he is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from engine.captains.base import CaptainSpec, Policy
from engine.captains.baseline import Baseline, BaselineSettings
from engine.captains.empirical import Empirical, EmpiricalSettings
from engine.captains.heuristic import Heuristic, HeuristicSettings
from engine.captains.human import HumanSettings
from engine.captains.llm import LIMITS, LlmSettings
from engine.captains.optimal import Optimal, OptimalSettings
from engine.captains.random import Random, RandomSettings
from engine.captains.recorded import Recorded, RecordedSettings, recording_digest
from engine.captains.remote import RemoteSettings
from engine.cricket.setup import Captaincy

_SHORT, _LONG = 5, 20  # the overs of `Kind.worth`


def _reads_nothing(_: BaseModel) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of captain: the model of its settings, and what makes one of them; None for a kind
    that calls tools, which `engine.tool_captains.build_captain` makes.

    `reads` is for kinds that play by a file: a digest of what it says. It raises `BrokenRecord` or
    `BadPreset`.
    `limits` are those settings that say how he is reached and what he may take, and not how he
    plays: a tournament whose captain is given more of it goes on.
    `worth` is what the win probability takes such a captain to be worth beside the baseline, in
    five overs and in twenty (`Captaincy`): from `bench.luck`, where he plays the baseline.
    `bowling` is what his bowling is worth where it is not as much as his batting. Neither need be
    right, and no ball depends on them; the nearer they are, the less variance is left in the
    adjusted result.
    """

    settings: type[BaseModel]
    make: Callable[[Any], Policy] | None
    summary: str
    reads: Callable[[Any], str | None] = _reads_nothing
    limits: frozenset[str] = frozenset()
    worth: tuple[float, float] = (0.0, 0.0)
    bowling: tuple[float, float] | None = None


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "baseline": Kind(
            settings=BaselineSettings,
            make=Baseline,
            summary="what real captains do on average in each context",
        ),
        "empirical": Kind(
            settings=EmpiricalSettings,
            make=Empirical,
            summary="a draw of what real captains did in each context",
            worth=(-0.04, -0.05),
        ),
        "heuristic": Kind(
            settings=HeuristicSettings,
            make=Heuristic,
            summary="rules of thumb: format, phase, wickets, required rate, match-ups",
            worth=(0.05, 0.01),
        ),
        "human": Kind(
            settings=HumanSettings,
            make=None,
            summary="a person, asked through the spectator bus",
            limits=frozenset({"deadline_s"}),
        ),
        "llm": Kind(
            settings=LlmSettings,
            make=None,
            summary="a language model behind an endpoint that speaks Chat Completions",
            limits=LIMITS,  # and not `mode`: to play from the cache is another run
        ),
        "optimal": Kind(
            settings=OptimalSettings,
            make=Optimal,
            summary="what is worth most against the baseline by the solved win probability",
            worth=(0.21, 0.07),
        ),
        "random": Kind(
            settings=RandomSettings,
            make=Random,
            summary="uniform over the legal choices",
            # What leaves least variance in 800 to 2,500 matches with the baseline (which say what
            # both come to) and with himself (which say how they differ). By the totals of his first
            # innings his batting were worth less, -0.66 and -0.54; but half of that is whom he
            # sends in, and that is seen when he does.
            worth=(-0.58, -0.33),
            bowling=(-0.29, -0.33),
        ),
        "recorded": Kind(
            settings=RecordedSettings,
            make=Recorded,
            summary="the decisions of a record, replayed",
            reads=recording_digest,
        ),
        "remote": Kind(
            settings=RemoteSettings,
            make=None,
            summary="a program in any language, asked over HTTP",
            limits=frozenset({"token_env", "deadline_s", "transport_attempts"}),
        ),
    }
)


def captaincy_of(home: CaptainSpec, away: CaptainSpec, overs: int) -> Captaincy:
    """What two captains are taken to be worth against each other."""
    return Captaincy(home=_worth_of(home, overs), away=_worth_of(away, overs))


def _worth_of(spec: CaptainSpec, overs: int) -> tuple[float, float]:
    """What a captain is taken to be worth batting and bowling in a match of so many overs; 0 where
    nothing is known.
    """
    kind = KINDS.get(spec.kind)
    if kind is None:
        return 0.0, 0.0
    share = min(1.0, max(0.0, (overs - _SHORT) / (_LONG - _SHORT)))
    batting, bowling = (
        (1.0 - share) * short + share * long
        for short, long in (kind.worth, kind.bowling or kind.worth)
    )
    return batting, bowling
