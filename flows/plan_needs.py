"""What captains who are asked will take: by what they took before, else by what is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

from engine.captains import CaptainSpec, is_scripted, settings_of
from engine.captains.llm import LlmSettings
from engine.tool_captains.account import Usage
from flows.assumed import assumed
from flows.experience import Experience, Taken
from flows.ranges import NOTHING, Range

MEASURED: Final = "matches of his that were played"
ASSUMED: Final = "assumed (docs/planning.md)"
UNKNOWN: Final = "nobody knows what he takes"

Meetings = Mapping[tuple[str, str], float]
"""How many episodes two captains have before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`usd` None: nobody knows the price. `answers_s`: seconds of answers, one after the other."""

    calls: Range = NOTHING
    tokens: Range = NOTHING
    usd: Range | None = NOTHING
    answers_s: Range = NOTHING
    sources: frozenset[str] = frozenset()

    def plus(self, other: Need) -> Need:
        return Need(
            calls=self.calls.plus(other.calls),
            tokens=self.tokens.plus(other.tokens),
            usd=None if self.usd is None or other.usd is None else self.usd.plus(other.usd),
            answers_s=self.answers_s.plus(other.answers_s),
            sources=self.sources | other.sources,
        )

    def by(self, ends: Range) -> Need:
        """End by end, where it is not known how many episodes there will be."""
        return Need(
            calls=self.calls.by(ends),
            tokens=self.tokens.by(ends),
            usd=None if self.usd is None else self.usd.by(ends),
            answers_s=self.answers_s.by(ends),
            sources=self.sources,
        )


NO_NEED: Final = Need()


def needs(
    captains: Mapping[str, CaptainSpec], meetings: Meetings, known: Experience, overs: int
) -> dict[str, Need]:
    """Of every captain who is asked."""
    return {
        name: total(
            need_against(captain, opponent, episodes, known, overs)
            for opponent, episodes in _opponents(name, meetings)
        )
        for name, captain in captains.items()
        if not is_scripted(captain)
    }


def total(each: Iterable[Need]) -> Need:
    return reduce(Need.plus, each, NO_NEED)


def need_against(
    captain: CaptainSpec, opponent: str, episodes: float, known: Experience, overs: int
) -> Need:
    """In so many episodes against one opponent."""
    taken = known.of(captain.name, opponent)
    if taken.is_known:
        return _measured(captain, taken, episodes)
    prior = assumed(captain, overs)
    if prior is None:
        return Need(sources=frozenset(_said_of(captain)))
    usd = prior.usd(captain)
    return Need(
        calls=prior.calls.times(episodes),
        tokens=prior.tokens.times(episodes),
        usd=None if usd is None else usd.times(episodes),
        answers_s=prior.answers_s.times(episodes),
        sources=frozenset({ASSUMED}),
    )


def endpoint_of(captain: CaptainSpec) -> str:
    """Whose slots his requests take."""
    settings = settings_of(captain)
    return settings.base_url if isinstance(settings, LlmSettings) else captain.name


def _measured(captain: CaptainSpec, taken: Taken, episodes: float) -> Need:
    return Need(
        calls=taken.calls.total(episodes),
        tokens=taken.tokens.total(episodes),
        usd=taken.usd.total(episodes) if taken.is_priced else _priced(captain, taken, episodes),
        answers_s=taken.answers_s.total(episodes),
        sources=frozenset({MEASURED}),
    )


def _priced(captain: CaptainSpec, taken: Taken, episodes: float) -> Range | None:
    """By the price table, where the calls that were made had no price then."""
    settings = settings_of(captain)
    if not isinstance(settings, LlmSettings):
        return None
    from engine.tool_captains.llm.prices import priced  # a language model may never be asked

    mean = Usage(
        tokens_in=round(taken.tokens_in.mean),
        tokens_cached=round(taken.tokens_cached.mean),
        tokens_out=round(taken.tokens_out.mean),
    )
    cost = priced(mean, settings).usage.cost_usd
    if cost is None or not taken.tokens.mean:
        return None
    return taken.tokens.total(episodes).times(cost / taken.tokens.mean)


def _said_of(captain: CaptainSpec) -> Iterable[str]:
    settings = settings_of(captain)
    cached = isinstance(settings, LlmSettings) and settings.mode == "cached"
    yield "played from answers that are kept" if cached else UNKNOWN


def _opponents(name: str, meetings: Meetings) -> Iterable[tuple[str, float]]:
    for (one, other), episodes in meetings.items():
        if name in (one, other):
            yield (other if name == one else one), episodes
