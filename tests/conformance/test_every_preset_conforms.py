"""Every preset passes the suite for captains, and the suite catches those who do not."""

import random

import pytest

from engine.captains import PRESETS, Baseline, build
from engine.conformance import FORMATS, Check, check_captain
from engine.cricket.choices import Decision, DecisionKind, DeliveryDecision, Field, ShotDecision
from engine.cricket.nodes import DecisionRequest
from engine.seeds import CaptainDraws


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_passes_every_check(name: str) -> None:
    assert [c for c in check_captain(lambda: build(PRESETS[name])) if not c.passed] == []


class Careless(Baseline):
    """Puts everybody back whatever the phase."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        if request.kind is DecisionKind.DELIVERY:
            return DeliveryDecision(field=Field.SPREAD)
        return super().decide(request, draws)


class Moody(Baseline):
    """Plays by a coin that is not his own."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        if request.kind is DecisionKind.SHOT:
            return ShotDecision(aggression=random.random())
        return super().decide(request, draws)


class Counting(Baseline):
    """Remembers how often he was asked, and plays by it."""

    asked = 0

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        self.asked += 1
        if request.kind is DecisionKind.SHOT:
            return ShotDecision(aggression=(self.asked % 10) / 10)
        return super().decide(request, draws)


class Tampering(Baseline):
    """Gives his side a run whenever he is asked."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if innings is not None:
            object.__setattr__(innings, "runs", innings.runs + 1)
        return super().decide(request, draws)


class Broken(Baseline):
    """Gives up on a free hit."""

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if innings is not None and innings.free_hit:
            raise RuntimeError("what now?")
        return super().decide(request, draws)


def failed(captain: type[Baseline]) -> dict[str, str]:
    checks: list[Check] = check_captain(captain, formats=FORMATS[:1])
    return {check.name: check.detail for check in checks if not check.passed}


def test_an_illegal_choice_is_caught() -> None:
    assert "spread field may not be set now" in failed(Careless)["plays T5 legally"]


def test_randomness_from_elsewhere_is_caught() -> None:
    assert "plays the same match again on the same seed" in failed(Moody)


def test_a_memory_beyond_the_request_is_caught() -> None:
    assert failed(Counting).keys() == {"answers a question as before, in any order"}


def test_tampering_with_what_is_shown_is_caught() -> None:
    assert "leaves what it is shown as it was" in failed(Tampering)


def test_a_captain_who_raises_fails_the_check_that_he_raised_in() -> None:
    assert failed(Broken)["plays on through free hits"] == "raised RuntimeError: what now?"
