"""What the browser makes of events is what Python makes of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from engine.events import Event
from spectator.commentary import commentary_of
from spectator.frames import EMPTY, fold
from tests.e2e.browsing import browse
from tests.spectator.matches import match_events
from tests.spectator.test_frames import golden_events

pytestmark = pytest.mark.page

REDUCE = """async (events) => {
    const { EMPTY, fold } = await import('/static/reducer.js');
    let frame = EMPTY;
    return events.map((event) => (frame = fold(frame, event)));
}"""
COMMENT = """async (events) => {
    const { commentaryOf } = await import('/static/commentary.js');
    const templates = await (await fetch('/static/commentary.json')).json();
    return commentaryOf(templates, events);
}"""


@pytest.mark.parametrize("entry", [None, ("chase", "even-after-10"), ("super_over", "first-home")])
async def test_the_browser_folds_a_match_as_python_does(chromium, bus, entry):
    events = match_events(entry=entry) if entry else golden_events()
    async with browse(chromium, bus) as page:
        frames = await page.evaluate(REDUCE, [_plain(event) for event in events])
    ours, expected = EMPTY, []
    for event in events:
        ours = fold(ours, event)
        expected.append(json.loads(json.dumps(asdict(ours))))
    assert frames == expected


async def test_the_browser_says_the_same_words_as_python(chromium, bus):
    matches = [match_events(seed=seed) for seed in range(8)]
    async with browse(chromium, bus) as page:
        told = [await page.evaluate(COMMENT, [_plain(event) for event in m]) for m in matches]
    assert told == [[asdict(line) for line in commentary_of(m)] for m in matches]


def _plain(event: Event) -> Any:
    return json.loads(event.model_dump_json())
