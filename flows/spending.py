"""What a run has spent, kept in its folder so that a killed run forgets nothing that it has paid
for.

The file is written whole before each call, and at the end. What is under way is in it as the most
that it may take: nobody tells what the calls of a process came to that was killed. So a killed run
may have spent a little less than its file says, and never more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.captains.llm import Allowance
from engine.result import EpisodeResult
from engine.tool_captains.account import Usage
from engine.tool_captains.budgets import Ledger, Purse, Spending
from engine.tool_captains.contract import Caller, Reservation
from engine.wording import dotted, most_telling, sentence
from flows.saving import save

SPENT: Final = "spent.json"
_VERSION: Final = 2


class BrokenSpending(Exception):
    """The file at `path`, which says what a run has spent, cannot be used: `why`."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.why}; it says what the run has spent. Put a good copy in its "
            "place, or remove it: no result is lost, but the budgets then begin at nothing"
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Line(_Strict):
    tokens: int = Field(ge=0)
    usd: float = Field(ge=0, allow_inf_nan=False)
    calls: int = Field(ge=0)
    unpriced: int = Field(ge=0)
    wall_s: float = Field(ge=0, allow_inf_nan=False)


class _State(_Strict):
    v: Literal[2]
    run: _Line
    captains: dict[str, _Line]


class KeptBudgets:
    """Implements `Budgets`: a ledger that is in `path`. Raises `BrokenSpending`."""

    def __init__(self, run: Allowance, path: Path) -> None:
        self._path = path
        self.ledger = Ledger(run, state=_read(path), before_call=self._keep_if_possible)

    @property
    def in_dollars(self) -> bool:
        return self.ledger.in_dollars

    async def reserve(self, who: Caller, most: Usage, *, also: Sequence[Purse] = ()) -> Reservation:
        return await self.ledger.reserve(who, most, also=also)

    def state(self) -> dict[str, Any]:
        """Of the run, as its limits name it; dollars without what unpriced calls cost."""
        run: dict[str, Any] = self.ledger.state()["run"]
        return run

    def spent(self) -> dict[str, Any]:
        """Of the run, over all its starts: tokens, usd, usd_priced, calls, unpriced_calls, wall_s.

        `usd` is None where nobody knows what some calls cost; `usd_priced` is what the others did,
        None where there are no others.
        """
        return _told(self.state())

    def keep(self) -> None:
        """Raises `OSError`, which names the file."""
        state = {"v": _VERSION, **self.ledger.state(under_way=True)}
        save(self._path, json.dumps(state).encode())

    def _keep_if_possible(self) -> None:
        # A disk that is full is not the captain's failure; the run's end writes again, or says so.
        with suppress(OSError):
            self.keep()


class Bill:
    """What results say that their captains took, for a run whose calls are counted elsewhere. What
    was taken over is on an earlier run's.
    """

    def __init__(self) -> None:
        self._sum = Spending()

    def add(self, result: EpisodeResult) -> None:
        taken = [counts.spent for counts in result.counts.values() if counts.spent is not None]
        for one in taken if result.taken_from is None else []:
            self._sum.add(
                Spending(
                    tokens=one.tokens_in + one.tokens_out,
                    nano_usd=round((one.cost_usd or 0.0) * 1e9),
                    calls=one.calls,
                    unpriced=one.calls if one.cost_usd is None else 0,
                )
            )

    def spent(self, wall_s: float) -> dict[str, Any]:
        """As `KeptBudgets.spent` has it. `unpriced_calls` are all those of a captain in an episode
        who made any.
        """
        return _told(self._sum.exported() | {"wall_s": wall_s})


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
