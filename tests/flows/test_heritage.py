"""What a changed file takes over of what was played before: what means the same, nothing else."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record import header_of, record_path
from engine.result import EpisodeResult
from flows import catalogue
from flows.gists import gists
from flows.opening import open_run
from flows.order import Order
from flows.play import play_until_it_counts
from flows.played import result_of_record
from flows.pruning import prune
from flows.run import Run
from tournaments import parse_tournament


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A tournament file in parts that may change."""

    captains: tuple[str, ...] = ("heuristic", "random")
    overs: int = 1
    pairs: int = 1
    seed: int = 3
    era: int = 2026
    shared: bool = True
    win: int = 2

    def order(self, occasion: str = "1") -> Order:
        text = (
            f"name: changing\nseed: {self.seed}\npoints: {{win: {self.win}}}\n"
            f"match: {{overs: {self.overs}, pairs: {self.pairs}, era: {self.era}, "
            f"shared_seeds: {str(self.shared).lower()}}}\n"
            f"captains: [{', '.join(self.captains)}]\nspectate: {{episodes: none}}\n"
        )
        return Order.of(parse_tournament(text, catalogue.known()), occasion)


TUNED = "{name: random, kind: heuristic}"
VERSIONS = st.builds(
    Version,
    captains=st.sampled_from(
        [
            ("heuristic", "random"),
            ("random", "heuristic"),
            ("heuristic", "random", "baseline"),
            ("heuristic", TUNED),
            ("baseline", "random"),
        ]
    ),
    overs=st.sampled_from([1, 2]),
    pairs=st.integers(1, 2),
    seed=st.sampled_from([3, 4]),
    era=st.sampled_from([2026, 2019]),
    shared=st.booleans(),
    win=st.sampled_from([2, 3]),
)


@contextmanager
def opened(order: Order, runs: Path, *, fresh: bool = False) -> Iterator[Run]:
    with open_run(order, runs, fresh=fresh) as run:
        yield run


def play_all(run: Run) -> Mapping[str, EpisodeResult]:
    """Play what is missing; the results by episode."""
    for spec in list(run.missing.values()):
        run.add([asyncio.run(play_until_it_counts(run.folder, spec, attempts=1))])
    run.missing.clear()
    return counted(run)


def counted(run: Run) -> Mapping[str, EpisodeResult]:
    """The results by episode."""
    return {one.episode_id: one for one in run.folder.attempts() if not one.end_reason.is_void}


def play(version: Version, runs: Path) -> Mapping[str, EpisodeResult]:
    with opened(version.order(), runs) as run:
        return play_all(run)


def play_afresh(version: Version) -> Mapping[str, EpisodeResult]:
    """In a folder where nothing was played before."""
    with tempfile.TemporaryDirectory() as elsewhere:
        return play(version, Path(elsewhere))


@settings(max_examples=12, deadline=None)
@given(before=VERSIONS, now=VERSIONS)
def test_what_is_taken_over_is_what_would_have_been_played(before: Version, now: Version) -> None:
    with tempfile.TemporaryDirectory() as name:
        runs = Path(name)
        play(before, runs)
        ended = play(now, runs)
    afresh = play_afresh(now)
    assert ended.keys() == afresh.keys()
    for episode_id, result in ended.items():
        other = afresh[episode_id]
        assert result.record_digest == other.record_digest
        assert (result.home, result.away, result.seed) == (other.home, other.away, other.seed)
        assert (result.winner, result.luck) == (other.winner, other.luck)


@settings(max_examples=20, deadline=None)
@given(now=VERSIONS)
def test_all_that_means_the_same_is_taken_over_and_nothing_else(now: Version) -> None:
    before = Version(captains=("heuristic", "random", "baseline"), pairs=2)
    with tempfile.TemporaryDirectory() as name:
        runs = Path(name)
        kept = play(before, runs)
        with opened(now.order(), runs) as run:
            resumed = {r.episode_id for r in counted(run).values() if not r.taken_from}
            taken = {r.episode_id for r in counted(run).values() if r.taken_from}
            specs = {str(e.episode_id): e for e in run.plan.episodes()}
    had = {(one.seed, one.home, one.away) for one in kept.values()}
    same_game = (now.overs, now.era) == (before.overs, before.era)
    expected = {
        episode_id
        for episode_id, e in specs.items()
        if same_game
        and (e.seed, e.home, e.away) in had
        and not (TUNED in now.captains and "random" in (e.home, e.away))
    }
    assert taken | resumed == expected


def test_what_has_lost_its_record_is_counted_and_played_again(tmp_path: Path) -> None:
    two, three = Version(pairs=2), Version(captains=("heuristic", "random", "baseline"), pairs=2)
    with opened(two.order(), tmp_path) as run:
        played = play_all(run)
    assert [one.records for one in prune([run.folder])] == [len(played)]
    with opened(three.order(), tmp_path) as run:
        assert (run.taken_over, run.heritage.lost()) == (0, len(played))


def test_one_captain_more_keeps_what_the_others_have_played(tmp_path: Path) -> None:
    two, three = Version(pairs=2), Version(captains=("heuristic", "random", "baseline"), pairs=2)
    before = play(two, tmp_path)
    with opened(three.order(), tmp_path) as run:
        assert run.taken_over == len(before) == 4
        assert len(run.missing) == 8
        assert run.heritage.changed() == ("baseline is new",)
        assert len(run.book.table.standings()) == 3
        assert sum(row.played for row in run.book.table.standings()) == 2 * 4


def test_a_record_that_is_taken_over_says_so_and_is_whole(tmp_path: Path) -> None:
    play(Version(), tmp_path)
    with opened(Version(pairs=2).order(), tmp_path) as run:
        taken = next(iter(counted(run).values()))
        path = record_path(run.folder.records, taken.episode_id)
    header = header_of(path)
    assert header.episode_id == taken.episode_id
    assert header.data.spec["episode_id"] == taken.episode_id
    assert header.data.taken_from == taken.taken_from
    assert result_of_record(path).record_digest == taken.record_digest


def test_what_was_taken_over_is_resumed_like_all_else(tmp_path: Path) -> None:
    play(Version(), tmp_path)
    more = Version(pairs=2)
    first = play(more, tmp_path)
    with opened(more.order(), tmp_path) as run:
        assert (run.resumed, run.taken_over, run.missing) == (4, 0, {})
        resumed = {r.episode_id: r.taken_from for r in counted(run).values()}
    assert resumed == {name: result.taken_from for name, result in first.items()}


def test_what_was_taken_over_is_told_in_reports_without_its_record(tmp_path: Path) -> None:
    play(Version(), tmp_path)
    with opened(Version(pairs=2).order(), tmp_path) as run:
        taken = {result.episode_id for result in counted(run).values()}
        assert {gist.episode_id for gist in gists(run.folder, taken, from_records=False)} == taken


def test_through_several_versions_the_first_episode_is_named(tmp_path: Path) -> None:
    first = play(Version(), tmp_path)
    play(Version(pairs=2), tmp_path)
    with opened(Version(pairs=3).order(), tmp_path) as run:
        assert {r.taken_from for r in counted(run).values()} >= first.keys()


def test_another_occasion_takes_nothing_over(tmp_path: Path) -> None:
    play(Version(), tmp_path)
    with opened(Version(pairs=2).order("2"), tmp_path) as run:
        assert run.heritage.earlier == ()
        assert run.taken_over == 0


def test_starting_over_takes_nothing_over_and_neither_does_what_was_set_aside(
    tmp_path: Path,
) -> None:
    play(Version(), tmp_path)
    more = Version(pairs=2)
    for fresh in (True, False):
        with opened(more.order(), tmp_path, fresh=fresh) as run:
            assert run.taken_over == 0
            assert len(run.missing) == 4


def _tear(record: Path) -> None:
    record.write_bytes(record.read_bytes()[:-200])


def _forge(record: Path) -> None:
    record.write_text(record.read_text(encoding="utf-8").replace('"runs":1', '"runs":2', 1))


def _of_another_match(record: Path) -> None:
    header, *rest = record.read_text(encoding="utf-8").splitlines()
    told = json.loads(header)
    told["data"]["spec"]["max_super_overs"] = 2
    record.write_text("\n".join([json.dumps(told), *rest]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("damage", [_tear, _forge, _of_another_match, Path.unlink])
def test_a_record_that_cannot_be_trusted_is_played_again(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    play(Version(), tmp_path)
    for record in (tmp_path / "changing").glob("*/records/*.jsonl"):
        damage(record)
    with opened(Version(pairs=2).order(), tmp_path) as run:
        assert run.taken_over == 0
        assert len(run.missing) == 4
