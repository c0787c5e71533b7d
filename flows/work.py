"""From a tournament's plan to work for processes: what is missing, in batches that last seconds.

A task costs Prefect, its server and the views of a run some 0.2 s of CPU, so short episodes are
grouped. A batch follows the plan's order, so that the table fills round by round, and keeps the two
legs of a pair together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, TypeGuard, get_args

from engine.captains import CaptainSpec, is_scripted
from engine.cricket.formats import BALLS_PER_OVER
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
BATCH_S: Final = 4.0  # of play: then a task's own cost is a twentieth of it
LEAST_S: Final = 1.5  # also where smaller ones would end more evenly
BALL_S: Final = 0.0004  # of scripted play with its record, until a run has measured its own
SHARES: Final = 3  # a batch is at most a process's share of what is left, divided by so much
_NO_TIME_S: Final = 1e-4  # an episode that takes less was not played
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
    lasts_s: Callable[[EpisodeSpec], float],
) -> Iterator[Batch]:
    """The missing episodes in the plan's order. `missing` by episode id. `lasts_s` is asked how
    long an episode takes when its batch is asked for: by then earlier ones have been measured.
    """
    total = left = len(missing)
    fixtures = {fixture.fixture_id: fixture for fixture in plan.fixtures}
    todo = (episode for episode in plan.episodes() if episode.episode_id in missing)

    def size(first: EpisodePlan) -> int:
        episode_s = lasts_s(missing[first.episode_id])
        return batch_size(left, total, processes=processes, episode_s=episode_s)

    for chunk in _chunks(todo, size):
        left -= len(chunk)
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
    for chunk in _chunks(todo, lambda _: 1):
        yield Batch(
            title=_title(tournament, chunk, fixtures),
            episodes=tuple(missing[episode.episode_id] for episode in chunk),
        )


def batch_size(left: int, total: int, *, processes: int, episode_s: float) -> int:
    """Episodes of the next batch where `left` of `total` are in none yet: as many as last
    `BATCH_S`, fewer towards the end, where processes would run out of batches.
    """
    episode_s, shares = max(episode_s, _NO_TIME_S), processes * SHARES
    least = min(total // shares, int(LEAST_S / episode_s))
    return max(1, min(int(BATCH_S / episode_s), max(left // shares, least)))


def guessed_s(spec: EpisodeSpec) -> float:
    """How long a scripted episode takes of which nothing is known but its length."""
    return spec.overs * 2 * BALLS_PER_OVER * BALL_S


class Lengths:
    """How long scripted episodes of a run take, in seconds of CPU: on the clock they take longer
    where others use the machine, and smaller batches would make that worse.
    """

    def __init__(self) -> None:
        self._cpu_s, self._episodes = 0.0, 0

    def note(self, episodes: int, cpu_s: float) -> None:
        """So many have been played in so much time."""
        self._cpu_s += cpu_s
        self._episodes += episodes

    def of(self, spec: EpisodeSpec) -> float:
        return self._cpu_s / self._episodes if self._episodes else guessed_s(spec)


def waits(spec: EpisodeSpec) -> bool:
    """Whether a captain of the episode has to be waited for: he calls tools."""
    return not (is_scripted(spec.home) and is_scripted(spec.away))


def title_of(spec: EpisodeSpec) -> str:
    """An episode in words: who plays whom."""
    return f"{spec.home.name} v {spec.away.name}"


def _chunks(
    episodes: Iterable[EpisodePlan], size: Callable[[EpisodePlan], int]
) -> Iterator[list[EpisodePlan]]:
    """Whole pairs; `size` is asked for each chunk by its first."""
    chunk: list[EpisodePlan] = []
    wanted = 1
    for _, pair in groupby(episodes, key=lambda episode: (episode.fixture_id, episode.pair)):
        legs = list(pair)
        wanted = wanted if chunk else size(legs[0])
        chunk.extend(legs)
        if len(chunk) >= wanted:
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
    if len(met) == 1:
        pairs = sorted({episode.pair for episode in chunk})
        which = f"pair {_span(pairs)}" if len(pairs) == 1 else f"pairs {_span(pairs)}"
        who = f"{_players(met[0])} · {which}"
    else:  # in the plan's order: from its first pair to its last
        begin = f"{_players(met[0])} pair {chunk[0].pair}"
        end = f"{_players(met[-1])} pair {chunk[-1].pair}"
        who = f"{begin} to {end} · {len(met)} fixtures"
    return shortened(" · ".join([tournament, when, who]), LONGEST_TITLE)


def _players(fixture: Fixture) -> str:
    return f"{fixture.first} v {fixture.second}"


def _span(numbers: Sequence[int]) -> str:
    """Without a dash, as the timeline in Prefect's UI leaves out what it has no letter for: 1–21
    would be read as 121.
    """
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
