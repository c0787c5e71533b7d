"""`captains doctor`: whether everything that a run needs works here, and what to do where it does
not.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.markers import Marker

from engine.captains import CaptainSpec, clash_of, load, plugins
from engine.errors import BadPreset
from engine.variables import settings_file
from flows import settings
from flows.cli.asking_server import on_server, unusable
from flows.cli.leftovers import Leftover, left_behind
from flows.cli.terminal import Exit, answer_json, say
from flows.cli.verdict import Verdict
from flows.deployments.declared import known_captains
from flows.health.bus import of_bus
from flows.health.damaged import of_store
from flows.health.disks import of_disks
from flows.health.repair import Repair, left_alone
from flows.health.voices import of_voices
from flows.needs import Finding, State, needs_of

ROOT: Final = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 11), (3, 13)
_PIN: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
_BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The captains to look after. `ask`: their endpoints too, and the provider of speech."""

    captains: tuple[CaptainSpec, ...] = ()
    in_dollars: bool = False
    ask: bool = False

    @classmethod
    def of(cls, file: str | None, presets: Sequence[Path], *, ask: bool) -> Examined:
        """Those of a tournament file and of users' own preset files, and those that the environment
        names. Raises `BadTournamentFile` or `BadPreset`.
        """
        from flows import catalogue
        from flows.work import captains_of

        found = {captain.name: captain for captain in known_captains(presets)}
        if file is None:
            return cls(captains=tuple(found.values()), ask=ask)
        spec = catalogue.load(file)
        found |= captains_of(spec, catalogue.known())
        in_dollars = spec.limits.usd is not None
        return cls(captains=tuple(found.values()), in_dollars=in_dollars, ask=ask)


def examine(
    runs: Path,
    *,
    as_json: bool,
    file: str | None = None,
    presets: Sequence[Path] = (),
    ask: bool,
    fix: bool = False,
) -> int:
    """Check everything, and put right what is safe where `fix`; exit 1 where something is still
    wrong.
    """
    examined = Examined.of(file, presets, ask=ask)
    home = settings.home(runs)
    settings.apply(home)
    mended = [*_cleared(runs, home)] if fix else []
    findings = [finding for check in _checks(runs, home, examined) for finding in _seen(check)]
    asked = on_server(home, examined.captains, ask=ask, fix=fix)
    findings += asked.findings
    repairs = [*mended, *asked.repairs, *left_alone(findings)] if fix else None
    verdict = Verdict(findings=findings, repairs=repairs)
    if as_json:
        answer_json(verdict.document())
    else:
        say(verdict.text())
    return Exit.DONE if verdict.healthy else Exit.FAILED


def _checks(
    runs: Path, home: Path, examined: Examined
) -> tuple[Callable[[], Iterator[Finding]], ...]:
    return (
        check_python,
        check_packages,
        check_kinds,
        lambda: of_disks(runs, home),
        lambda: (left.finding() for left in left_behind(runs, home)),
        check_ports,
        check_browser,
        lambda: of_voices(os.environ, ask=examined.ask),
        lambda: of_bus([home]),
        lambda: of_store(home),
        lambda: check_settings(runs),
        lambda: needs_of(examined.captains, in_dollars=examined.in_dollars),
    )


def _seen(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds, or the file that it may not look at: another user's, say."""
    try:
        yield from check()
    except OSError as error:
        yield unusable(error)


def _cleared(runs: Path, home: Path) -> Iterator[Repair]:
    with suppress(OSError):  # what cannot be looked at is told among the rest
        yield from _cleared_away(left_behind(runs, home))


def _cleared_away(leftovers: Iterable[Leftover]) -> Iterator[Repair]:
    for left in [*leftovers]:
        if left.clear is not None:
            said = left.clear()
            yield Repair(check=left.check, done=not said.startswith("left alone"), said=said)


def check_python() -> Iterator[Finding]:
    here = sys.version_info[:2]
    fits = OLDEST <= here <= NEWEST
    said = f"{here[0]}.{here[1]}" + ("" if fits else "; 3.11, 3.12 or 3.13 is needed")
    yield Finding(
        check="python",
        state="ok" if fits else "wrong",
        said=said,
        why="" if fits else "what is installed was never tested with it",
        mend="" if fits else "python3.13 -m venv .venv  # and install into that",
    )


def check_packages(lock: Path = ROOT / "requirements.lock") -> Iterator[Finding]:
    """What is installed against what is locked; an installed wheel has no lock beside it."""
    if not lock.exists():
        yield Finding(check="packages", state="note", said="no requirements.lock to compare with")
        return
    wrong = [
        f"{package} {found or 'is missing'} (locked {locked})"
        for package, locked, marker in _PIN.findall(lock.read_text(encoding="utf-8"))
        if (not marker or Marker(marker).evaluate()) and (found := _installed(package)) != locked
    ]
    said = "; ".join(wrong[:5]) or "as locked"
    yield Finding(
        check="packages",
        state="wrong" if wrong else "ok",
        said=said,
        why="the figures and the replays of records are those of the locked ones" if wrong else "",
        mend="pip install --require-hashes -r requirements.lock" if wrong else "",
    )


def check_kinds() -> Iterator[Finding]:
    """The kinds of captains that other distributions bring: each is loaded once."""
    for kind, brought in plugins().items():
        try:
            fault, summary = clash_of(kind), load(brought[0]).summary
        except BadPreset as broken:
            fault, summary = broken.why, ""
        state: State = "wrong" if fault else "ok"
        said = fault or f"captains of kind {kind}: {summary}"
        why = f"no captain of kind {kind} can play" if fault else ""
        mend = f"pip install --upgrade {brought[0].distribution}" if fault else ""
        yield Finding(check=brought[0].source, state=state, said=said, why=why, mend=mend)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def check_ports() -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield Finding(check="ports", state="ok", said="127.0.0.1 has free ones")
    except OSError as error:
        said = f"127.0.0.1 cannot be used ({error})"
        why = "neither a Prefect server nor a page can be started"
        yield Finding(check="ports", state="wrong", said=said, why=why, mend="ip link set lo up")


def check_browser() -> Iterator[Finding]:
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    said = path or "no Chromium; only the page's own tests need one"
    yield Finding(check="browser", state="ok" if path else "note", said=said)


def check_settings(runs: Path) -> Iterator[Finding]:
    """Where the user's environment differs from what the project sets."""
    own = [
        f"{setting.name}={os.environ[setting.name]} (else {setting.value})"
        for setting in settings.SETTINGS
        if os.environ.get(setting.name, setting.value) != setting.value
    ]
    said = "; ".join(own) or f"home {settings.home(runs)}"
    file = settings_file()
    more = "" if file is None else f"; also from {file}"
    yield Finding(check="settings", state="note" if own else "ok", said=f"{said}{more}")
