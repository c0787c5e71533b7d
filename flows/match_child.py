"""A match in a process of its own: `python -m flows.match_child`, for whoever starts matches.

It reads the episode flow's parameters as one line of JSON from stdin, and says on stdout, a line
of JSON each, how it goes (`ChildSays`). When stdin ends, or on SIGINT, it cancels the match, which
seals its record and gives the channel back; so it ends with its owner, a killed one too. The
Prefect server and the bus are those of its environment.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import Final, Literal, TextIO

from pydantic import BaseModel, ConfigDict

from engine.spec import EpisodeSpec
from flows.stage import Reporter, Stage, current_stage

CANCELLED: Final = 130


class ChildSays(BaseModel):
    """`ordered` once it has read what to play, then `flow_run` once, then `playing` once, then one
    of `ended` and `failed`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Literal["ordered", "flow_run", "playing", "ended", "failed"]
    flow_run: str | None = None
    text: str | None = None
    winner: str | None = None
    end_reason: str | None = None


class _Teller(Reporter):
    """Tells the owner how it goes."""

    def __init__(self, sink: TextIO) -> None:
        self._sink = sink

    def tell(self, said: ChildSays) -> None:
        self._sink.write(said.model_dump_json(exclude_none=True) + "\n")
        self._sink.flush()

    def flow_began(self, flow_run_id: str) -> None:
        self.tell(ChildSays(what="flow_run", flow_run=flow_run_id))

    def playing(self, spec: EpisodeSpec) -> None:  # noqa: ARG002 - the owner knows which
        self.tell(ChildSays(what="playing"))

    def trouble(self, message: str) -> None:
        sys.stderr.write(f"{message}\n")


def main() -> int:
    teller = _Teller(own_stdout())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` may have it ignored
    try:
        _load()
        order = sys.stdin.readline()
        if order:
            teller.tell(ChildSays(what="ordered"))
            threading.Thread(target=_end_with_owner, name="owner", daemon=True).start()
            teller.tell(_played(order, teller))
    except KeyboardInterrupt:
        return CANCELLED
    except Exception as error:
        from flows.cli.failures import exit_of

        told = str(error) if exit_of(error) is not None else f"{type(error).__name__}: {error}"
        teller.tell(ChildSays(what="failed", text=told))
        if exit_of(error) is None:  # a bug of ours keeps its traceback
            raise
        return 1
    return 0


def _load() -> None:
    """All that a match needs, before it is known which: this takes seconds."""
    gc.disable()  # nothing of it is garbage
    import flows.episode  # noqa: F401
    from flows.play import warm_up

    warm_up()
    gc.freeze()
    gc.enable()


def _played(order: str, teller: _Teller) -> ChildSays:
    from flows.calling import call, drain
    from flows.config import EpisodeConfig
    from flows.episode import report_of

    config = EpisodeConfig.model_validate_json(order)
    stage = Stage(bus=current_stage().bus, paced=True, reporter=teller)
    try:
        report = call(lambda: report_of(config), stage)
    finally:
        drain()
    return ChildSays(
        what="ended",
        text=(_is_void(report.end_reason) and report.error) or report.result,
        winner=report.winner_name,
        end_reason=report.end_reason,
    )


def _is_void(reason: str) -> bool:
    from engine.events import EndReason

    return EndReason(reason).is_void


def own_stdout() -> TextIO:
    """What is written to stdout by others goes to stderr, so that the owner reads only ours."""
    ours = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return ours


def _end_with_owner() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
