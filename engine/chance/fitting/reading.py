"""From ball-by-ball rows to the arrays that the fit works on: one row a delivery, with the state
before it.

Reads iterables of text lines (the program opens the files). Columns: the data description of the
Cricsheet CSV files.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Final

import numpy as np

from engine.chance.classes import BallClass, Ints

DELIVERY_COLUMNS: Final = (
    *("match_id", "inn", "over", "ball", "batter", "nonstr", "bowler", "pos", "rb", "wd", "nb"),
    *("by", "lb", "pen", "wk", "who", "so"),
)
MATCH_COLUMNS: Final = (
    *("match_id", "date", "tier", "gender", "venue", "overs", "clean", "i1_runs", "i2_runs"),
    *("i2_target", "winner_t", "i2_team"),
)
NOT_A_WICKET: Final = frozenset({"", "rh", "rno"})  # retired hurt, retired not out


class BadData(Exception):
    """Data that cannot be fitted: `why`, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which matches are fitted: clean ones of one tier from `first` to `last` (ISO dates,
    inclusive).
    """

    tier: str
    first: str
    last: str
    overs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """One match: `index` in the arrays, `target` that wins for the side batting second."""

    index: int
    year: int
    venue: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """One entry a delivery, in playing order. The state is that before the ball.

    `faced` balls faced by the striker (wides not counted); `target` 0 batting first; `kind` index
    into `KINDS`; `next_new` 1 where the batter who replaces the one out faces the next ball of the
    same over, 0 where not, -1 unknown.
    """

    match: Ints
    venue: Ints
    year: Ints
    innings: Ints
    legal: Ints
    wickets: Ints
    runs: Ints
    target: Ints
    batter: Ints
    bowler: Ints
    order: Ints
    faced: Ints
    free_hit: Ints
    outcome: Ints
    bat: Ints
    wides: Ints
    no_balls: Ints
    byes: Ints
    leg_byes: Ints
    kind: Ints
    who: Ints
    next_new: Ints

    def __len__(self) -> int:
        return len(self.match)

    def take(self, rows: Ints) -> Deliveries:
        """The deliveries at `rows` (indices or a mask)."""
        return Deliveries(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


KINDS: Final = (
    "",
    "b",
    "c",
    "cb",
    "lbw",
    "ro",
    "st",
    "hw",
    "rh",
    "rto",
    "rno",
    "obs",
    "hb",
    "to",
    "h2",
)
_KIND_INDEX: Final = {kind: i for i, kind in enumerate(KINDS)}


def read_matches(lines: Iterable[str], chosen: Selection) -> dict[str, MatchRow]:
    """The selected matches by id. Raises `BadData`."""
    venues: dict[str, int] = {}
    found: dict[str, MatchRow] = {}
    for number, row in enumerate(_rows(lines, MATCH_COLUMNS, "matches"), start=2):
        if not _is_chosen(row, chosen):
            continue
        with _line_of("matches", number):
            found[row["match_id"]] = MatchRow(
                index=len(found),
                year=int(row["date"][:4]),
                venue=venues.setdefault(row["venue"], len(venues)),
                target=_number(row["i2_target"]) or _number(row["i1_runs"]) + 1,
            )
    if not found:
        raise BadData(f"no clean {chosen.tier} match from {chosen.first} to {chosen.last}")
    return found


def _is_chosen(row: Mapping[str, str], chosen: Selection) -> bool:
    return (
        row["clean"] == "True"
        and row["tier"] == chosen.tier
        and chosen.first <= row["date"] <= chosen.last
        and row["overs"] == str(chosen.overs)
    )


def _rows(lines: Iterable[str], wanted: tuple[str, ...], what: str) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(lines)
    missing = [c for c in wanted if c not in (reader.fieldnames or ())]
    if not reader.fieldnames:
        raise BadData(f"the {what} file is empty")
    if missing:
        raise BadData(f"the {what} file has no column {', '.join(missing)}")
    yield from reader


@contextmanager
def _line_of(what: str, number: int) -> Iterator[None]:
    """Say where a value is that is no number, or a row too short."""
    try:
        yield
    except (ValueError, IndexError) as problem:
        raise BadData(f"the {what} file, line {number}: {problem}") from None


def _number(text: str) -> int:
    return int(float(text)) if text else 0


class _InningsState:
    """What the rows of one innings have come to so far."""

    __slots__ = ("faced", "free_hit", "legal", "runs", "wickets")

    def __init__(self) -> None:
        self.faced: dict[str, int] = {}
        self.free_hit = 0
        self.legal = self.runs = self.wickets = 0

    def add(self, batter: str, *, runs: int, wide: bool, no_ball: bool, wicket: bool) -> None:
        """Advance by one delivery. A free hit is carried over wides (ICC 21.19)."""
        if not wide:
            self.faced[batter] = self.faced.get(batter, 0) + 1
        self.free_hit = 1 if no_ball or (wide and self.free_hit) else 0
        self.legal += not (wide or no_ball)
        self.runs += runs
        self.wickets += wicket


def read_deliveries(
    lines: Iterable[str], matches: Mapping[str, MatchRow], players: dict[str, int] | None = None
) -> Deliveries:
    """The deliveries of `matches`, super overs left out. `players`, where given, learns the index
    of each player by the file's id. Raises `BadData`.
    """
    names = [f.name for f in fields(Deliveries)]
    columns: dict[str, array[int]] = {name: array("q") for name in names}
    appends = [columns[name].append for name in names]
    players = {} if players is None else players
    state, playing = _InningsState(), ("", "")
    reader = iter(lines)
    position = _positions(next(reader, ""))
    for number, parts in enumerate(csv.reader(reader), start=2):
        with _line_of("deliveries", number):
            row = [parts[i] for i in position]
            match = matches.get(row[0])
            if match is None or row[16] == "1":
                continue
            if (row[0], row[1]) != playing:
                state, playing = _InningsState(), (row[0], row[1])
            values = _derive(row, match, state, players)
        for append, value in zip(appends, values, strict=True):
            append(value)
    if not columns["match"]:
        raise BadData("the deliveries file holds no ball of the selected matches")
    arrays = {
        name: np.frombuffer(column, dtype=np.int64).astype(np.intp)
        for name, column in columns.items()
    }
    return _with_next_batter(arrays)


def _positions(header: str) -> list[int]:
    found = header.strip().split(",")
    if found == [""]:
        raise BadData("the deliveries file is empty")
    missing = [c for c in DELIVERY_COLUMNS if c not in found]
    if missing:
        raise BadData(f"the deliveries file has no column {', '.join(missing)}")
    return [found.index(c) for c in DELIVERY_COLUMNS]


def _derive(
    row: list[str], match: MatchRow, state: _InningsState, players: dict[str, int]
) -> tuple[int, ...]:
    """The values of one delivery in the order of the fields of `Deliveries`; advances `state`."""
    batter = row[4]
    bat, wides, no_balls, byes, leg_byes, penalty = (int(x) if x else 0 for x in row[8:14])
    kind, who = row[14], int(row[15] or 1)
    wicket = kind not in NOT_A_WICKET
    innings = int(row[1])
    values = (
        *(match.index, match.venue, match.year, innings, state.legal, state.wickets, state.runs),
        match.target if innings == 2 else 0,
        players.setdefault(batter, len(players)),
        players.setdefault(row[6], len(players)),
        *(int(row[7] or 11), state.faced.get(batter, 0), state.free_hit),
        int(
            _class(
                bat=bat, wides=wides, no_balls=no_balls, byes=byes, leg_byes=leg_byes, out=wicket
            )
        ),
        *(bat, wides, no_balls, byes, leg_byes, _KIND_INDEX.get(kind, 0), who),
        -1,
    )
    runs = bat + wides + no_balls + byes + leg_byes + penalty
    state.add(batter, runs=runs, wide=wides > 0, no_ball=no_balls > 0, wicket=wicket)
    return values


def _class(
    *, bat: int, wides: int, no_balls: int, byes: int, leg_byes: int, out: bool
) -> BallClass:
    if wides:
        return BallClass.WIDE
    if no_balls:
        return BallClass.NO_BALL
    if out:
        return BallClass.WICKET
    if byes:
        return BallClass.BYE
    if leg_byes:
        return BallClass.LEG_BYE
    by_runs = (BallClass.DOT, BallClass.ONE, BallClass.TWO, BallClass.THREE, BallClass.FOUR)
    return by_runs[bat] if bat < 5 else (BallClass.SIX if bat >= 6 else BallClass.THREE)


def _with_next_batter(arrays: dict[str, Ints]) -> Deliveries:
    """Tell from the next ball of the over whether the new batter came in at the striker's end."""
    same = (
        (arrays["match"][1:] == arrays["match"][:-1])
        & (arrays["innings"][1:] == arrays["innings"][:-1])
        & (arrays["legal"][1:] // 6 == arrays["legal"][:-1] // 6)
    )
    run_out = arrays["kind"][:-1] == _KIND_INDEX["ro"]
    is_new = (arrays["faced"][1:] == 0) & (arrays["order"][1:] == arrays["wickets"][1:] + 2)
    arrays["next_new"] = np.full(len(arrays["match"]), -1, dtype=np.intp)
    arrays["next_new"][:-1][same & run_out] = is_new[same & run_out]
    return Deliveries(**arrays)


def columns_digest(deliveries: Deliveries) -> str:
    """SHA-256 over the derived columns: the same data give the same digest, whatever the file's
    date or packing.
    """
    digest = sha256()
    for field in fields(deliveries):
        digest.update(np.ascontiguousarray(getattr(deliveries, field.name), dtype="<i8").tobytes())
    return digest.hexdigest()
