"""What is told of a ball is of the shape that the events describe."""

import asyncio

import orjson
import pytest

from engine.captains import resolve
from engine.episode import play_episode
from engine.events import parse_event
from engine.spec import EpisodeSpec
from engine.wire import Told


class Lines:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    async def on_event(self, event: Told) -> None:
        self.told.append(event)

    async def aclose(self) -> None:
        pass


def told(seed: int, overs: int) -> list[Told]:
    lines = Lines()
    spec = EpisodeSpec(
        episode_id="wire",
        seed=seed,
        overs=overs,
        home=resolve("random"),
        away=resolve("heuristic"),
    )
    asyncio.run(play_episode(spec, observers=[lines]))
    return lines.told


@pytest.mark.parametrize("seed", range(4))
def test_every_line_is_an_event_and_says_all_of_it(seed: int) -> None:
    for each in told(seed, overs=10):
        assert orjson.loads(each.line) == orjson.loads(parse_event(each.line).model_dump_json())


def test_the_model_is_the_line() -> None:
    for each in told(seed=1, overs=2):
        assert each.event == parse_event(each.line)
        assert (each.seq, each.type, each.ts) == (each.event.seq, each.event.type, each.event.ts)


def test_a_model_is_told_as_it_is() -> None:
    event = told(seed=1, overs=1)[0].event
    assert event.event is event
