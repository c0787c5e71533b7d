"""The commands and their options. Each is a few lines; the work is imported when a command runs."""

from collections.abc import Callable
from typing import Any, Final

from flows.cli.commands.checking import compliance, doctor, fidelity
from flows.cli.commands.listing import packs, presets, schema, squads
from flows.cli.commands.operating import deploy, down, setup, status, up
from flows.cli.commands.playing import play, publish, replay, simulate, token
from flows.cli.commands.runs import check, demo, export, plan, prune, report, run
from flows.cli.commands.statistics import compare, stats

__all__ = ["COMMANDS"]

COMMANDS: Final[tuple[Callable[..., Any], ...]] = (
    demo,
    run,
    plan,
    check,
    report,
    export,
    prune,
    compare,
    stats,
    play,
    publish,
    token,
    up,
    down,
    status,
    setup,
    deploy,
    simulate,
    fidelity,
    replay,
    presets,
    packs,
    squads,
    schema,
    compliance,
    doctor,
)
