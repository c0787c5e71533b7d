"""What the commentator knows, and how a line is put together sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from spectator.commentary.moments import Course
from spectator.commentary.words import Weight, choose, filled, templates
from spectator.frame_parts import Frame
from spectator.frames import EMPTY

Seat = Literal["home", "away"]
BRIEF: Final = 2  # sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is said of event `of`; `brief` where there is little time."""

    of: int
    text: str
    brief: str
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Commentator:
    """What the commentator knows. `said` are the templates of this over."""

    frame: Frame = EMPTY
    seed: int = 0
    course: Course = field(default_factory=Course)
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The state after an event, and the line on it; None where nothing is said."""

    state: Commentator
    line: Line | None


class Sentences:
    """Puts one line together, sentence by sentence."""

    def __init__(self, state: Commentator, seq: int) -> None:
        self._state, self._seq = state, seq
        self._said = list(state.said)
        self._parts, self._brief = list[str](), list[str]()

    def say(self, group: str, name: str, words: Mapping[str, str]) -> bool:
        """From a list of the templates; False where all of it was said in this over."""
        return self.say_one(templates()[group][name], words, name)

    def say_one(
        self, choices: Sequence[str], words: Mapping[str, str], salt: str, before: str = ""
    ) -> bool:
        found = choose(choices, self._said, self._state.seed, self._seq, salt)
        if found is None:
            return False
        self._said.append(found)
        self.add(filled(found, words), before, is_lead=salt in templates()["leads"])
        return True

    def add(self, sentence: str, before: str = "", *, is_lead: bool = False) -> None:
        self._parts.append(before + sentence)
        if not is_lead:
            self._brief.append(sentence[:1].upper() + sentence[1:] if before else sentence)

    def told(self, weight: Weight, *, keep: bool = True) -> Told:
        """`keep` False: what was said may be said again."""
        text, brief = " ".join(self._parts), " ".join(self._brief[:BRIEF])
        line = Line(of=self._seq, text=text, brief=brief, weight=weight)
        said = tuple(self._said) if keep else ()
        return Told(state=replace(self._state, said=said), line=line)


def captain_in(state: Commentator, seat: Seat) -> str:
    side = state.frame.home if seat == "home" else state.frame.away
    return side.captain if side is not None else seat


def squad_words(state: Commentator, seat: Seat, key: str = "squad") -> dict[str, str]:
    """A squad's name, in mid-sentence and as its first word. One that was drawn has none: its seat
    stands for it.
    """
    side = state.frame.home if seat == "home" else state.frame.away
    first = f"{key[:1].upper()}{key[1:]}"
    if side is not None and side.squad != seat:
        return {key: side.squad, first: side.squad}
    said: str = templates()["drawn"][seat]
    return {key: said, first: f"{said[:1].upper()}{said[1:]}"}
