"""Captains from a preset file of one's own, in Python and for a tournament file."""

from pathlib import Path

from engine.captains import resolve
from tournaments import known_to_the_engine, parse_tournament

FILE = Path(__file__).with_name("captains.yaml")

hitter = resolve("hitter", extra_files=[FILE])
print(hitter.name, hitter.kind, hitter.params)

known = known_to_the_engine([FILE])
text = "{name: own, match: {overs: 5}, captains: [hitter, watchman, baseline]}"
print(parse_tournament(text, known).captains)
