"""Whether luck is what it claims, by simulation: pairs of presets, squads and conditions drawn.

`python -m bench.luck [--matches N] [--overs 20,5] [--processes P] [--pairs a:b,…] [--out FILE]`
plays every pair and prints one line each:

- `z`, the mean of the match's luck (raw score less adjusted) in standard errors: |z| < 3;
- `ratio`, the variance of the raw score over that of the adjusted one;
- `worst over`, the largest |z| among the mean lucks of the match's overs, and of the other draws;
- `cover`, how often a nominal 95 % interval of 100 matches holds the mean of all of them, in 4,000
  samples drawn with replacement.

A grid takes hours: with `--out` every verdict is written as it comes, and what the file has already
from as many matches is not played again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.captains import resolve, scripted_presets
from engine.cricket.choices import Seat
from engine.cricket.nodes import BallBowled
from engine.episode import play_episode
from engine.models import Models
from engine.seeds import derive_seed
from engine.spec import EpisodeSpec

Floats = npt.NDArray[np.float64]

BLOCK: Final = 50  # matches; a second or so of work for a process
SAMPLE: Final = 100  # matches behind one interval
SAMPLES: Final = 4_000
# Between captains of whom one nearly always wins, a sample may hold no surprise at all: an
# interval then takes this standard deviation of a match's adjusted score instead of its own.
FLOOR: Final = 0.05
_T_975: Final = 1.9842  # of Student's t with 99 degrees of freedom
_NORMAL_975: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Many matches of one pair: the home side's `score`, `luck` and `luck_by_over` (match, overs of
    both innings, then super overs, then what was drawn before the first ball).
    """

    score: Floats
    luck: Floats
    luck_by_over: Floats

    @property
    def adjusted(self) -> Floats:
        return self.score - self.luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a sample shows; see the module."""

    home: str
    away: str
    overs: int
    matches: int
    raw: float
    adjusted: float
    adjusted_error: float
    z: float
    ratio: float
    worst_over: float
    cover: float


Verdicts = dict[tuple[int, str, str], Verdict]  # by overs, home and away


def play(home: str, away: str, overs: int, seeds: Sequence[int]) -> Sample:
    """One match a seed."""
    models = Models.shipped()
    rows = [asyncio.run(_played(models, home, away, overs, seed)) for seed in seeds]
    return Sample(
        score=np.array([row[0] for row in rows]),
        luck=np.array([row[1] for row in rows]),
        luck_by_over=np.array([row[2] for row in rows]),
    )


async def _played(
    models: Models, home: str, away: str, overs: int, seed: int
) -> tuple[float, float, Floats]:
    by_over = np.zeros(2 * overs + 2)

    def hear(ball: BallBowled, luck: float) -> None:
        before = ball.before
        place = 2 * overs if before.is_super_over else (before.number - 1) * overs + before.over
        by_over[place] += luck

    spec = EpisodeSpec(
        episode_id="luck", seed=seed, overs=overs, home=resolve(home), away=resolve(away)
    )
    result = await play_episode(spec, models=models, on_ball=hear, with_events=False)
    by_over[-1] = result.luck - by_over.sum()
    score = 0.5 if result.winner is None else float(result.winner is Seat.HOME)
    return score, result.luck, by_over


def joined(samples: Sequence[Sample]) -> Sample:
    return Sample(
        score=np.concatenate([s.score for s in samples]),
        luck=np.concatenate([s.luck for s in samples]),
        luck_by_over=np.concatenate([s.luck_by_over for s in samples]),
    )


def judge(home: str, away: str, overs: int, sample: Sample) -> Verdict:
    adjusted, matches = sample.adjusted, len(sample.score)
    return Verdict(
        home=home,
        away=away,
        overs=overs,
        matches=matches,
        raw=float(sample.score.mean()),
        adjusted=float(adjusted.mean()),
        adjusted_error=float(adjusted.std(ddof=1) / matches**0.5),
        z=float(_z(sample.luck)),
        ratio=float(sample.score.var() / max(adjusted.var(), 1e-12)),
        worst_over=float(np.abs(_z(sample.luck_by_over)).max()),
        cover=coverage(adjusted),
    )


def _z(values: Floats) -> Floats:
    """The mean in standard errors, by column; 0 where nothing ever happened."""
    error = values.std(axis=0, ddof=1) / len(values) ** 0.5
    return np.asarray(values.mean(axis=0) / np.where(error > 0.0, error, np.inf))


def coverage(values: Floats, seed: int = 1) -> float:
    """How often an interval of `SAMPLE` of the values holds the mean of all."""
    draws = np.random.Generator(np.random.Philox(seed))
    picked = values[draws.integers(0, len(values), (SAMPLES, SAMPLE))]
    deviation = np.maximum(picked.std(axis=1, ddof=1), FLOOR)
    half = _T_975 * deviation / SAMPLE**0.5
    return float((np.abs(picked.mean(axis=1) - values.mean()) <= half).mean())


def grid(names: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair once, and each preset with itself."""
    return list(combinations_with_replacement(names, 2))


def measure(
    pairs: Sequence[tuple[str, str]],
    overs: Sequence[int],
    matches: int,
    processes: int,
    told: Callable[[Verdict], None] = lambda _: None,
    known: Verdicts | None = None,
) -> Verdicts:
    """The verdict on every pair, beside those that are `known` from as many matches; `told` hears
    each new one as it comes.
    """
    found = dict(known or {})
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for length in overs:
            for home, away in pairs:
                before = found.get((length, home, away))
                if before is not None and before.matches >= matches:
                    continue
                blocks = list(_blocks(home, away, length, matches))
                sample = joined(list(pool.map(play, *zip(*blocks, strict=True))))
                verdict = found[length, home, away] = judge(home, away, length, sample)
                told(verdict)
    return found


def _blocks(
    home: str, away: str, overs: int, matches: int
) -> Iterator[tuple[str, str, int, list[int]]]:
    for first in range(0, matches, BLOCK):
        numbers = range(first, min(first + BLOCK, matches))
        yield home, away, overs, [derive_seed("luck", home, away, overs, n) for n in numbers]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.luck", description=__doc__)
    parser.add_argument("--matches", type=int, default=20_000)
    parser.add_argument("--overs", default="20,5")
    parser.add_argument("--pairs", default="", help="a:b,c:d; default every pair of presets")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="a JSON file of the verdicts")
    options = parser.parse_args()
    named = [pair.partition(":") for pair in options.pairs.split(",") if pair]
    known = _read(options.out)

    def told(verdict: Verdict) -> None:
        print(_line(verdict), flush=True)
        if options.out is not None:
            known[verdict.overs, verdict.home, verdict.away] = verdict
            _write(options.out, known)

    started = time.monotonic()
    measure(
        [(home, away) for home, _, away in named] or grid(list(scripted_presets())),
        [int(length) for length in options.overs.split(",")],
        options.matches,
        options.processes,
        told,
        dict(known),
    )
    print(f"{time.monotonic() - started:.0f} s")


def _read(file: Path | None) -> Verdicts:
    if file is None or not file.exists():
        return {}
    found = [Verdict(**v) for v in json.loads(file.read_text(encoding="utf-8"))["verdicts"]]
    return {(v.overs, v.home, v.away): v for v in found}


def _write(file: Path, found: Verdicts) -> None:
    """Whole or not at all."""
    told = {"program": "python -m bench.luck", "verdicts": [asdict(v) for v in found.values()]}
    part = file.with_suffix(".part")
    part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    part.replace(file)


def _line(v: Verdict) -> str:
    parts: dict[str, Any] = {
        "raw": f"{v.raw:.3f}",
        "adjusted": f"{v.adjusted:.4f} ± {_NORMAL_975 * v.adjusted_error:.4f}",
        "z": f"{v.z:+.2f}",
        "ratio": f"{v.ratio:.1f}",
        "worst over": f"{v.worst_over:.2f}",
        "cover": f"{v.cover:.3f}",
    }
    told = "  ".join(f"{name} {value}" for name, value in parts.items())
    return f"T{v.overs:<3}{v.home:>10} v {v.away:<10} {v.matches:>6}  {told}"


if __name__ == "__main__":
    main()
