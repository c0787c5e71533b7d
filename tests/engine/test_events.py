"""The event union: strict, told apart by its type, published as a schema."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from engine.events import (
    EndReason,
    InningsStart,
    InningsStartedEvent,
    event_json_schema,
    now,
    parse_event,
)


def event(seq: int = 1) -> InningsStartedEvent:
    data = InningsStart(innings=1, batting="home", target=None)
    return InningsStartedEvent(episode_id="e", attempt=1, seq=seq, ts=now(), data=data)


def test_a_line_reads_back_as_the_event() -> None:
    original = event()
    assert parse_event(original.line) == original


def test_a_changed_copy_has_a_line_of_its_own() -> None:
    original = event()
    assert json.loads(original.line)["seq"] == 1
    assert json.loads(original.model_copy(update={"seq": 2}).line)["seq"] == 2


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"type": "innings.paused"}, "innings.paused"),
        ({"seq": 0}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"v": 2}, "v"),
        ({"sponsor": "x"}, "sponsor"),
        ({"data": {"innings": 1, "batting": "nobody", "target": None}}, "batting"),
    ],
)
def test_an_event_that_does_not_fit_is_refused_where_it_does_not(
    change: dict[str, object], where: str
) -> None:
    line = json.dumps(json.loads(event().line) | change)
    with pytest.raises(ValidationError, match=where):
        parse_event(line)


def test_the_schema_tells_events_apart_by_type() -> None:
    schema = event_json_schema()
    assert schema["discriminator"]["propertyName"] == "type"
    assert "delivery" in schema["discriminator"]["mapping"]


def test_only_a_played_or_forfeited_episode_counts() -> None:
    counts = {reason for reason in EndReason if not reason.is_void}
    assert counts == {EndReason.COMPLETED, EndReason.FORFEIT}
