"""Runs a command: its exit code, what is said where it fails, and how it is stopped."""

from __future__ import annotations

import gc
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from cyclopts import App, CycloptsError, Parameter, Token, UnknownCommandError, convert

from engine.variables import take_from_file
from flows.cli.commands import COMMANDS
from flows.cli.terminal import Exit, answer_json, note

SHORT: Final = frozenset({"check", "presets", "packs", "squads", "schema"})
"""Commands that end at once."""
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GARBAGE: Final = (20_000, 10, 10)
"""Objects before the collector looks, and how many times before it looks through older ones. What a
command loads is not garbage: with Python's 700 a sixth of the time to load Prefect goes to looking.
"""


def _version() -> str:
    from engine.version import project_version

    return project_version()


def _converted(kind: Any, tokens: Sequence[Token]) -> Any:
    return convert(kind, tokens, converter=_exact)


def _exact(kind: type, given: str) -> Any:
    """As cyclopts has it, but what is no whole number is refused: it would round 1.5 overs to 2."""
    if kind is int and "." in given and not float(given).is_integer():
        raise ValueError
    return convert(kind, [given])


app = App(
    name="captains",
    help="Find out which cricket captain is better, by how much, and how sure that is.",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # `main` says it, and gives the exit code
    version=_version,
    default_parameter=Parameter(converter=_converted),
)
for each in COMMANDS:
    app.command(each)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code. Nothing that a user can cause ends in a traceback."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    try:
        with _stoppable():
            take_from_file()
            return int(_call(tokens) or Exit.DONE)
    except CycloptsError as error:
        return _failed(tokens, Exit.BAD_INPUT, _in_a_line(error))
    except KeyboardInterrupt:
        return _failed(tokens, Exit.INTERRUPTED, "interrupted")
    except BrokenPipeError:  # somebody read only the beginning, as in `captains presets | head`
        sys.stderr.close()
        return Exit.FAILED
    except Exception as error:
        from flows.cli.failures import behind, exit_of, said

        told = behind(error)
        code = exit_of(told)
        if code is None:  # a bug of ours keeps its traceback
            raise
        return _failed(tokens, code, said(told))


def command() -> int:
    """`captains` as a program, which ends once it has answered."""
    _open_streams()
    if sys.argv[1:] and sys.argv[1] in SHORT:
        gc.disable()  # most of them is imports, whose garbage is not worth looking for
    gc.set_threshold(*GARBAGE)
    code = main()
    gc.freeze()  # or the interpreter looks through all that was imported: a fifth of `check`
    return code


def _open_streams() -> None:
    """Whoever starts it may have closed some: what is said there is for nobody, and no file of ours
    gets their numbers, nor one of a process that we start.
    """
    for number in (0, 1, 2):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
        os.set_inheritable(number, True)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _call(tokens: list[str]) -> Any:
    return app(
        tokens,
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
    )


def _failed(tokens: Sequence[str], code: Exit, message: str) -> int:
    """Whether somebody takes what is said or not."""
    if any(token.partition("=")[0] == "--json" for token in tokens):
        with suppress(OSError):
            answer_json({"error": message, "exit_code": int(code)})
    with suppress(OSError):
        note(message)
    return code


def _in_a_line(error: CycloptsError) -> str:
    text = " ".join(str(error).split())
    hint = "captains --help" if isinstance(error, UnknownCommandError) else "--help"
    return f"captains: {text} (see {hint})"


def _hung_up(*_: object) -> None:
    """What is said from here on nobody reads: to say it to the terminal would fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):
            os.dup2(nowhere, stream)
    os.close(nowhere)
    signal.raise_signal(signal.SIGINT)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a terminal that goes away stop a command in the same clean way, also
    where a shell script started it with `&`; one below `nohup` outlives its terminal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if before[signal.SIGHUP] is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hung_up)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
