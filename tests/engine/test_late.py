"""Fields that are worked out when they are first read, and that nobody sees missing."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from engine.late import LateModel


class Pair(LateModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int
    second: tuple[int, ...] = ()
    third: str = ""


class Outer(BaseModel):
    pair: Pair


def late(asked: list[str] | None = None) -> Pair:
    def source(whole: Any, name: str) -> Mapping[str, Any]:
        if asked is not None:
            asked.append(name)
        return {name: {"second": (2, whole.first), "third": "three"}[name]}

    return Pair.late(source, first=1)


WHOLE = Pair(first=1, second=(2, 1), third="three")


def test_what_is_not_read_is_not_worked_out() -> None:
    asked: list[str] = []
    assert late(asked).first == 1
    assert asked == []


def test_a_field_is_worked_out_once() -> None:
    asked: list[str] = []
    pair = late(asked)
    assert pair.second is pair.second
    assert asked == ["second"]


def test_what_comes_with_a_field_is_not_worked_out_again() -> None:
    asked: list[str] = []

    def source(_: Any, name: str) -> Mapping[str, Any]:
        asked.append(name)
        return {"second": (2,), "third": "three"}

    pair = Pair.late(source, first=1)
    assert (pair.third, pair.second) == ("three", (2,))
    assert asked == ["third"]


def test_what_is_known_stays_as_it_is() -> None:
    pair = Pair.late(lambda *_: {"second": (9,), "third": "three"}, first=1, second=(2,))
    assert (pair.third, pair.second) == ("three", (2,))


@pytest.mark.parametrize(
    "taken",
    [
        lambda pair: pair,
        copy.copy,
        copy.deepcopy,
        lambda pair: pickle.loads(pickle.dumps(pair)),
        lambda pair: pair.model_copy(),
        lambda pair: Pair(**dict(pair)),
        lambda pair: Pair.model_validate_json(pair.model_dump_json()),
        lambda pair: Outer(pair=pair).pair,
    ],
)
def test_taken_as_a_whole_it_is_the_whole(taken: Callable[[Pair], Pair]) -> None:
    assert taken(late()) == WHOLE


@pytest.mark.parametrize(
    "told",
    [
        repr,
        Pair.model_dump_json,
        lambda pair: pair.model_dump_json(exclude_unset=True),
        lambda pair: Outer(pair=pair).model_dump_json(),
        lambda pair: TypeAdapter(Pair).dump_json(pair),
        lambda pair: list(pair.model_dump()),
    ],
)
def test_it_is_told_like_one_made_at_once(told: Callable[[Pair], Any]) -> None:
    half = late()
    assert half.third == "three"  # read before the others, told in its place
    assert told(half) == told(WHOLE)


def test_it_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="'Pair' object has no attribute 'fourth'"):
        _ = late().fourth


def test_it_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        late().first = 2
