"""One delivery as the over's line shows it. Pure, and mirrored in `cockpit/balls.js`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from engine.events import Delivery

NOT_OUT: Final = frozenset({"retired hurt", "retired not out"})
_EXTRA: Final = re.compile(r"(wd|nb|lb|b|pen)(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """One ball as the over's line shows it: `glyph` `•`, `4`, `W`, `wd` …; `kind` says what sort it
    is.
    """

    ball: str
    glyph: str
    kind: Literal["dot", "run", "four", "six", "wicket", "extra"]


def fell(data: Delivery) -> bool:
    """Whether a wicket fell: a batter who retired hurt is not out (Law 25.4.2)."""
    return data.wicket is not None and data.wicket.kind not in NOT_OUT


def extras_of(outcome: str) -> dict[str, int]:
    """The extras in an outcome's key (`nb1+6`, `run out+wd1/non-striker`) by `wd`, `nb`, `b`, `lb`,
    `pen`.
    """
    parts = outcome.partition("/")[0].split("+")
    found = (_EXTRA.fullmatch(part) for part in parts)
    return {m[1]: int(m[2]) for m in found if m}


def ball_of(data: Delivery) -> Ball:
    """The ball's glyph and kind; a wicket outdoes everything, then the extra, then the runs."""
    extras = extras_of(data.outcome)
    if fell(data):
        return Ball(ball=data.ball, glyph="W", kind="wicket")
    for name in ("wd", "nb", "pen", "b", "lb"):
        if name in extras:
            more = data.bat + data.extras - int(name in ("wd", "nb"))
            return Ball(ball=data.ball, glyph=f"{name}{more or ''}", kind="extra")
    if data.boundary and data.bat == 4:
        return Ball(ball=data.ball, glyph="4", kind="four")
    if data.boundary and data.bat == 6:
        return Ball(ball=data.ball, glyph="6", kind="six")
    if data.bat == 0:
        return Ball(ball=data.ball, glyph="•", kind="dot")
    return Ball(ball=data.ball, glyph=str(data.bat), kind="run")
