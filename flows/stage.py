"""What the composition root lends to a flow: where to show it, how fast, and whom to tell.

A flow's parameters are plain data; these are not. A worker that runs a deployment lends nothing
and is told of a bus by `CAPTAINS_BUS_URL` and `CAPTAINS_BUS_TOKEN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from engine.spec import EpisodeSpec
from engine.tool_captains.services import sendable
from engine.variables import BUS_TOKEN, BUS_URL, take_from_file
from engine.wording import shown
from flows.play import BusAddress
from flows.standing import standing_bus

if TYPE_CHECKING:
    from engine.result import EpisodeResult
    from flows.run import Run


class BadBusAddress(ValueError):
    """A bus is named that cannot be one."""


class Reporter:
    """Hears how a run goes. Says nothing itself; the command line's does."""

    def started(self, run: Run) -> None:
        """The run is open: it is known what is missing."""

    def progress(self, run: Run) -> None:
        """Some episodes more have been played."""

    def finished(self, run: Run, *, still_on: bool) -> None:
        """Everything has been played, and the table is closed. `still_on`: the featured match is
        still being shown, which is waited for.
        """

    def flow_began(self, flow_run_id: str) -> None:
        """A single match's flow run: it may still wait for the featured channel."""

    def playing(self, spec: EpisodeSpec) -> None:
        """A single match begins."""

    def ended(self, result: EpisodeResult) -> None:
        """An episode has ended."""

    def trouble(self, message: str) -> None:
        """Something went wrong that does not touch the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`paced`: the featured match is shown at the file's pace, for somebody who watches; else as
    fast as it goes. `bus_stays`: it is another's, and there when the flow has ended.
    """

    bus: BusAddress | None = None
    bus_stays: bool = False
    paced: bool = False
    reporter: Reporter = field(default_factory=Reporter)

    @property
    def page(self) -> str | None:
        return f"{self.bus.url}/" if self.bus else None


_STAGE: Final[ContextVar[Stage | None]] = ContextVar("stage", default=None)


@contextmanager
def on_stage(stage: Stage) -> Iterator[None]:
    """Lend `stage` to every flow that is called in this context."""
    token = _STAGE.set(stage)
    try:
        yield
    finally:
        _STAGE.reset(token)


def current_stage() -> Stage:
    """What was lent; else what the environment says."""
    lent = _STAGE.get()
    if lent is not None:
        return lent
    take_from_file()  # a worker that runs a deployment has read none
    url, token = BUS_URL.read(), BUS_TOKEN.read()
    if bool(url) != bool(token):
        raise BadBusAddress(f"{BUS_URL} and {BUS_TOKEN} go together: set both, or neither")
    return Stage(bus=bus_at(url), bus_stays=True, paced=True) if url else Stage()


def bus_at(url: str | None, homes: Iterable[Path] = ()) -> BusAddress | None:
    """The bus at `url`: that of a `captains up` in one of the home folders, or else one whose token
    the environment holds. Without `url` the bus that the environment names, if any. Raises
    `BadBusAddress`, and `MissingSecret` for a token that no header holds.
    """
    if url is None:
        return current_stage().bus
    if not _is_address(url):
        raise BadBusAddress(f"the bus {shown(url)}: allowed: http://HOST:PORT or https://HOST:PORT")
    if (up := standing_bus(homes, url)) is not None:
        return up
    token = BUS_TOKEN.read()
    if not token:
        raise BadBusAddress(
            f"the bus {shown(url)}: {BUS_TOKEN} must hold its publish token, as no `captains up` "
            "of this home folder is there"
        )
    return BusAddress(url=url.rstrip("/"), token=sendable(BUS_TOKEN.name, token))


def _is_address(url: str) -> bool:
    """Whether it is that of a server, without user, query or fragment."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = parts.username is None and not parts.query and not parts.fragment
    return parts.scheme in ("http", "https") and named and plain
