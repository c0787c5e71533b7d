"""Which errors are the user's to act on, and their exit codes. Everything else is a bug."""

from __future__ import annotations

from typing import Any, Final

from flows.cli.terminal import BadInput, Exit, WorkFailed

# By name, so that a command need not have loaded what it did not use.
_BAD_INPUT: Final = (
    ("tournaments.errors", "TournamentError"),
    ("tournaments.games_csv", "BadGames"),
    ("engine.errors", "UnknownPreset"),
    ("engine.errors", "BadPreset"),
    ("engine.errors", "BadYaml"),
    ("engine.variables", "BadSettingsFile"),
    ("engine.cricket.errors", "UnknownFormat"),
    ("engine.cricket.errors", "BadSquad"),
    ("engine.cricket.errors", "BadStart"),
    ("engine.errors", "MissingSecret"),
    ("engine.errors", "UnknownPack"),
    ("engine.errors", "UnknownEntry"),
    ("flows.stage", "BadBusAddress"),
    ("spectator.speech.choosing", "Unavailable"),
    ("flows.simulation_files", "CannotWrite"),
    ("flows.storage", "BadStorage"),
    ("flows.past", "NoRun"),
    ("flows.deployments.reading", "BadFile"),
)
_FAILED: Final = (
    ("engine.errors", "BrokenRecord"),
    ("flows.holding", "RunBusy"),
    ("flows.ledger", "BrokenRun"),
    ("flows.spending", "BrokenSpending"),
    ("flows.simulation_rows", "MatchBrokeOff"),
    ("flows.server", "ServerUnavailable"),
    ("concurrent.futures.process", "BrokenProcessPool"),
    ("flows.limits", "FeaturedBusy"),
    ("spectator.store.contract", "StoreUnavailable"),
    ("flows.storage", "StorageRefused"),
    ("flows.handing_out", "NoFixtures"),
    ("flows.handing_out", "ShardLost"),
    ("prefect.concurrency._asyncio", "ConcurrencySlotAcquisitionError"),
    ("httpx", "HTTPError"),
)


_HTTP: Final = (("httpx", "HTTPStatusError"),)
_PREFECT_HTTP: Final = (("prefect.exceptions", "PrefectHTTPStatusError"),)
_NO_ENTRY: Final = (401, 403)


def exit_of(error: BaseException) -> Exit | None:
    """The exit code for an error that a user can cause; None for a bug."""
    if isinstance(error, BadInput) or _is_one_of(error, _BAD_INPUT):
        return Exit.BAD_INPUT
    if isinstance(error, WorkFailed | OSError) or _is_one_of(error, _FAILED):
        return Exit.FAILED
    return None


def said(error: BaseException) -> str:
    """What a user is told: of the system's own errors, the file and what is the matter with it."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if is_no_entry(error):
        return (
            "the Prefect server answers, and lets nobody in without its USER:PASSWORD; allowed: "
            "PREFECT_API_AUTH_STRING as its own PREFECT_SERVER_API_AUTH_STRING"
        )
    return str(error)


def is_no_entry(error: BaseException) -> bool:
    """Whether Prefect's server asks who we are."""
    if not _is_one_of(error, _PREFECT_HTTP):
        return False
    response: Any = getattr(error, "response", None)  # its class is not loaded for this
    return response is not None and response.status_code in _NO_ENTRY


def behind(error: BaseException) -> BaseException:
    """What went wrong first, where all that is told is that Prefect's server could not even be told
    of it: on a disk that is full, say.
    """
    before: BaseException | None = error
    while before is not None and _is_one_of(before, _HTTP):
        before = before.__cause__ or before.__context__
    return error if before is None or exit_of(before) is None else before


def _is_one_of(error: BaseException, named: tuple[tuple[str, str], ...]) -> bool:
    """Whether `error` is of one of these classes, or of a class below."""
    names = {f"{module}.{name}" for module, name in named}
    return any(f"{kind.__module__}.{kind.__name__}" in names for kind in type(error).__mro__)
