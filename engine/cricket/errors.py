"""What can go wrong in the laws, classed by who must act.

CricketError
├── UnknownFormat      the organiser: no such format
├── BadSquad           the organiser: a team that cannot take the field
├── BadStart           the organiser: a start that no match reaches
├── IllegalDecision    the captain: the choice is not legal now; nothing has changed
└── IllegalDraw        a bug in the ball model: an outcome that the Laws do not allow here
"""

from __future__ import annotations


class CricketError(Exception):
    """Root of the errors of `engine.cricket`."""


class UnknownFormat(CricketError):
    """`given` names no format; `allowed` says what does."""

    def __init__(self, given: str, allowed: str) -> None:
        super().__init__(given, allowed)
        self.given, self.allowed = given, allowed

    def __str__(self) -> str:
        return f"unknown format {self.given!r}; allowed: {self.allowed}"


class BadSquad(CricketError):
    """A squad that breaks `rule`."""

    def __init__(self, squad: str, rule: str) -> None:
        super().__init__(squad, rule)
        self.squad, self.rule = squad, rule

    def __str__(self) -> str:
        return f"squad {self.squad!r}: {self.rule}"


class BadStart(CricketError):
    """A match cannot begin there; the argument says which rule is broken."""


class IllegalDecision(CricketError):
    """A decision that is not legal now: `why`, and `legal`, what would be."""

    def __init__(self, why: str, legal: str) -> None:
        super().__init__(why, legal)
        self.why, self.legal = why, legal

    def __str__(self) -> str:
        return f"{self.why}; legal: {self.legal}"


class IllegalDraw(CricketError):
    """The ball model drew an outcome with probability above zero that the Laws forbid here."""
