"""The command that checks the engine itself: fidelity."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.cricket.players import Game
from engine.eras import CURRENT_ERA
from flows.cli.numbers import check_era, check_processes, check_seed
from flows.cli.terminal import BadInput, Exit, answer_json, note, progress, say, table

if TYPE_CHECKING:
    from engine.fidelity import Line
    from flows.fidelity import Checked, Through, Wanted
    from flows.sensitivity import Question

MOST_MATCHES: Final = 1_000_000
LEAST_MATCHES: Final = 20  # one for each group that the standard errors come from


def wanted_of(
    format_: str,
    game: str,
    matches: int | None,
    seed: int,
    era: int | None,
    through: Through | None,
    processes: int | None,
) -> Wanted:
    """What was typed, checked; raises `BadInput`."""
    from flows.fidelity import MATCHES, Wanted

    check_seed(seed)
    check_era(era)
    cores = _processes(processes)
    if processes is not None and through != "engine":
        raise BadInput("--processes goes with --through engine; the simulator plays on one core")
    return Wanted(
        format=format_,
        game=Game(game),
        matches=MATCHES[format_] if matches is None else matches,
        seed=seed,
        era=era,
        through=through or "vectorised",
        processes=cores,
    )


def question_of(
    matches: int | None, seed: int, era: int | None, processes: int | None, *, alone: bool
) -> Question:
    """What was typed with `--assumptions`, `alone` without what it does not heed; raises
    `BadInput`.
    """
    from flows.sensitivity import MATCHES, Question

    if not alone:
        raise BadInput(
            "--assumptions plays men's T20 and T5 through the engine and writes no page; "
            "leave out --format, --game, --through and --html"
        )
    check_seed(seed)
    check_era(era)
    return Question(
        matches=MATCHES if matches is None else matches,
        seed=seed,
        era=CURRENT_ERA if era is None else era,
        processes=_processes(processes),
    )


def _processes(asked: int | None) -> int:
    from flows.cores import cores

    check_processes(asked)
    return asked or cores()


def check_fidelity(wanted: Wanted, html: Path | None, *, as_json: bool) -> int:
    """`captains fidelity`."""
    from flows.fidelity import check

    _examine(wanted, html)
    checked = check(wanted, progress(wanted.matches, "matches"))
    if html is not None:
        from flows.fidelity_page import write_page

        write_page(checked, html)
        note(f"page: {html}")
    if as_json:
        answer_json(checked.report.model_dump(mode="json"))
    else:
        show(checked)
    return Exit.FAILED if checked.failed and not wanted.informs_only else Exit.DONE


def _examine(wanted: Wanted, html: Path | None) -> None:
    if not LEAST_MATCHES <= wanted.matches <= MOST_MATCHES:
        raise BadInput(f"--matches {wanted.matches}: allowed: {LEAST_MATCHES} to {MOST_MATCHES}")
    if wanted.game is Game.WOMEN and wanted.format != "T20":
        raise BadInput(f"--game women --format {wanted.format}: allowed with women: T20")
    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        raise BadInput(f"--html {html}: allowed: a file in a folder that exists")


def check_assumptions(question: Question, *, as_json: bool) -> int:
    """`captains fidelity --assumptions`."""
    from flows.sensitivity import LEAST_MATCHES, examine, in_words, rows_of

    if not LEAST_MATCHES <= question.matches <= MOST_MATCHES or question.matches % 2:
        allowed = f"even, {LEAST_MATCHES} to {MOST_MATCHES}"
        raise BadInput(f"--matches {question.matches}: allowed: {allowed}")
    report = examine(question, progress(question.total, "matches"))
    if as_json:
        answer_json(report.model_dump(mode="json"))
        return Exit.DONE
    say(f"luck-adjusted score a match, rank, 95 % margin; {question.matches} matches a pairing")
    for found in report.formats:
        say(f"\n{found.format}: assumed coefficients at")
        header = ("", *(f"{world.scale:g}" for world in found.worlds))
        say(table(header, rows_of(found)))
    say("")
    for found in report.formats:
        say(in_words(found))
    return Exit.DONE


def show(checked: Checked) -> None:
    """Every line, table by table, and what it comes to."""
    from flows.fidelity import doubt_of, known_of, title_of

    report = checked.report
    say(f"{title_of(checked.wanted)}: {known_of(report)}")
    say(f"baseline v baseline through the {_way(report.through)}: {report.matches} matches")
    for name, lines in groupby(checked.lines, key=lambda line: line.table):
        say(f"\n{name}")
        header = ("", "", "real", "simulated", "allowed", "verdict", "standard errors")
        say(table(header, [_row(line) for line in lines]))
    say(f"\n{report.passed} pass, {report.failed} fail, {report.shown} shown")
    if doubt := doubt_of(report):
        say(doubt)
    if report.informs_only:
        say("for information: tolerances are half as wide again, few matches are known")
    for line in checked.failed:
        say(f"fails: {line.what}: real {_number(line.real)}, simulated {_number(line.simulated)}")


def _way(through: str) -> str:
    return "engine" if through == "engine" else "vectorised simulator"


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.row,
        line.column,
        _number(line.real),
        _number(line.simulated),
        _number(line.allowed, "±"),
        line.verdict.value,
        "-" if line.errors is None else f"{line.errors:+.1f}",
    )


def _number(value: float, sign: str = "") -> str:
    """Four digits that matter, behind `sign`; a dash for what is not known."""
    if value != value:  # noqa: PLR0124 (not a number)
        return "-"
    return f"{sign}{value:.4f}" if abs(value) < 1 else f"{sign}{value:.2f}"
