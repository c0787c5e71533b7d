"""How a run is reported on the terminal: a bar where somebody watches, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from engine.wording import duration, printable, shortened
from flows.cli.terminal import is_watched, note, say
from flows.log import line_of
from flows.pace import Pace
from flows.stage import Reporter

if TYPE_CHECKING:
    from engine.result import EpisodeResult
    from flows.run import Run

LINES: Final = 10  # plain lines for a whole run
LONGEST_LIST: Final = 400
RECKON_EVERY_S: Final = 1.0


class TerminalReporter(Reporter):
    """Progress on stderr, the table on stdout. `quiet` leaves stdout to the JSON document,
    `verbose` has a line on stderr for each episode too.
    """

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self._quiet, self._verbose = quiet, verbose
        self._run: Run | None = None
        self._bar: Any = None
        self._task: Any = None
        self._told = 0  # how many were done at the last line
        self._pace: Pace | None = None
        self._reckoned_s, self._reckoned = -RECKON_EVERY_S, ""
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
        self._run, self._pace = run, Pace(run.ended)
        _sigterm_as_ctrl_c()
        _tell_earlier(run)
        if run.resumed:
            note(f"resuming: {run.resumed} of {run.total} episodes have been played before")
        if is_watched() and not self._quiet:
            self._start_bar(run)

    def progress(self, run: Run) -> None:
        if self._pace is not None:
            self._pace.note(run.ended)
        if self._bar is not None:
            told = f"{run.spec.name}{_spent(run)}"
            self._bar.update(
                self._task,
                completed=run.done,
                total=run.total,
                description=told,
                to_go=self._to_go_lately(run),
            )
            return
        if run.done * LINES // run.total > self._told * LINES // run.total:  # a total may grow
            self._told = run.done
            to_go = f"; {left}" if (left := self._to_go(run)) else ""
            note(f"{run.spec.name}: {run.done} of {run.total} episodes{_spent(run)}{to_go}")

    def finished(self, run: Run, *, still_on: bool) -> None:
        self._end_bar()
        self.is_complete = True
        if not self._quiet:
            show_table(run)
        if still_on and self.page is not None:
            note(f"\nthe featured match is still on at {self.page}; Ctrl-C ends it")

    def ended(self, result: EpisodeResult) -> None:
        if self._verbose:
            note(line_of(result))

    def trouble(self, message: str) -> None:
        note(message)

    def interrupted(self) -> str:
        """What to say after a Ctrl-C."""
        if self._run is None:
            return "stopped before the first episode; the same command starts again"
        kept, total = self._run.kept, self._run.total
        return f"stopped: {kept} of {total} episodes are played; the same command plays the rest"

    def _to_go(self, run: Run) -> str:
        """Time and cost to finish: `about 12 min and 0.40 USD to go`; empty where nobody can
        tell, or nothing is left.
        """
        ahead = run.outlook()
        if self._pace is None or not ahead.episodes:
            return ""
        left_s = self._pace.left_s(ahead.episodes, ahead.work_s)
        told = [] if left_s is None else [duration(left_s)]
        if run.is_asked and ahead.usd is not None:
            told.append(f"{ahead.usd:.2f} USD")
        elif run.is_asked and ahead.tokens is not None:
            told.append(f"{ahead.tokens:,.0f} tokens")
        return f"about {' and '.join(told)} to go" if told else ""

    def _to_go_lately(self, run: Run) -> str:
        """The same, as of the last second: a bar hears of every episode."""
        if time.monotonic() - self._reckoned_s >= RECKON_EVERY_S:
            self._reckoned_s, self._reckoned = time.monotonic(), self._to_go(run)
        return self._reckoned

    def _start_bar(self, run: Run) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[to_go]}", markup=False),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(
            run.spec.name, total=run.total, completed=run.done, to_go=""
        )
        self._bar.start()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _tell_earlier(run: Run) -> None:
    """That the file has changed since it was last run, once."""
    if run.starts == 1 and run.heritage.earlier:
        before = run.heritage.earlier[0].folder.path
        changed = ", ".join(run.heritage.changed()) or "its meaning"
        note(f"a new run, as the file has changed: {shortened(printable(changed), LONGEST_LIST)}")
        note(f"results of the file as it was are kept in {before}")
        if lost := run.heritage.lost():
            note(f"the records of {lost} matches were pruned: what of them counts is played again")
    if run.taken_over:
        note(f"{run.taken_over} of {run.total} episodes mean the same as there, and are taken over")


def _spent(run: Run) -> str:
    from flows.honesty import spent_of_run
    from flows.summary import spent_of

    spent = spent_of(run)
    return f", {spent_of_run(spent)}" if spent["calls"] else ""


def _sigterm_as_ctrl_c() -> None:
    """Prefect answers a SIGTERM by raising wherever the flow happens to be, and asyncio swallows
    what is raised in a callback: from here, inside the flow, it is a Ctrl-C.
    """
    if threading.current_thread() is not threading.main_thread():  # no signal arrives there
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)


def show_table(run: Run) -> None:
    """The standings, the crosstable, and the stages where there are any."""
    from tournaments import crosstable_text, stages_text, standings_text

    width = None
    if is_watched():
        from flows.cli.standings import show_standings

        width = show_standings(run.spec.name, run.book.table.standings())
    else:
        say(standings_text(run.book.table.standings()))
    say(f"\n{crosstable_text(run.book.table, width)}")
    if run.has_stages:
        say(f"\n{stages_text(run.course())}")
