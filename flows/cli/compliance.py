"""`captains compliance`: whether a program may lead a side, check by check."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from engine.captains import resolve, settings_of
from engine.captains.remote import RemoteSettings
from engine.wording import shortened, shown
from flows.cli.numbers import check_seed
from flows.cli.terminal import BadInput, Exit, answer_json, note, progress, say, table
from flows.saving import save

if TYPE_CHECKING:
    from engine.compliance import Check, Report

LEAST_DECISIONS: Final = 20  # as many as it takes to show everything that is rare
MOST_DECISIONS: Final = 1000
LONGEST_CELL: Final = 56
_ALLOWED: Final = {
    "url": "http://HOST:PORT/PATH or https://…, without user, query and fragment",
    "token_env": "the name of an environment variable",
    "deadline_s": "above 0, to 3600 seconds",
}
_TYPED: Final = {"url": "URL", "token_env": "--token-env", "deadline_s": "--timeout"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed, checked."""

    program: RemoteSettings
    decisions: int
    seed: int
    out: Path | None


def wanted_of(program: RemoteSettings, decisions: int, seed: int, out: Path | None) -> Wanted:
    """Raises `BadInput`."""
    check_seed(seed)
    if not LEAST_DECISIONS <= decisions <= MOST_DECISIONS:
        allowed = f"{LEAST_DECISIONS} to {MOST_DECISIONS}"
        raise BadInput(f"--decisions {decisions}: allowed: {allowed}")
    if out is not None and not _can_be_a_folder(out):
        raise BadInput(f"--out {out}: allowed: a folder, in a folder that exists")
    return Wanted(program=program, decisions=decisions, seed=seed, out=out)


def _can_be_a_folder(out: Path) -> bool:
    return out.is_dir() if out.exists() else out.absolute().parent.is_dir()


def program_of(
    url: str | None,
    preset: str | None,
    captains: Sequence[Path],
    token_env: str | None,
    timeout_s: float | None,
) -> RemoteSettings:
    """The program at `url`, or that of a preset; what was typed beside it overrides its settings.
    Raises `BadInput`, or `UnknownPreset`, `BadPreset` and `BadYaml`.
    """
    if (url is None) == (preset is None):
        raise BadInput("compliance: allowed: URL or --preset NAME, one of them")
    known: dict[str, Any] = {"url": url} if preset is None else _of_preset(preset, captains)
    typed = {"token_env": token_env, "deadline_s": timeout_s}
    try:
        return RemoteSettings.model_validate(
            known | {name: value for name, value in typed.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors()[0]
        setting = str(first["loc"][0])
        given = shown(first["input"])
        raise BadInput(f"{_TYPED[setting]} {given}: allowed: {_ALLOWED[setting]}") from None


def _of_preset(name: str, captains: Sequence[Path]) -> dict[str, Any]:
    spec = resolve(name, captains)
    settings = settings_of(spec)
    if not isinstance(settings, RemoteSettings):
        raise BadInput(f"--preset {name}: of kind {spec.kind}; allowed: a captain of kind remote")
    return settings.model_dump()


def check_compliance(wanted: Wanted, *, as_json: bool) -> int:
    """`captains compliance`. Raises `MissingSecret`."""
    report = asyncio.run(_examined(wanted))
    saved = _all_saved(report, wanted.out)
    if as_json:
        answer_json(_document(wanted, report, saved))
    else:
        _show(wanted, report, saved)
    return Exit.FAILED if _failed(report) else Exit.DONE


async def _examined(wanted: Wanted) -> Report:
    from engine.compliance import Address, examine
    from engine.tool_captains.services import EnvironmentSecrets

    program = wanted.program
    token = None
    if program.token_env is not None:
        token = await EnvironmentSecrets().from_environment(program.token_env)
    return await examine(
        Address(url=program.url, token=token, timeout_s=program.deadline_s),
        size=wanted.decisions,
        seed=wanted.seed,
        heard=progress(wanted.decisions, "decisions"),
    )


def _all_saved(report: Report, out: Path | None) -> dict[str, list[Path]]:
    """The files by check. The report is told although they cannot be written."""
    saved: dict[str, list[Path]] = {check.name: [] for check in report.checks}
    try:
        for number, check in enumerate(report.checks, start=1):
            saved[check.name] = _saved(number, check, out)
    except OSError as error:
        note(f"--out {out}: not all requests are saved: {error}")
    return saved


def _saved(number: int, check: Check, out: Path | None) -> list[Path]:
    """The files of the requests that failed the check, as they were sent."""
    if out is None or not check.requests:
        return []
    out.mkdir(exist_ok=True)
    slug = re.sub(r"\W+", "-", check.name)
    files = [out / f"{number:02}-{slug}-{i}.json" for i in range(1, len(check.requests) + 1)]
    for file, body in zip(files, check.requests, strict=True):
        save(file, body)
    return files


def _failed(report: Report) -> list[Check]:
    from engine.compliance import Verdict

    return [check for check in report.checks if check.verdict is Verdict.FAILED]


def _document(wanted: Wanted, report: Report, saved: dict[str, list[Path]]) -> dict[str, Any]:
    return {
        "url": wanted.program.url,
        "seed": wanted.seed,
        "decisions": wanted.decisions,
        "timeout_s": wanted.program.deadline_s,
        "checks_passed": report.passed,
        "checks_made": report.applicable,
        "latency": asdict(report.latency),
        "checks": [
            {
                "check": check.name,
                "verdict": check.verdict.value,
                "seen": check.seen,
                "allowed": check.allowed,
                "requests": [str(file) for file in saved[check.name]],
            }
            for check in report.checks
        ],
    }


def _show(wanted: Wanted, report: Report, saved: dict[str, list[Path]]) -> None:
    program = wanted.program
    limit = f"time limit {program.deadline_s:g} s"
    say(f"{program.url}: {wanted.decisions} decisions, seed {wanted.seed}, {limit}\n")
    rows = [(c.verdict.value, c.name, c.allowed, _brief(c.seen)) for c in report.checks]
    say(table(("", "check", "allowed", "seen"), rows))
    for check in _failed(report):
        say(f"\nfails: {check.name}\n  seen:    {check.seen}\n  allowed: {check.allowed}")
        for file in saved[check.name]:
            say(f"  replay:  {_curl(program, file)}")
    if _failed(report) and wanted.out is None:
        note("--out DIR saves the requests that failed, to be sent again with curl")
    say(f"\n{report.passed} of {report.applicable} checks passed")


def _brief(seen: str) -> str:
    """Without the details, which are told below the table."""
    return shortened(seen.partition(": ")[0], LONGEST_CELL)


def _curl(program: RemoteSettings, file: Path) -> str:
    token = program.token_env
    header = "" if token is None else f' -H "authorization: Bearer ${token}"'
    sent, url = shlex.quote(f"@{file}"), shlex.quote(program.url)
    return f"curl -H content-type:application/json{header} --data-binary {sent} {url}"
