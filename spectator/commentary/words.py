"""The templates of the commentary, how one is chosen, and how it is filled.

They are data (`cockpit/commentary.json`), so that the page says the same words. Names are
untrusted: a template is filled in one pass, so that braces in a name stay braces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine.events import Delivery
from spectator.balls import NOT_OUT, extras_of

TEMPLATES: Final = Path(__file__).parents[1] / "cockpit" / "commentary.json"
_GAP: Final = re.compile(r"\{([A-Za-z_]+)\}")
_UINT32: Final = 0xFFFFFFFF
Words = Mapping[str, str]


class Weight(StrEnum):
    """How much a line matters to somebody who cannot hear all of them."""

    WICKET = "wicket"  # and what begins or ends a match or an innings
    BOUNDARY = "boundary"
    OVER = "over"
    BALL = "ball"


@cache
def templates() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    return loaded


def filled(template: str, words: Words) -> str:
    """`{Name}` is `{name}` with a capital letter."""
    return _GAP.sub(lambda gap: _word(gap[1], words), template)


def _word(name: str, words: Words) -> str:
    if name in words:
        return words[name]
    plain = words[name[0].lower() + name[1:]]
    return plain[:1].upper() + plain[1:]


def choose(
    choices: Sequence[str], said: Collection[str], seed: int, seq: int, salt: str
) -> str | None:
    """One that was not said; which, depends on the match's seed and the event's number. None where
    all were.
    """
    start = _mixed(seed, seq, salt) % len(choices)
    turned = (*choices[start:], *choices[:start])
    return next((choice for choice in turned if choice not in said), None)


def _mixed(seed: int, seq: int, salt: str) -> int:
    """Of the seed what the page's numbers can hold: a float's 53 bits."""
    rough = int(float(seed))
    mixed = 2166136261  # FNV-1a's offset and prime
    for number in (rough & _UINT32, (rough >> 32) & _UINT32, seq, *map(ord, salt)):
        mixed = ((mixed ^ number) * 16777619) & _UINT32
    mixed ^= mixed >> 16
    mixed = (mixed * 0x85EBCA6B) & _UINT32
    return mixed ^ (mixed >> 13)


# --- words for numbers -------------------------------------------------------------------------


def number(count: int) -> str:
    known: list[str] = templates()["numbers"]
    return known[count] if 0 <= count < len(known) else str(count)


def counted(count: int, noun: str) -> str:
    """`12 runs`."""
    return f"{count} {_noun(count, noun)}"


def spelled(count: int, noun: str) -> str:
    """`twelve runs`, `no runs`."""
    return f"{number(count)} {_noun(count, noun)}"


def _noun(count: int, noun: str) -> str:
    one, many = templates()["nouns"][noun]
    return str(one if count == 1 else many)


def score_text(runs: int, wickets: int) -> str:
    """`43 for 2`, `43 without loss`."""
    return f"{runs} for {wickets}" if wickets else f"{runs} without loss"


def overs_text(balls: int) -> str:
    whole, rest = divmod(balls, 6)
    return f"{whole}.{rest} overs" if rest else counted(whole, "over")


def an_over(runs: int, balls: int) -> str:
    """Runs an over with two decimals, halves up; in whole numbers, so that every language rounds
    alike.
    """
    hundredths = (runs * 6 * 100 * 2 + balls) // (2 * balls)
    return f"{hundredths // 100}.{hundredths % 100:02}"


# --- the ball ----------------------------------------------------------------------------------


def kind_of(data: Delivery) -> str:
    """Which list of `said` the ball belongs to."""
    if data.wicket is not None:
        return data.wicket.kind if data.wicket.kind in templates()["said"] else "wicket"
    extras = extras_of(data.outcome)
    if "nb" in extras:
        if data.boundary and data.bat in (4, 6):
            return "nb_four" if data.bat == 4 else "nb_six"
        return "nb_more" if data.bat + data.extras > 1 else "nb"
    for name in ("wd", "pen", "b", "lb"):
        if name in extras:
            if name == "wd" and not data.boundary and extras[name] > 1:
                return "wd_more"
            return f"{name}_four" if data.boundary else name
    if data.boundary and data.bat in (4, 6):
        return "four" if data.bat == 4 else "six"
    return {0: "dot", 1: "one", 2: "two"}.get(data.bat, "runs")


def weight_of(data: Delivery) -> Weight:
    if data.wicket is not None and data.wicket.kind not in NOT_OUT:
        return Weight.WICKET
    return Weight.BOUNDARY if data.boundary else Weight.BALL


def said_choices(data: Delivery) -> tuple[str, ...]:
    """What can be said of the ball: of any such ball, and of one to which this shot was played."""
    kind, known = kind_of(data), templates()
    return (*known["said"][kind], *known["shots"].get(kind, {}).get(data.shot, ()))


def ball_words(data: Delivery) -> dict[str, str]:
    """What the event alone tells."""
    out = data.wicket
    runs = data.bat + data.extras
    return {
        "striker": data.striker,
        "non_striker": data.non_striker,
        "bowler": data.bowler,
        "out": out.player_out if out else "",
        "kind": out.kind if out else "",
        "end": (out.end or "wicket") if out else "",
        "delivery": _delivery(data),
        "bat": number(data.bat),
        "bat_runs": spelled(data.bat, "run"),
        "runs": number(runs),
        "runs_of": spelled(runs, "run"),
        "score": score_text(data.score.runs, data.score.wickets),
    }


def _delivery(data: Delivery) -> str:
    """`a short slower ball on leg stump`."""
    known = templates()["deliveries"]
    what = known["lengths"].get(data.length, {}).get(data.variation, known["other"])
    where = known["lines"].get(data.line)
    return f"{what} {where}" if where else str(what)
