"""Matches from a CSV file, for the calculators: a heading, then a line a match."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tournaments.stats.games import Game
from tournaments.text import shown

SCORE: Final = "score"
MOST_OFTEN: Final = 1_000_000
MOST_MATCHES: Final = 1_000_000  # a file's, as each is an object: 0.7 GB in all
FURTHEST: Final = 10.0  # from 0, of a score; one less luck lies within a few units of 0 to 1
_MOST_DIGITS: Final = 20  # of a count, zeros before it too
_RAW: Final = (0.0, 0.25, 0.5, 0.75, 1.0)  # of matches and of pairs


class BadGames(Exception):
    """A file that is no list of matches: where, and what is allowed."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(file, line, why)
        self.file, self.line, self.why = file, line, why

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Games:
    """`are_adjusted` where a score is none that a match or a pair can have."""

    games: list[Game]
    are_adjusted: bool


def read_games(path: Path, score: str = SCORE) -> Games:
    """Columns `first`, `second`, and `score` of the first, or whatever it is called. If there,
    `seed` (matches with one share their luck; else each is its own), `home` and `toss` (whose it
    was, by name), `count` (how often). Others are not read. Raises `BadGames`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            games = list(_games(str(path), csv.DictReader(text), score))
    except OSError as error:
        raise BadGames(str(path), 1, f"cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadGames(str(path), 1, f"no CSV in UTF-8 ({error})") from None
    if not games:
        raise BadGames(str(path), 1, "no match; allowed: a line a match below the heading")
    return Games(games=games, are_adjusted=any(game.score not in _RAW for game in games))


def _games(file: str, rows: csv.DictReader[str], score: str) -> Iterator[Game]:
    needed = ("first", "second", score)
    missing = [name for name in needed if name not in (rows.fieldnames or ())]
    if missing:
        raise BadGames(
            file,
            1,
            f"no column {', '.join(missing)}; needed: {', '.join(needed)}; "
            "allowed too: seed, home, toss, count",
        )
    read, named = (*needed, "seed", "home", "toss", "count"), Counter(rows.fieldnames)
    if twice := [name for name in dict.fromkeys(read) if named[name] > 1]:
        raise BadGames(file, 1, f"column {', '.join(twice)} again; allowed: once")
    left = MOST_MATCHES
    for row in rows:
        line = _Line(file, rows.line_num, row)
        game, often = line.game(score), line.count(left)
        left -= often
        if line.text("seed"):
            yield from [game] * often
        else:
            yield from (_on_its_own(game, (rows.line_num, number)) for number in range(often))


def _on_its_own(game: Game, cluster: tuple[int, int]) -> Game:
    return Game(
        first=game.first,
        second=game.second,
        score=game.score,
        cluster=cluster,
        side=game.side,
        toss=game.toss,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    number: int
    row: Mapping[str, str | None]

    def text(self, column: str) -> str:
        return (self.row.get(column) or "").strip()

    def game(self, score: str) -> Game:
        first, second = self.text("first"), self.text("second")
        if not first or not second or first == second:
            raise self._bad(f"first {first!r}, second {second!r}: allowed: two different captains")
        if not (first + second).isprintable():
            raise self._bad(
                f"first {first!r}, second {second!r}: allowed: names without control characters"
            )
        return Game(
            first=first,
            second=second,
            score=self._score(score),
            cluster=self.text("seed"),
            side=self._whose("home", first, second),
            toss=self._whose("toss", first, second),
        )

    def count(self, left: int) -> int:
        """How often it came; so many are `left` of those that a file may have."""
        text = self.text("count") or "1"
        is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        if not is_number or int(text) > MOST_OFTEN:
            raise self._bad(f"count {shown(text)}: allowed: 0 to {MOST_OFTEN}")
        if int(text) > left:
            had = f"{int(text):,} matches after {MOST_MATCHES - left:,}"
            raise self._bad(f"{had}: allowed: {MOST_MATCHES:,} in a file, all counts together")
        return int(text)

    def _score(self, column: str) -> float:
        text = self.text(column)
        try:
            score = float(text)
        except ValueError:
            score = float("nan")
        if not abs(score) <= FURTHEST:  # no number is not either
            allowed = f"1, 0.5, 0, or less luck a number from {-FURTHEST:g} to {FURTHEST:g}"
            raise self._bad(f"{column} {shown(text)}: allowed: {allowed}")
        return score

    def _whose(self, column: str, first: str, second: str) -> int:
        text = self.text(column)
        if text not in ("", first, second):
            raise self._bad(f"{column} {text!r}: allowed: {first}, {second} or nothing")
        return (text == first) - (text == second) if text else 0

    def _bad(self, why: str) -> BadGames:
        return BadGames(self.file, self.number, why)
