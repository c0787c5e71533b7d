"""What is shown of how each captain's decisions were come by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.captains.llm import NO_LIMIT
from engine.cricket.choices import Seat
from engine.events import EndReason, SeatCounts, Spent
from engine.latency import counted
from engine.result import EpisodeResult
from flows.accounts import CaptainAccount, accounts, accounts_of_match, silent
from flows.honesty import accounts_markdown, accounts_text, figures, spent_of_run, usd
from flows.ledger import RunFolder
from flows.scorecards import scorecard_markdown
from flows.spending import KeptBudgets
from tests.tournaments.results import unasked

UNSAFE = "<b>x|y</b>\x1b[2J\n[z](http://w)"


def counts(captain: str = "model", **given: Any) -> SeatCounts:
    usual = {
        "captain": captain,
        "decisions": 10,
        "own": 8,
        "fallbacks": 2,
        "rethinks": 3,
        "illegal": 1,
        "malformed": 4,
        "fines": 0.0,
        "coverage": 0.8,
        "sources": {"fallback": 2, "llm": 8},
        "latencies_ms": counted([1000.0] * 8),
        "spent": Spent(calls=9, tokens_in=900, tokens_out=90, tokens_cached=5, tokens_reasoning=7),
        "cost_sources": ("unknown",),
        "prompt_digest": "ab" * 32,
        "models": ("served-1",),
    }
    return SeatCounts.model_validate(usual | given, strict=False)


def scripted(captain: str = "heuristic") -> SeatCounts:
    return unasked(captain, decisions=10)


def result(home: SeatCounts, away: SeatCounts, **given: Any) -> EpisodeResult:
    usual: dict[str, Any] = {
        "episode_id": "e1",
        "attempt": 1,
        "seed": 7,
        "home": home.captain,
        "away": away.captain,
        "winner": Seat.AWAY,
        "end_reason": EndReason.COMPLETED,
        "result": "won",
        "innings": (),
        "turns": 20,
        "deliveries": 12,
        "luck": 0.0,
        "counts": {Seat.HOME: home, Seat.AWAY: away},
        "record_digest": "d",
        "error": None,
        "cards": (),
    }
    return EpisodeResult(**usual | given)


def account(**given: Any) -> CaptainAccount:
    return accounts_of_match(result(counts(**given), scripted()))[0]


PRICED = Spent(calls=9, tokens_in=900, tokens_out=90, cost_usd=0.0123)


def test_every_figure_of_the_issue_is_shown() -> None:
    told = figures(account(spent=PRICED, cost_sources=("file",)))
    assert told["by source"] == "2 fallback + 8 llm"
    assert (told["own"], told["coverage"], told["rethinks"]) == ("8", "80.0%", "3")
    assert (told["illegal"], told["malformed"], told["fallbacks"]) == ("1", "4", "2")
    assert (told["p50"], told["p95"]) == ("1 s", "1 s")
    assert (told["tokens in"], told["tokens out"]) == ("900", "90")
    assert told["cost"] == "0.0123 USD (file)"
    assert (told["model"], told["prompt"]) == ("served-1", "abababababab")


def test_percentiles_are_of_all_decisions_and_not_of_episodes() -> None:
    quick = result(counts(latencies_ms=counted([100.0] * 97)), scripted())
    slow = result(counts(latencies_ms=counted([9000.0] * 3)), scripted(), episode_id="e2")
    (told,) = accounts(["model"], [quick, slow])
    assert told.latency_ms_p50 == told.latency_ms_p95 == pytest.approx(100, rel=0.05)


def test_a_resumed_run_gives_the_same_account(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    played = [result(counts(), scripted()), result(scripted(), counts(), episode_id="e2")]
    for one in played:
        folder.append(one)
    again = list(folder.attempts())
    assert accounts(["model", "heuristic"], again) == accounts(["model", "heuristic"], played)


def test_two_captains_of_one_name_have_an_account_each() -> None:
    told = accounts_of_match(result(counts("x"), scripted("x")))
    assert [one.own for one in told] == [8, 10]


@pytest.mark.parametrize("text", [accounts_markdown, accounts_text])
def test_an_unknown_price_is_never_shown_as_none(text: Any) -> None:
    shown = text([account()])
    assert "unknown" in shown
    assert "USD" not in shown


def test_calls_that_nobody_priced_have_no_known_cost() -> None:
    free = Spent(calls=9, cost_usd=0.0)
    assert account(spent=free, cost_sources=()).cost_usd is None


def test_a_small_cost_is_not_shown_as_none() -> None:
    assert usd(0.00001) == "under 0.0001 USD"


@pytest.mark.parametrize("given", [{"captain": UNSAFE}, {"models": (UNSAFE,)}])
def test_names_can_do_nothing_to_a_page_or_a_terminal(given: dict[str, Any]) -> None:
    one = account().model_copy(
        update={k: list(v) if k == "models" else v for k, v in given.items()}
    )
    page, plain = accounts_markdown([one]), accounts_text([one])
    assert "<b>" not in page
    assert "](" not in page
    assert page.count("\n") == accounts_markdown([account()]).count("\n")
    assert "\x1b" not in page + plain


@pytest.mark.parametrize("name", ["m", "m" * 200])
def test_the_text_fits_eighty_columns(name: str) -> None:
    one = account(captain=name, models=(name, "n" * 60))
    assert max(map(len, accounts_text([one]).splitlines())) <= 80


def test_an_artifact_has_every_figure_in_tables_that_fit_a_page() -> None:
    lines = accounts_markdown([account()]).splitlines()
    heads = [line.strip("| ").split(" | ") for line in lines if line.startswith("| captain |")]
    assert sorted(name for head in heads for name in head[1:]) == sorted(figures(account()))
    assert max(map(len, heads)) <= 8


def test_who_answered_at_once_has_no_lines() -> None:
    assert accounts_text(accounts_of_match(result(scripted(), scripted()))) == ""


def test_a_scorecard_says_it_of_both_captains() -> None:
    told = scorecard_markdown(result(counts(), scripted()))
    assert "| model | 10 | 8 |" in told
    assert "| heuristic | 10 | 10 |" in told


def test_a_scorecard_of_scripted_captains_is_as_short_as_before() -> None:
    assert "decisions were come by" not in scorecard_markdown(result(scripted(), scripted()))


SPENT = {"v": 2, "captains": {}}


@pytest.mark.parametrize(
    ("usd_spent", "calls", "unpriced", "told"),
    [
        (0.0, 4, 4, "9 tokens, cost unknown"),
        (0.5, 4, 3, "9 tokens, 0.5000 USD and the unknown cost of 3 calls"),
        (0.5, 4, 0, "9 tokens, 0.5000 USD"),
        (0.0, 4, 0, "9 tokens, 0.0000 USD"),
    ],
)
def test_what_a_run_spent_is_told_with_what_nobody_knows(
    tmp_path: Path, usd_spent: float, calls: int, unpriced: int, told: str
) -> None:
    run = {"tokens": 9, "usd": usd_spent, "calls": calls, "unpriced": unpriced, "wall_s": 0.0}
    (tmp_path / "spent.json").write_text(json.dumps(SPENT | {"run": run}), encoding="utf-8")
    spent = KeptBudgets(NO_LIMIT, tmp_path / "spent.json").spent()
    assert spent_of_run(spent) == told
    assert (spent["usd"] is None) == bool(unpriced)


def test_a_forfeit_is_told_of_who_lost_by_it() -> None:
    lost = replace(result(counts(), scripted()), end_reason=EndReason.FORFEIT)
    assert [figures(one)["forfeits"] for one in accounts_of_match(lost)] == ["1", "0"]


def test_a_person_who_answered_or_did_not_is_shown() -> None:
    there = scripted("ada").model_copy(update={"latencies_ms": counted([1000.0])})
    away = scripted("bob").model_copy(update={"timeouts": 10, "own": 0, "coverage": 0.0})
    told = [
        accounts_text(accounts([one.captain], [result(one, scripted())])) for one in (there, away)
    ]
    assert "p50 1 s" in told[0]
    assert "timeouts 10" in told[1]


def test_what_is_below_the_least_coverage_is_not_rounded_up_to_it() -> None:
    model = counts(decisions=2000, own=1899, coverage=0.9495)
    assert silent(accounts(["model"], [result(model, scripted())])) == {
        "model": "model made 94 % of his decisions himself, below 95 %"
    }
