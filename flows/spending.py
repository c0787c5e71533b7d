"""What a run has spent, kept in its folder so that a killed run forgets nothing that it has paid
for.

The file is written whole before each call, and at the end. What is under way is in it as the most
that it may take: nobody tells what the calls of a process came to that was killed. So a killed run
may have spent a little less than its file says, and never more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.captains.llm import Allowance
from engine.tool_captains.account import Usage
from engine.tool_captains.budgets import Ledger, Purse, Sums
from engine.tool_captains.contract import Caller, Reservation
from engine.wording import dotted, most_telling, sentence
from flows.saving import BrokenFile, save

SPENT: Final = "spent.json"
_VERSION: Final = 2


class BrokenSpending(BrokenFile):
    """The file which says what a run has spent cannot be used."""

    says = "what the run has spent"
    then = "the budgets then begin at nothing"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Line(_Strict):
    """Of one budget: what was spent of it, or may be."""

    tokens: int = Field(ge=0)
    usd: float = Field(ge=0, allow_inf_nan=False)
    calls: int = Field(ge=0)
    unpriced: int = Field(ge=0)
    wall_s: float = Field(ge=0, allow_inf_nan=False)


class Told(_Strict):
    """What was spent, as it is written down."""

    run: Line
    captains: dict[str, Line]

    @classmethod
    def of(cls, sums: Sums) -> Self:
        return cls.model_validate(sums.exported())

    def sums(self) -> Sums:
        return Sums.restored(self.model_dump())


class _State(Told):
    v: Literal[2]


class KeptBudgets:
    """Implements `Budgets`: a ledger that is in `path`. Raises `BrokenSpending`.

    What others spend of the same budgets is counted beside it, and is not in the file: who hands
    work out to them keeps that (`flows.journal`).
    """

    def __init__(self, run: Allowance, path: Path, *, shared: Collection[str] = ()) -> None:
        self._path, self._elsewhere = path, Sums()
        keep = self._keep_if_possible
        self.ledger = Ledger(run, state=_read(path), before_call=keep, shared=shared)

    @property
    def in_dollars(self) -> bool:
        return self.ledger.in_dollars

    async def reserve(self, who: Caller, most: Usage, *, also: Sequence[Purse] = ()) -> Reservation:
        return await self.ledger.reserve(who, most, also=also)

    def state(self, *, under_way: bool = False) -> dict[str, Any]:
        """Of the run, as its limits name it; dollars without what unpriced calls cost. With the
        calls `under_way`, as if each took the most that it may.
        """
        run: dict[str, Any] = self.ledger.state(under_way=under_way)["run"]
        return run

    def spent(self) -> dict[str, Any]:
        """Of the run, over all its starts: tokens, usd, usd_priced, calls, unpriced_calls, wall_s.

        `usd` is None where nobody knows what some calls cost; `usd_priced` is what the others did,
        None where there are no others.
        """
        return _told(self.state())

    def promise(self, most: Sums, sign: int = 1) -> None:
        """Others may spend so much of these budgets; `sign` -1: they may no more."""
        self.ledger.promise(most, sign)
        self._elsewhere.add(most, sign)

    def paid(self, spent: Sums) -> None:
        """Others have spent so much of these budgets; the run's time is this process's own."""
        others = Sums(run=replace(spent.run, wall_s=0.0), captains=spent.captains)
        self.ledger.paid(others)
        self._elsewhere.add(others)

    def keep(self) -> None:
        """Raises `OSError`, which names the file."""
        own = self.ledger.sums(under_way=True)
        own.add(self._elsewhere, -1)
        keep(self._path, Told.of(own))

    def _keep_if_possible(self) -> None:
        # A disk that is full is not the captain's failure; the run's end writes again, or says so.
        with suppress(OSError):
            self.keep()


def keep(path: Path, spent: Told) -> None:
    """Write the file of a run that has spent so much. Raises `OSError`, which names it."""
    save(path, json.dumps({"v": _VERSION, **spent.model_dump()}).encode())


def _told(state: Mapping[str, Any]) -> dict[str, Any]:
    run = dict(state)
    unpriced, usd = run.pop("unpriced"), run.pop("usd")
    priced = usd if run["calls"] > unpriced or not run["calls"] else None
    dollars = {"usd": None if unpriced else usd, "usd_priced": priced}
    return run | dollars | {"unpriced_calls": unpriced}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return _State.model_validate_json(kept).model_dump()
    except ValidationError as error:
        first = most_telling(error)
        raise BrokenSpending(str(path), sentence(first, dotted(first["loc"]))) from None
