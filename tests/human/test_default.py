"""What decides for a person who lets his time pass, asked by a scripted double of the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.calls import CricketAction
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.errors import CaptainSilent
from engine.events import DecisionEvent, DecisionMade, SeatCounts
from engine.observation import CricketObservation
from engine.tool_captains import Services
from engine.tool_captains.account import Problem
from engine.tool_captains.contract import Caller
from tests.doubles import Remembering
from tests.human.person import first_choice, human, match


class Asked:
    """An `Asker` whose person answers as often as `says` says so. Comes back when told."""

    def __init__(self, says: Iterator[bool]) -> None:
        self._says = says
        self.asked = self.called_back = 0
        self.come_back: Callable[[], None] | None = None

    async def ask(
        self, who: Caller, observation: CricketObservation, deadline_s: float
    ) -> CricketAction:
        self.asked += 1
        if not next(self._says):
            raise CaptainSilent(Problem.LATE, "no answer")
        call = first_choice({"observation": observation.model_dump(mode="json")})
        return CricketAction(tool=call["tool"], arguments=call["arguments"])

    def call_back(
        self, who: Caller, observation: CricketObservation, on_back: Callable[[], None]
    ) -> Callable[[], None]:
        self.called_back += 1
        self.come_back = on_back

        def stop() -> None:
            self.come_back = None

        return stop


async def led(asked: Asked, **settings: Any) -> tuple[SeatCounts, list[DecisionMade]]:
    """The person's counts and decisions in a match."""
    seen, services = Remembering(), Services(asker=asked)
    spec = match(human("ada", **settings))
    result = await play_episode(spec, observers=[seen], services=services)
    await services.aclose()
    told = [event.data for event in seen.events if isinstance(event, DecisionEvent)]
    return result.counts[Seat.HOME], [made for made in told if made.captain == "ada"]


def every_other() -> Iterator[bool]:
    while True:
        yield True
        yield False


def at_first(answers: int) -> Iterator[bool]:
    yield from [True] * answers
    while True:
        yield False


async def test_the_baseline_decides_and_it_is_no_fallback() -> None:
    counts, _ = await led(Asked(every_other()))
    assert counts.sources == {"human": counts.own, "default": counts.timeouts}
    assert counts.problems == {"late": counts.timeouts}
    assert (counts.fallbacks, counts.rethinks) == (0, 0)
    assert counts.own + counts.timeouts == counts.decisions


async def test_what_he_chose_last_is_repeated_where_that_is_legal() -> None:
    _, made = await led(Asked(at_first(12)), on_timeout="repeat")
    mine: dict[str, Any] = {}
    repeated = [one for one in made if one.source == "repeat"]
    for one in made:
        if one.source == "human":
            mine[one.kind] = one.choice
        elif one.source == "repeat":
            assert one.choice == mine[one.kind]
    assert repeated
    assert {one.kind for one in made if one.source == "default"} <= {"batter", "bowler", "shot"}


async def test_before_his_first_answer_the_baseline_decides() -> None:
    counts, _ = await led(Asked(at_first(0)), on_timeout="repeat")
    assert counts.sources == {"default": counts.decisions}
    assert counts.coverage == 0.0


async def test_who_lets_so_many_pass_in_a_row_is_not_asked_any_more() -> None:
    asked = Asked(at_first(5))
    counts, _ = await led(asked, gone_after=4)
    assert asked.asked == 5 + 4
    assert counts.problems == {"late": 4, "gone": counts.timeouts - 4}
    assert asked.called_back == 1


async def test_an_answer_between_two_that_passed_begins_the_count_anew() -> None:
    asked = Asked(every_other())
    counts, _ = await led(asked, gone_after=2)
    assert "gone" not in counts.problems
    assert asked.called_back == 0


async def test_who_is_back_is_asked_again() -> None:
    class Returning(Asked):
        def call_back(self, *call: Any) -> Callable[[], None]:
            stop = super().call_back(*call)
            call[-1]()
            return stop

    asked = Returning(at_first(0))
    counts, _ = await led(asked, gone_after=1)
    assert asked.asked == asked.called_back == counts.decisions
    assert counts.problems == {"late": counts.decisions}


async def test_a_default_does_not_stand_for_the_over() -> None:
    counts, _ = await led(Asked(at_first(0)), cadence="over")
    assert counts.standing == 0
