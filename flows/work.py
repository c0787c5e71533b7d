"""From a tournament's plan to work for processes: what is missing, in batches that last seconds.

A Prefect task costs 30 to 60 ms of CPU, so short episodes are grouped. A batch follows the plan's
order, so that the table fills round by round, and keeps the two legs of a pair together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, TypeGuard, get_args

from engine.captains import CaptainSpec, is_scripted
from engine.packs import load_pack
from engine.spec import EpisodeSpec
from engine.squads import BUILT_IN
from engine.wording import shortened
from tournaments.digest import resolved
from tournaments.known import Known
from tournaments.match_spec import MatchSpec
from tournaments.plan import EpisodePlan, Fixture, FixtureId, TournamentPlan
from tournaments.spec import TournamentSpec

SUPER_OVERS: Final = 3  # then the match is a tie
BALLS_A_BATCH: Final = 4_000  # a few seconds of scripted play on one core
BATCHES_A_PROCESS: Final = 6  # so that the last one running is not waited for long
LONGEST_TITLE: Final = 120

SquadsWord = Literal["built-in", "drawn", "drawn-women"]
"""Stands for both squads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Episodes for one task. `title` is what people read in the Prefect UI."""

    title: str
    episodes: tuple[EpisodeSpec, ...]


def captains_of(spec: TournamentSpec, known: Known) -> Mapping[str, CaptainSpec]:
    """Every captain and opponent of the file by name, with all their settings written out."""
    found = (resolved(entry, known) for entry in spec.entrants)
    return {captain.name: captain for captain in found}


def episode_spec(
    plan: EpisodePlan, match: MatchSpec, captains: Mapping[str, CaptainSpec], attempt: int
) -> EpisodeSpec:
    """One planned episode as the engine plays it: each pair plays the pack's next entry."""
    pack = load_pack(match.pack)
    return EpisodeSpec(
        episode_id=plan.episode_id,
        attempt=attempt,
        seed=plan.seed,
        overs=match.max_overs,
        home=captains[plan.home],
        away=captains[plan.away],
        squads=squad_names(match.squads),
        **pack.of(pack.numbered(plan.pair - 1)),
        max_super_overs=SUPER_OVERS if match.super_over else 0,
        era=match.era,
    )


def is_squads_word(text: str) -> TypeGuard[SquadsWord]:
    return text in get_args(SquadsWord)


def squad_names(named: str | Sequence[str]) -> tuple[str, str]:
    """The home and the away side's squads, as the engine names them."""
    match named:
        case "built-in":
            return BUILT_IN[0], BUILT_IN[1]
        case str():
            return named, named
    home, away = named
    return home, away


def batches(
    tournament: str,
    plan: TournamentPlan,
    missing: Mapping[str, EpisodeSpec],
    *,
    processes: int,
) -> Iterator[Batch]:
    """The missing episodes in the plan's order. `missing` by episode id."""
    size = batch_size(missing.values(), processes)
    fixtures = {fixture.fixture_id: fixture for fixture in plan.fixtures}
    todo = (episode for episode in plan.episodes() if episode.episode_id in missing)
    for chunk in _chunks(todo, size):
        yield Batch(
            title=_title(tournament, chunk, fixtures),
            episodes=tuple(missing[episode.episode_id] for episode in chunk),
        )


def pairs(
    tournament: str, plan: TournamentPlan, missing: Mapping[str, EpisodeSpec]
) -> Iterator[Batch]:
    """The missing episodes in the plan's order, a pair a batch. `missing` by episode id."""
    fixtures = {fixture.fixture_id: fixture for fixture in plan.fixtures}
    todo = (episode for episode in plan.episodes() if episode.episode_id in missing)
    for chunk in _chunks(todo, 1):
        yield Batch(
            title=_title(tournament, chunk, fixtures),
            episodes=tuple(missing[episode.episode_id] for episode in chunk),
        )


def batch_size(missing: Iterable[EpisodeSpec], processes: int) -> int:
    """Episodes a batch: as many as last seconds, fewer where processes would run out of batches."""
    specs = list(missing)
    if not specs:
        return 1
    by_length = BALLS_A_BATCH // (specs[0].overs * 12)
    by_balance = len(specs) // (processes * BATCHES_A_PROCESS)
    return max(1, min(by_length, by_balance))


def waits(spec: EpisodeSpec) -> bool:
    """Whether a captain of the episode has to be waited for: he calls tools."""
    return not (is_scripted(spec.home) and is_scripted(spec.away))


def title_of(spec: EpisodeSpec) -> str:
    """An episode in words: who plays whom."""
    return f"{spec.home.name} v {spec.away.name}"


def _chunks(episodes: Iterable[EpisodePlan], size: int) -> Iterator[list[EpisodePlan]]:
    chunk: list[EpisodePlan] = []
    for _, pair in groupby(episodes, key=lambda episode: (episode.fixture_id, episode.pair)):
        chunk.extend(pair)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _title(tournament: str, chunk: list[EpisodePlan], fixtures: Mapping[FixtureId, Fixture]) -> str:
    met = [fixtures[fixture_id] for fixture_id, _ in groupby(chunk, lambda e: e.fixture_id)]
    rounds = sorted({fixture.round for fixture in met})
    when = f"round {_span(rounds)}" if len(rounds) == 1 else f"rounds {_span(rounds)}"
    if len(met) == 1 and met[0].name:
        when = met[0].name
    who = f"{met[0].first} v {met[0].second}" if len(met) == 1 else f"{len(met)} fixtures"
    pairs = sorted({episode.pair for episode in chunk})
    which = f"pair {_span(pairs)}" if len(pairs) == 1 else f"pairs {_span(pairs)}"
    return shortened(" · ".join([tournament, when, who, which]), LONGEST_TITLE)


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
