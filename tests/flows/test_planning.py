"""A plan: what is counted, what it is reckoned from, what it says of limits and machines."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cricket.choices import Seat
from engine.result import EpisodeResult
from flows import catalogue
from flows.cli import main
from flows.opening import open_run
from flows.order import Order
from flows.plan_needs import ASSUMED, MEASURED
from flows.plan_report import LimitCheck, PlanReport
from flows.planning import forecast
from flows.play import play_until_it_counts
from flows.precedents import LEAST_PAIRS, precedents
from flows.ranges import Range
from tests.flows.support import SMALL, tournament_file
from tests.flows.test_experience import episode
from tournaments import EpisodePlan, TournamentPlan, parse_tournament
from tournaments.stats.power import ELO_A_SCORE
from tournaments.stats.student import reach

MODEL = '{name: model, kind: llm, model: m, base_url: "http://127.0.0.1:9/v1"PRICE}'
ASKED = f"""\
name: asked
match: {{overs: 5, pairs: 10}}
captains: [heuristic, {MODEL}]
limits: LIMITS
"""


def order_of(text: str, occasion: str = "1") -> Order:
    return Order.of(parse_tournament(text, catalogue.known()), occasion)


def planned(text: str, runs: Path | None = None) -> PlanReport:
    if runs is not None:
        return forecast(order_of(text), runs)
    with tempfile.TemporaryDirectory() as nothing:
        return forecast(order_of(text), Path(nothing))


def asked(*, price: str = ", price: {input: 1, output: 2}", limits: str = "{}") -> str:
    return ASKED.replace("PRICE", price).replace("LIMITS", limits)


def league(captains: int, pairs: int) -> str:
    lines = "".join(f"  - {{name: c{n}, kind: heuristic}}\n" for n in range(captains))
    return f"name: league\nmatch: {{overs: 5, pairs: {pairs}}}\ncaptains:\n{lines}"


def played(runs: Path, text: str, pairs: int, **given: Any) -> Order:
    """A run of which so many pairs are in the ledger, each episode with ten calls."""
    order = order_of(text)
    with open_run(order, runs) as run:
        fixture = run.plan.fixtures[0]
        for number in fixture.pair_numbers[:pairs]:
            for leg in run.plan.pair(fixture, number):
                run.folder.append(replace(_result(leg), **given))
                (run.folder.records / f"{leg.episode_id}.jsonl").touch()
    return order


def _result(leg: EpisodePlan) -> EpisodeResult:
    """The model wins both legs of every other pair; every play has a digest of its own."""
    result = episode(10, took_s=2.0, episode_id=str(leg.episode_id), record_digest=leg.episode_id)
    if leg.home != "model":
        counts = {seat: result.counts[seat.other] for seat in result.counts}
        result = replace(result, home="heuristic", away="model", counts=counts)
    model = Seat.HOME if leg.home == "model" else Seat.AWAY
    return replace(result, winner=model if leg.pair % 2 else None)


@settings(max_examples=30, deadline=None)
@given(captains=st.integers(2, 6), pairs=st.integers(1, 1_000_000))
def test_what_is_planned_is_what_the_plan_counts(captains: int, pairs: int) -> None:
    told = planned(league(captains, pairs))
    plan = order_of(league(captains, pairs)).plan
    assert told.episodes == plan.total_episodes == told.left
    assert told.pairs * 2 == told.episodes
    assert told.fixtures == len(plan.fixtures)


def test_ten_million_episodes_are_counted_and_never_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def listed(*_: object) -> Iterator[EpisodePlan]:
        raise AssertionError("a plan lists no episode")

    monkeypatch.setattr(TournamentPlan, "episodes", listed)
    monkeypatch.setattr(TournamentPlan, "pair", listed)
    told = planned(league(16, 41_667))
    assert told.episodes == 10_000_080
    machines = {one.hours: one.machines for one in told.machines}
    assert machines[1] > machines[8] > machines[24] > 1
    assert told.resolution[0].half_width_elo is not None


def test_scripted_captains_take_hours_and_no_calls() -> None:
    told = planned(SMALL)
    assert told.calls.high == told.tokens.high == 0
    assert told.usd is not None
    assert told.usd.high == 0
    assert 0 < told.hours.low < told.hours.expected < told.hours.high
    assert told.sources["calls, tokens, dollars, answers"] == "nobody is asked"


def test_the_records_of_what_is_left_take_so_much_of_the_disk() -> None:
    one, ten = planned(league(4, 100)), planned(league(4, 1_000))
    assert ten.disk_mb.expected == pytest.approx(10 * one.disk_mb.expected, rel=0.001)
    assert 0 < one.disk_mb.low < one.disk_mb.expected < one.disk_mb.high
    assert one.disk_free_mb > 0


def test_a_disk_that_may_be_too_small_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pairs, is_told in ((1, False), (1_000_000, True)):
        file = tournament_file(tmp_path, league(16, pairs))
        assert main(["plan", str(file), "--runs", str(tmp_path)]) == 0
        assert ("let old records go" in capsys.readouterr().out) == is_told


def test_of_whom_nothing_is_known_the_price_table_and_assumptions_tell() -> None:
    told = planned(asked())
    (model,) = told.by_captain
    assert (model.captain, model.source) == ("model", ASSUMED)
    assert told.usd is not None
    assert 0 < told.usd.low < told.usd.expected < told.usd.high
    assert 20 * 15 < told.calls.low < told.calls.high
    dearer = planned(asked(price=", price: {input: 10, output: 20}"))
    assert dearer.usd is not None
    assert dearer.usd.expected == pytest.approx(10 * told.usd.expected, rel=0.01)


def test_an_unknown_price_is_not_reckoned_as_nothing() -> None:
    assert planned(asked(price="")).usd is None


def test_earlier_matches_of_the_same_captains_are_reckoned_from(tmp_path: Path) -> None:
    played(tmp_path, asked(), 5)
    told = planned(asked(), tmp_path)
    (model,) = told.by_captain
    assert model.source == MEASURED
    assert (told.played, told.left) == (10, 10)
    assert told.calls.expected == 10 * 10
    assert told.usd is not None
    assert told.usd.expected == pytest.approx(10 * 0.1)


def test_matches_of_another_file_count_where_they_mean_the_same(tmp_path: Path) -> None:
    played(tmp_path, asked().replace("name: asked", "name: other"), 5)
    assert planned(asked(), tmp_path).by_captain[0].source == MEASURED
    assert (
        planned(asked().replace("overs: 5", "overs: 6"), tmp_path).by_captain[0].source == ASSUMED
    )


def test_pairs_tell_their_variance_once_there_are_enough(tmp_path: Path) -> None:
    text = asked().replace("pairs: 10", "pairs: 40")
    order = played(tmp_path, text, LEAST_PAIRS - 1)
    assert all(one.source == ASSUMED for one in planned(text, tmp_path).resolution)
    played(tmp_path, text, LEAST_PAIRS)
    told = planned(text, tmp_path)
    assert [one.source for one in told.resolution] == ["20 pairs of earlier matches"] * 2
    assert precedents(tmp_path, order.meaning).spread.pairs == LEAST_PAIRS


def test_a_result_that_two_runs_tell_is_one(tmp_path: Path) -> None:
    order = played(tmp_path, asked(), 5)
    played(tmp_path, asked().replace("name: asked", "name: other"), 5, record_digest="same")
    found = precedents(tmp_path, order.meaning)
    assert found.results == 10 + 1
    assert found.runs == 2


def test_adjusted_results_resolve_more_than_raw_ones() -> None:
    raw, adjusted = planned(SMALL.replace("pairs: 2", "pairs: 30")).resolution
    assert raw.half_width_elo is not None
    assert adjusted.half_width_elo is not None
    assert adjusted.half_width_elo < raw.half_width_elo


def test_a_league_resolves_more_than_one_of_its_pairings() -> None:
    for one in planned(league(6, 30)).resolution:
        assert one.half_width_elo is not None
        assert one.head_to_head_half_width_elo is not None
        assert one.half_width_elo < one.head_to_head_half_width_elo


@pytest.mark.parametrize("seeds", ["shared_seeds: true", "shared_seeds: false"])
def test_a_test_that_goes_on_resolves_what_its_likely_pairs_do(seeds: str) -> None:
    pair = "sprt: {pair: [c0, c1], elo0: 0, elo1: 50, max_pairs: 100}"
    text = league(2, 4).replace("pairs: 4", f"pairs: 4, {seeds}")
    for one, fixed in zip(
        planned(f"{text}stop: {{{pair}}}\n").resolution,
        planned(text.replace("pairs: 4", "pairs: 52")).resolution,
        strict=True,
    ):
        assert one.half_width_elo == pytest.approx(fixed.half_width_elo)
        assert one.head_to_head_half_width_elo == one.half_width_elo


@pytest.mark.parametrize(("shared", "freedom"), [("true", 9), ("false", 19)])
def test_a_test_that_goes_on_tells_no_more_of_a_third_than_his_own_seeds_do(
    shared: str, freedom: int
) -> None:
    text = league(3, 10).replace("pairs: 10", f"pairs: 10, shared_seeds: {shared}")
    told = planned(f"{text}stop: {{sprt: {{pair: [c0, c1], elo0: 0, elo1: 50, max_pairs: 190}}}}\n")
    around = 1 / 100 + 1 / 10  # of c0 and c2, through c1: the tested two play 10 to 190
    for one in told.resolution:
        assert one.half_width_elo == pytest.approx(
            reach(freedom) * sqrt(one.pair_variance / (10 + 1 / around)) * ELO_A_SCORE, rel=0.01
        )


def test_fewer_slots_take_longer() -> None:
    assert planned(asked(limits="{llm: 1}")).hours.expected == pytest.approx(
        8 * planned(asked(limits="{llm: 8}")).hours.expected, rel=0.01
    )


@pytest.mark.parametrize(
    ("limit", "fits", "pairs"),
    [(400, "yes", 10), (200, "perhaps", 10), (50, "no", 2), (0, "no", 0)],
)
def test_a_limit_is_held_against_what_is_needed(limit: float, fits: str, pairs: int) -> None:
    found = LimitCheck.of("usd", 100 + limit, 100, Range(100, 200, 400), 10)
    assert (found.fits, found.pairs) == (fits, pairs)


def test_every_limit_of_the_file_is_checked() -> None:
    limits = "{tokens: 1_000_000, usd: 1, calls: 500, wall_s: 60}"
    told = planned(asked(limits=limits)).limits
    assert [one.name for one in told] == ["tokens", "usd", "calls", "wall_s"]


def test_the_command_answers_with_one_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "demo", "--runs", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["episodes"], told["fixtures"]) == ("demo", 120, 6)
    assert not list(tmp_path.iterdir())


def test_the_command_says_it_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "demo", "--runs", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "120 episodes, 0 played, 120 left:" in out
    assert "raw results tell two captains apart within ±" in out


def test_a_pilot_of_no_pairs_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "demo", "--pilot", "0"]) == 2
    assert "--pilot 0: allowed" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["knockout", "swiss", "ladder"])
def test_where_results_decide_there_is_a_range(kind: str) -> None:
    text = league(6, 4).replace("match:", f"format: {{kind: {kind}}}\nmatch:")
    told, plan = planned(text), order_of(text).plan
    assert (told.episodes_at_least, told.episodes) == (plan.at_least, plan.at_most)
    assert len(plan.fixtures) <= told.fixtures_at_least <= told.fixtures
    assert len(plan.fixtures) < told.fixtures
    assert 0 < told.episodes_at_least <= told.episodes == told.left
    assert 0 < told.hours.low < told.hours.high
    assert told.resolution[0].half_width_elo is not None


def test_a_plan_that_grows_is_planned_on_from_its_results(tmp_path: Path) -> None:
    text = "name: cup\nformat: {kind: knockout}\nmatch: {overs: 1, pairs: 1}\n"
    text += "captains: [heuristic, random, baseline, cautious]\nspectate: {episodes: none}\n"
    order = order_of(text)
    with open_run(order, tmp_path) as run:
        for spec in list(run.missing.values()):
            run.add([asyncio.run(play_until_it_counts(run.folder, spec, attempts=1))])
    told = planned(text, tmp_path)
    assert told.played == order.plan.total_episodes
    before = (order.plan.at_least, order.plan.at_most)
    assert (told.episodes_at_least, told.episodes) != before


def test_what_would_be_taken_over_is_not_planned_again(tmp_path: Path) -> None:
    two = "name: more\nmatch: {overs: 1, pairs: 2}\ncaptains: [heuristic, random]\n"
    with open_run(order_of(two), tmp_path) as run:
        for spec in list(run.missing.values()):
            run.add([asyncio.run(play_until_it_counts(run.folder, spec, attempts=1))])
    three = two.replace("random]", "random, baseline]")
    told = planned(three, tmp_path)
    assert (told.episodes, told.played, told.taken_over, told.left) == (12, 0, 4, 8)
    with open_run(order_of(three), tmp_path) as run:
        assert run.taken_over == told.taken_over
    again = planned(three, tmp_path)
    assert (again.played, again.taken_over, again.left) == (4, 0, 8)


def test_who_has_a_bye_is_reckoned_with_too() -> None:
    other = MODEL.replace("model, kind", "other, kind").replace(
        "PRICE", ", price: {input: 1, output: 2}"
    )
    text = asked().replace("captains: [", f"captains: [{other}, ")
    told = planned(text.replace("match:", "format: {kind: knockout}\nmatch:"))
    assert [one.captain for one in told.by_captain] == ["other", "model"]
    assert all(one.calls.low > 0 for one in told.by_captain)


def test_a_knockout_of_six_has_five_encounters() -> None:
    told = planned(league(6, 4).replace("match:", "format: {kind: knockout}\nmatch:"))
    assert (told.fixtures_at_least, told.fixtures) == (5, 5)


def test_one_fixture_is_told_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(league(2, 1), encoding="utf-8")
    assert main(["plan", str(file), "--runs", str(tmp_path / "runs")]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(": 2 captains, 1 fixture")


def test_the_command_tells_ranges_and_who_costs_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = MODEL.replace("model, kind", "other, kind").replace("PRICE", "")
    text = asked(limits="{calls: 100}").replace("captains: [", f"captains: [{other}, ")
    file = tmp_path / "asked.yaml"
    file.write_text(text.replace("match:", "format: {kind: knockout}\nmatch:"), encoding="utf-8")
    assert main(["plan", str(file), "--runs", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    assert "2 fixtures" in out
    assert " to 80 episodes" in out
    assert re.search(r"  of other +unknown", out)
    assert "limit of 100 calls, 0 spent: not enough: about" in out


def test_a_plan_that_results_decide_tells_the_fewest_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "cup.yaml"
    form = "{kind: knockout, best_of: 1, extend_to: 3}"
    match = f"format: {form}\nmatch: {{overs: 1}}"
    file.write_text(SMALL.replace("match: {overs: 1, pairs: 2}", match))
    assert main(["plan", str(file), "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^(\d+ to \d+) episodes, 0 played, \1 left:$", told, re.MULTILINE)
