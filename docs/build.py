"""Writes what in `docs/` is made from the code: `python docs/build.py [--check]`.

The JSON Schemas of events and tournament files, the figures of the ball model's data card and of
its fidelity, the tables of packs, the strength of squads, and the README's table of the demo. A
test runs it with `--check`, which writes nothing and exits with 1 where a file is out of date.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from docs.data_card import figures
from docs.tables import table
from engine.chance import BallModel
from engine.cricket.players import Game
from engine.episode import play_episode
from engine.fidelity import Line, Verdict
from engine.fidelity.simulation import play_batch
from engine.packs import BUILT_IN, Pack, load_pack
from engine.packs.odds import shipped_odds
from engine.squads import load_squad
from engine.squads.strength import shipped_strengths
from flows import catalogue
from flows.fidelity import MATCHES, Checked, Wanted, check, title_of
from flows.order import Order
from flows.outcomes import outcome_of
from flows.play import shipped_models
from flows.schemas import SCHEMAS
from flows.work import captains_of, episode_spec
from tournaments import load_tournament, new_table, standings_text
from tournaments.brackets import bracket_path

DOCS: Final = Path(__file__).resolve().parent
CARD: Final = DOCS / "ball-model.md"
README: Final = DOCS.parent / "README.md"
PACKS: Final = DOCS / "packs.md"
FIDELITY: Final = DOCS / "fidelity.md"
SQUADS: Final = DOCS / "squads.md"
CHANCES: Final = DOCS / "win-probability.md"
FIGURES: Final = DOCS / "figures"  # what the programs of `bench` found, as they wrote it


def documents() -> Iterator[tuple[Path, str]]:
    """Every generated file, with what it should hold."""
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema.document(), indent=2, ensure_ascii=False)
        yield DOCS / "schema" / f"{name}.schema.json", f"{text}\n"
    yield CARD, _filled(CARD, "figures", figures())
    yield README, _filled(README, "demo table", demo_table())
    yield FIDELITY, _filled(FIDELITY, "fidelity", fidelity_tables())
    yield PACKS, _filled(PACKS, "packs", pack_tables())
    yield CHANCES, _chances()
    yield SQUADS, _filled(SQUADS, "strength", strength_table())


def _chances() -> str:
    """The page on win probability, its two tables filled."""
    page = _filled(CHANCES, "luck", luck_table())
    return _filled(CHANCES, "chases", chases_table(), page)


def luck_table() -> str:
    """The verdicts of `bench.luck`, a line a pair."""
    header = ["overs", "home", "away", "matches", "raw", "adjusted", "z", "worst over", "ratio"]
    rows = (
        [
            str(v["overs"]),
            v["home"],
            v["away"],
            f"{v['matches']:,}",
            f"{v['raw']:.3f}",
            f"{v['adjusted']:.3f} ± {1.96 * v['adjusted_error']:.3f}",
            f"{v['z']:+.2f}",
            f"{v['worst_over']:.2f}",
            f"{v['ratio']:.1f}",
            f"{v['cover']:.3f}",
        ]
        for v in _found("luck")["verdicts"]
    )
    return "\n".join([*table([*header, "cover"], rows), ""])


def chases_table() -> str:
    """What `bench.chases` found: ten bins, and the scores."""
    found = _found("chases")
    value, logistic = found["value"], found["logistic"]
    scores = (
        [name, f"{scored['brier']:.4f}", f"{scored['log_loss']:.4f}"]
        for name, scored in (("V", value), ("logistic", logistic))
    )
    bins = (
        [
            f"{ours['from']:.1f}-{ours['from'] + 0.1:.1f}",
            f"{ours['states']:,}",
            *(f"{one[key]:.3f}" for one in (ours, theirs) for key in ("stated", "came")),
        ]
        for ours, theirs in zip(value["bins"], logistic["bins"], strict=True)
    )
    return "\n".join(
        [
            f"{found['states']:,} states of {found['data']}, {min(found['seasons'])} and later.",
            "",
            *table(["", "Brier score", "log loss"], scores),
            "",
            *table(["stated", "states", "V, mean", "came", "logistic, mean", "came"], bins),
            "",
        ]
    )


def _found(program: str) -> dict[str, Any]:
    """What a program of `bench` wrote down."""
    found: dict[str, Any] = json.loads((FIGURES / f"{program}.json").read_text(encoding="utf-8"))
    return found


def _filled(path: Path, name: str, text: str, page: str | None = None) -> str:
    """The page with `text` between its two comments of that name."""
    page = path.read_text(encoding="utf-8") if page is None else page
    block = re.compile(f"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    filled, found = block.subn(lambda marks: f"{marks[1]}{text}{marks[2]}", page)
    if found != 1:
        raise ValueError(f"{path} has {found} blocks called {name!r}")
    return filled


def demo_table() -> str:
    """What `captains demo` prints: its matches without Prefect give the same table."""
    order = Order.of(load_tournament(bracket_path("demo"), catalogue.known()), "1")
    match, captains = order.spec.match, captains_of(order.spec, catalogue.known())
    league = new_table(order.spec, order.plan.captains, order.plan.occasion)
    for planned in order.plan.episodes():
        episode = episode_spec(planned, match, captains, attempt=1)
        result = asyncio.run(play_episode(episode, models=shipped_models(), with_events=False))
        league.add(outcome_of(result, match.max_overs))
    return f"```\n{standings_text(league.standings())}\n```\n"


def fidelity_tables() -> str:
    """What `captains fidelity` finds. It plays tens of thousands of matches, so what stands on the
    page is kept as long as a few matches come out as they did.
    """
    key = f"<!-- of matches that come out as {_outcome_digest()} -->"
    page = FIDELITY.read_text(encoding="utf-8")
    if key in page:
        return page.partition("<!-- fidelity -->\n")[2].partition("<!-- end of fidelity -->")[0]
    return "\n".join([key, *(line for wanted in _CHECKS for line in _checked(check(wanted))), ""])


_CHECKS: Final = (
    Wanted(format="T20", game=Game.MEN, matches=MATCHES["T20"], seed=1),
    Wanted(format="ODI", game=Game.MEN, matches=MATCHES["ODI"], seed=1),
    Wanted(format="T20", game=Game.WOMEN, matches=MATCHES["T20"], seed=1),
)


def _outcome_digest() -> str:
    """Changes when coefficients, draws, bowling plans or the simulator do."""
    digest = blake2b(digest_size=8)
    for wanted in _CHECKS:
        plan = wanted.plan()
        balls = play_batch(plan, BallModel.shipped(), plan.eras()[:30], seed=1)
        for column in (balls.bat, balls.kind, balls.bowler):
            digest.update(column.astype("<i8").tobytes())
    return digest.hexdigest()


def _checked(checked: Checked) -> Iterator[str]:
    """One format: lines by table, and those that fail."""
    report = checked.report
    informs = "; for information" if report.informs_only else ""
    yield f"### {title_of(checked.wanted)}\n"
    yield (
        f"{report.matches:,} matches, seed {report.seed}{informs}: **{report.passed} lines pass, "
        f"{report.failed} fail**, {report.shown} are shown.\n"
    )
    tables = dict.fromkeys(line.table for line in checked.lines)
    rows = ([f"`{name}`", *_counts(checked.lines, name)] for name in tables)
    yield from table(["table", "pass", "fail", "shown"], rows)
    yield ""
    if checked.failed:
        failing = (
            [
                f"`{line.table}`: {line.row}, {line.column}",
                *(f"{value:.4g}" for value in (line.real, line.simulated, line.allowed)),
                "–" if line.errors is None else f"{line.errors:+.1f}",
            ]
            for line in checked.failed
        )
        header = ["fails", "real", "simulated", "allowed ±", "standard errors"]
        yield from table(header, failing)
        yield ""


def _counts(lines: Sequence[Line], table: str) -> Iterator[str]:
    found = Counter(line.verdict for line in lines if line.table == table)
    yield from (str(found[verdict]) for verdict in Verdict)


def pack_tables() -> str:
    """Every pack that ships, with its entries and what each is worth to the side that bats."""
    return "\n".join(line for name in BUILT_IN for line in _pack(load_pack(name)))


def strength_table() -> str:
    """Every squad that ships, the strongest of each game first."""
    known = [(name, load_squad(name), found) for name, found in shipped_strengths().items()]
    known.sort(key=lambda row: (row[1].game.value, -row[2].mean))
    rows = (
        [f"`{name}`", squad.name, squad.game.value, *(f"{p:.2f}" for p in found)]
        for name, squad, found in known
    )
    header = ["squad", "team", "game", "bats first", "chases"]
    return "\n".join([*table(header, rows), ""])


def _pack(pack: Pack) -> Iterator[str]:
    yield f"### `{pack.name}`, version {pack.version}\n"
    length = "Any length" if pack.overs is None else f"{pack.overs} overs"
    yield f"{pack.description} {length}; digest `{pack.digest[:16]}`.\n"
    odds = shipped_odds()[pack.name]
    rows = (
        [
            f"`{entry.name}`",
            "–" if entry.state is None else entry.state.batting.value,
            f"{odds[entry.name]:.2f}" if entry.name in odds else "–",
            entry.description or "from the toss",
        ]
        for entry in pack.entries
    )
    yield from table(["entry", "bats", "wins", "what"], rows)
    yield ""


def main(arguments: Sequence[str]) -> int:
    """Write what is out of date, or with `--check` only name it."""
    stale = [
        (path, text)
        for path, text in documents()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
