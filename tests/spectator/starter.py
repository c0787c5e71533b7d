"""A scripted double of what plays matches, for whoever asks a bus to start one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from spectator.starts import (
    BadRequest,
    Choice,
    FormatChoice,
    OnAir,
    PackChoice,
    Problem,
    Start,
    StartOptions,
    StartRequest,
    StartState,
)

OPTIONS = StartOptions(
    captains=(
        Choice(name="heuristic", about="heuristic"),
        Choice(name="baseline", about="baseline"),
        Choice(name="llm_live", about="llm", why_not="not known: its base_url"),
    ),
    formats=(FormatChoice(name="T5", overs=5), FormatChoice(name="T20", overs=20)),
    packs=(
        PackChoice(
            name="standard", about="From the toss.", overs=None, entries=(Choice(name="toss"),)
        ),
        PackChoice(
            name="chase",
            about="Chases.",
            overs=20,
            entries=(Choice(name="easy", about="Easy."), Choice(name="hard", about="Hard.")),
        ),
    ),
    squads=(Choice(name="drawn", about="two teams drawn by the seed"),),
    voices=(Choice(name="none", about="no speech"), Choice(name="browser", about="its own")),
    where="here",
)
ON_AIR = OnAir(id="other/1", title="a v b", queued=1)


class Double:
    """A `Starter` that begins whatever it is asked for, slowly, or raises what it was given."""

    def __init__(self) -> None:
        self.begun: list[Start] = []
        self.asked: list[StartRequest] = []
        self.fails: list[Exception] = []
        self.looked_at: StartRequest | None = None
        self.showing: OnAir | None = ON_AIR
        self.may_begin = asyncio.Event()
        self.may_begin.set()

    async def options(self) -> StartOptions:
        return OPTIONS

    async def start(self, request: StartRequest) -> Start:
        await self.may_begin.wait()
        if self.fails:
            raise self.fails.pop()
        self.asked.append(request)
        self.begun.append(start_of(request, len(self.begun) + 1))
        return self.begun[-1]

    async def problems(self, request: StartRequest) -> tuple[Problem, ...]:
        self.looked_at = request
        return tuple(
            p for error in self.fails if isinstance(error, BadRequest) for p in error.problems
        )

    def started(self) -> tuple[Start, ...]:
        return tuple(reversed(self.begun))

    def find(self, start_id: str) -> Start | None:
        return next((start for start in self.begun if start.id == start_id), None)

    async def cancel(self, start_id: str) -> Start | None:
        found = self.find(start_id)
        return found and found.model_copy(update={"state": StartState.CANCELLED})

    async def on_air(self) -> OnAir | None:
        return self.showing


def start_of(request: StartRequest, number: int) -> Start:
    return Start(
        id=f"m/{number}",
        state=StartState.STARTING,
        captain="heuristic",
        opponent="ada",
        people=("ada",),
        overs=2,
        pack=request.pack,
        entry="toss",
        seed=7 if request.seed is None else request.seed,
        squads=request.squads,
        voice=request.voice,
        featured=request.featured,
        asked_at=datetime.now(UTC),
    )
