"""How a run is reported on the terminal: a bar where somebody watches, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from flows.cli.terminal import is_watched, note, say
from flows.stage import Reporter

if TYPE_CHECKING:
    from flows.run import Run

LINES: Final = 10  # plain lines for a whole run


class TerminalReporter(Reporter):
    """Progress on stderr, the table on stdout. `quiet` leaves stdout to the JSON document."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._run: Run | None = None
        self._bar: Any = None
        self._task: Any = None
        self._line = 0
        self.is_complete = False
        self.page: str | None = None  # where somebody may still be watching

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_bar()

    def started(self, run: Run) -> None:
        self._run = run
        _sigterm_as_ctrl_c()
        if run.resumed:
            note(f"resuming: {run.resumed} of {run.total} episodes have been played before")
        if is_watched() and not self._quiet:
            self._start_bar(run)

    def progress(self, run: Run) -> None:
        if self._bar is not None:
            told = f"{run.spec.name}{_spent(run)}"
            self._bar.update(self._task, completed=run.done, total=run.total, description=told)
            return
        line = run.done * LINES // run.total
        if line > self._line:
            self._line = line
            note(f"{run.spec.name}: {run.done} of {run.total} episodes{_spent(run)}")

    def finished(self, run: Run, *, still_on: bool) -> None:
        self._end_bar()
        self.is_complete = True
        if not self._quiet:
            show_table(run)
        if still_on and self.page is not None:
            note(f"\nthe featured match is still on at {self.page}; Ctrl-C ends it")

    def trouble(self, message: str) -> None:
        note(message)

    def interrupted(self) -> str:
        """What to say after a Ctrl-C."""
        if self._run is None:
            return "stopped before the first episode; the same command starts again"
        done, total = self._run.done, self._run.total
        return f"stopped: {done} of {total} episodes are played; the same command plays the rest"

    def _start_bar(self, run: Run) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(run.spec.name, total=run.total, completed=run.done)
        self._bar.start()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _spent(run: Run) -> str:
    from flows.honesty import spent_of_run

    spent = run.budgets.spent()
    return f", {spent_of_run(spent)}" if spent["calls"] else ""


def _sigterm_as_ctrl_c() -> None:
    """Prefect answers a SIGTERM by raising wherever the flow happens to be, and asyncio swallows
    what is raised in a callback: from here, inside the flow, it is a Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)


def show_table(run: Run) -> None:
    """The standings, the crosstable, and the stages where there are any."""
    from tournaments import crosstable_text, stages_text, standings_text

    if is_watched():
        _show_rich(run)
    else:
        say(standings_text(run.table.standings()))
    say(f"\n{crosstable_text(run.table)}")
    if run.has_stages:
        say(f"\n{stages_text(run.course())}")


def _show_rich(run: Run) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tournaments.report import LOT_NOTE, plain_name

    rows = run.table.standings()
    drawn = Table(
        title=Text(run.spec.name), caption=LOT_NOTE if any(r.by_lot for r in rows) else None
    )
    drawn.add_column("#", justify="right")
    drawn.add_column("captain")
    for heading in ("played", "won", "lost", "tied", "points", "nrr"):
        drawn.add_column(heading, justify="right")
    for row in rows:
        counts = (row.played, row.won, row.lost, row.tied, row.points)
        drawn.add_row(
            f"{row.place}{'*' if row.by_lot else ''}",
            Text(plain_name(row.captain)),
            *map(str, counts),
            f"{row.nrr:+.3f}",
        )
    Console().print(drawn)
