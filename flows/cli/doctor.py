"""`captains doctor`: whether everything that a run needs works here, and what to do where it does
not.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.markers import Marker

from engine.captains import CaptainSpec, clash_of, load, plugins
from engine.errors import BadPreset
from engine.variables import settings_file
from flows import settings
from flows.cli.terminal import Exit, answer_json, say, table
from flows.deployments.declared import known_captains
from flows.needs import Finding, State, blocks_of, endpoints_of, needs_of
from flows.server import ServerUnavailable, server

ROOT: Final = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 11), (3, 13)
LEAST_FREE_MB: Final = 200
_PIN: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The captains to look after. `ask`: their endpoints too."""

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
    runs: Path, *, as_json: bool, file: str | None = None, presets: Sequence[Path] = (), ask: bool
) -> int:
    """Check everything; exit 1 where something is wrong."""
    examined = Examined.of(file, presets, ask=ask)
    findings = [finding for check in _checks(runs, examined) for finding in check()]
    healthy = all(finding.state != "wrong" for finding in findings)
    if as_json:
        answer_json({"healthy": healthy, "checks": [asdict(finding) for finding in findings]})
    else:
        rows = [(finding.state, finding.check, finding.said) for finding in findings]
        say(table(("", "check", ""), rows))
    return Exit.DONE if healthy else Exit.FAILED


def _checks(runs: Path, examined: Examined) -> tuple[Callable[[], Iterator[Finding]], ...]:
    return (
        check_python,
        check_packages,
        check_kinds,
        lambda: check_folder(runs),
        check_ports,
        check_browser,
        check_speech,
        lambda: check_settings(runs),
        lambda: needs_of(examined.captains, in_dollars=examined.in_dollars),
        lambda: check_server(runs, examined),
    )


def check_python() -> Iterator[Finding]:
    here = sys.version_info[:2]
    fits = OLDEST <= here <= NEWEST
    said = f"{here[0]}.{here[1]}" + ("" if fits else "; 3.11, 3.12 or 3.13 is needed")
    yield Finding(check="python", state="ok" if fits else "wrong", said=said)


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
    yield Finding(check="packages", state="wrong" if wrong else "ok", said=said)


def check_kinds() -> Iterator[Finding]:
    """The kinds of captains that other distributions bring: each is loaded once."""
    for kind, brought in plugins().items():
        try:
            fault, summary = clash_of(kind), load(brought[0]).summary
        except BadPreset as broken:
            fault, summary = broken.why, ""
        state: State = "wrong" if fault else "ok"
        said = fault or f"captains of kind {kind}: {summary}"
        yield Finding(check=brought[0].source, state=state, said=said)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def check_folder(runs: Path) -> Iterator[Finding]:
    try:
        runs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=runs):
            free_mb = shutil.disk_usage(runs).free // 2**20
    except OSError as error:
        yield Finding(check="runs", state="wrong", said=f"{runs} cannot be written ({error})")
        return
    state: State = "ok" if free_mb >= LEAST_FREE_MB else "wrong"
    yield Finding(check="runs", state=state, said=f"{runs.resolve()}, {free_mb} MB free")


def check_ports() -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield Finding(check="ports", state="ok", said="127.0.0.1 has free ones")
    except OSError as error:
        yield Finding(check="ports", state="wrong", said=f"127.0.0.1 cannot be used ({error})")


def check_browser() -> Iterator[Finding]:
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    said = path or "no Chromium; only the page's own tests need one"
    yield Finding(check="browser", state="ok" if path else "note", said=said)


def check_speech() -> Iterator[Finding]:
    """Which voice `speech: auto` would take, and why no better one."""
    from spectator.speech import Wish, voice_note

    said = voice_note(Wish.AUTO, os.environ).removeprefix("speech: ")
    yield Finding(check="speech", state="ok", said=said)


async def _outside(examined: Examined) -> list[Finding]:
    from flows.lending import BlockSecrets

    found = await blocks_of(examined.captains, BlockSecrets())
    if examined.ask:
        found += await endpoints_of(examined.captains, BlockSecrets())
    return found


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


def check_server(runs: Path, examined: Examined) -> Iterator[Finding]:
    """Start the embedded server, or ask the one that PREFECT_API_URL names. It is asked for keys
    that are Secret blocks, and endpoints are asked with those.
    """
    home = settings.home(runs)
    settings.apply(home)
    try:
        with server(home) as found:
            kind = "embedded" if found.embedded else "PREFECT_API_URL"
            yield Finding(check="Prefect", state="ok", said=f"{kind}, {found.api_url}")
            yield from asyncio.run(_outside(examined))
    except ServerUnavailable as error:
        yield Finding(check="Prefect", state="wrong", said=str(error))
