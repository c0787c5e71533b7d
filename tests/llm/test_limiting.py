"""Slots of an endpoint: never more than allowed, first come first served, lost by nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from engine.tool_captains.limiting import AdaptiveLimiter

HERE = "http://127.0.0.1:1/v1"


class Clock:
    """Time that passes when it is told to, and what is to be done at which time."""

    def __init__(self) -> None:
        self.now = 100.0
        self._due: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        self._due.append((self.now + delay_s, call))

    def passes(self, seconds: float) -> None:
        self.now += seconds
        due = [call for at, call in self._due if at <= self.now]
        self._due = [(at, call) for at, call in self._due if at > self.now]
        for call in due:
            call()


def _limiter(clock: Clock, ceiling: int = 8) -> AdaptiveLimiter:
    return AdaptiveLimiter(ceiling, now=clock, later=clock.later)


class Guests:
    """Hold slots until they are told to go."""

    def __init__(self, limiter: AdaptiveLimiter) -> None:
        self._limiter = limiter
        self.inside: list[int] = []
        self.came: list[int] = []
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._leave: dict[int, asyncio.Event] = {}

    async def come(self, *names: int) -> None:
        for name in names:
            self._leave[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._stay(name))
            await self.settle()

    async def go(self, name: int) -> None:
        self._leave[name].set()
        await self.settle()

    async def give_up(self, name: int) -> None:
        self._tasks[name].cancel()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _stay(self, name: int) -> None:
        async with self._limiter.slot(HERE):
            self.inside.append(name)
            self.came.append(name)
            try:
                await self._leave[name].wait()
            finally:
                self.inside.remove(name)


async def test_it_starts_with_four_and_serves_in_order() -> None:
    guests = Guests(_limiter(Clock()))
    await guests.come(*range(7))
    assert guests.inside == [0, 1, 2, 3]
    await guests.go(2)
    await guests.go(0)
    assert guests.came == [0, 1, 2, 3, 4, 5]


async def test_each_good_answer_opens_a_place_until_the_endpoint_pushes_back() -> None:
    limiter = _limiter(Clock(), ceiling=40)
    guests = Guests(limiter)
    await guests.come(*range(50))
    for _ in range(4):
        limiter.went_well(HERE)
    assert limiter.allowed(HERE) == 8
    limiter.pushed_back(HERE)
    assert limiter.allowed(HERE) == 6
    for _ in range(6):
        limiter.went_well(HERE)
    assert limiter.allowed(HERE) == 7


async def test_it_never_opens_past_its_ceiling() -> None:
    limiter = _limiter(Clock())
    guests = Guests(limiter)
    await guests.come(*range(12))
    for _ in range(100):
        limiter.went_well(HERE)
    await guests.settle()
    assert len(guests.inside) == 8


async def test_idle_slots_are_no_reason_to_open_more() -> None:
    limiter = _limiter(Clock())
    for _ in range(100):
        limiter.went_well(HERE)
    assert limiter.allowed(HERE) == 4


async def test_being_pushed_back_while_the_ceiling_is_down_closes_a_fifth_of_those_inside() -> None:
    limiter = _limiter(Clock())
    guests = Guests(limiter)
    await guests.come(1, 2, 3, 4)
    limiter.set_ceiling(HERE, 0)  # as when nothing can be leased for a while
    limiter.pushed_back(HERE)
    limiter.set_ceiling(HERE, 8)
    assert limiter.allowed(HERE) == 3
    for name in (1, 2, 3, 4):
        await guests.go(name)


async def test_being_pushed_back_closes_a_fifth_once_a_round() -> None:
    clock = Clock()
    limiter = _limiter(clock)
    for _ in range(5):
        limiter.pushed_back(HERE)
    assert limiter.allowed(HERE) == 3
    clock.passes(1.0)
    limiter.pushed_back(HERE)
    assert limiter.allowed(HERE) == 2
    for _ in range(50):
        clock.passes(1.0)
        limiter.pushed_back(HERE)
    assert limiter.allowed(HERE) == 1


async def test_one_callers_retry_after_holds_everybody() -> None:
    clock = Clock()
    limiter = _limiter(clock)
    guests = Guests(limiter)
    limiter.pushed_back(HERE, 5.0)
    await guests.come(1, 2)
    clock.passes(4.9)
    await guests.settle()
    assert guests.inside == []
    clock.passes(0.1)
    await guests.settle()
    assert guests.inside == [1, 2]


async def test_the_ceiling_may_change_while_it_runs() -> None:
    limiter = _limiter(Clock())
    guests = Guests(limiter)
    limiter.set_ceiling(HERE, 0)
    await guests.come(1, 2, 3)
    assert guests.inside == []
    assert limiter.demand(HERE) == 3
    limiter.set_ceiling(HERE, 2)
    await guests.settle()
    assert guests.inside == [1, 2]
    limiter.set_ceiling(HERE, 1)
    await guests.go(1)
    assert guests.inside == [2]


async def test_endpoints_do_not_wait_for_each_other() -> None:
    limiter = _limiter(Clock(), ceiling=1)
    async with limiter.slot(HERE), limiter.slot("http://127.0.0.1:2/v1"):
        assert limiter.demand(HERE) == 1


_Step = st.tuples(st.sampled_from(["come", "go", "give_up", "well", "back"]), st.integers(0, 20))


@given(st.lists(_Step, max_size=60), st.integers(1, 6))
def test_whoever_comes_goes_or_gives_up_no_slot_is_lost(
    steps: list[tuple[str, int]], ceiling: int
) -> None:
    asyncio.run(_played(steps, ceiling))


async def _played(steps: list[tuple[str, int]], ceiling: int) -> None:
    limiter = _limiter(Clock(), ceiling)
    guests, known = Guests(limiter), 0
    for step, which in steps:
        match step:
            case "come":
                await guests.come(known)
                known += 1
            case "well":
                limiter.went_well(HERE)
            case "back":
                limiter.pushed_back(HERE)
            case "go" if known:
                await guests.go(which % known)
            case "give_up" if known:
                await guests.give_up(which % known)
        assert len(guests.inside) <= ceiling
        assert guests.came == sorted(guests.came)
    for name in range(known):
        await guests.go(name)
    assert limiter.demand(HERE) == 0
    assert guests.inside == []


async def test_a_slot_given_to_one_who_is_being_cancelled_goes_on_to_the_next() -> None:
    limiter = _limiter(Clock(), ceiling=1)
    guests = Guests(limiter)
    await guests.come(1, 2, 3)
    guests._leave[1].set()  # the slot is given to 2 in the same turn in which 2 is cancelled
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await guests.give_up(2)
    assert guests.inside == [3]
