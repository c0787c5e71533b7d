"""Randomness: a tree of named, counter-based streams.

Every draw has its own key, so a decision, an extra wide or the order of play cannot shift the luck
of another ball, and serial, parallel and resumed play draw the same numbers. A key is hashed with
BLAKE2b (RFC 7693) under the match's seed; the first 53 bits of the hash are the uniform number.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NewType

Seed = NewType("Seed", int)

MAX_SEED: Final = 2**63 - 1
_SCALE: Final = 2.0**-53
_KEY: Final = struct.Struct("<HHHI")


class Streams:
    """The random streams of one match. Every method is a pure function of the seed and its
    arguments.
    """

    __slots__ = ("_captains", "_root", "seed")

    def __init__(self, seed: int) -> None:
        if not 0 <= seed <= MAX_SEED:
            raise ValueError(f"seed {seed} is outside 0…{MAX_SEED}")
        self.seed = seed
        self._root = blake2b(key=seed.to_bytes(8, "little"), digest_size=8)
        self._captains: dict[str, Streams] = {}

    def uniform(
        self, purpose: str, innings: int = 0, ball: int = 0, repeat: int = 0, index: int = 0
    ) -> float:
        """A number in [0, 1) that belongs to this key alone.

        `innings`, `ball` (legal balls before it), `repeat` (0…65535); `index` tells apart several
        draws of one key.
        """
        keyed = self._root.copy()
        keyed.update(_KEY.pack(innings, ball, repeat, index) + purpose.encode())
        return (int.from_bytes(keyed.digest(), "little") >> 11) * _SCALE

    def of_captain(self, seat: str) -> Streams:
        """The streams of the captain in `seat`; the match's seed cannot be found from them."""
        found = self._captains.get(seat)
        if found is None:
            found = self._captains[seat] = Streams(derive_seed("captain", self.seed, seat))
        return found


def derive_seed(*parts: int | str) -> Seed:
    """A seed that depends on every part and on their order; neighbouring inputs give unrelated
    seeds.
    """
    digest = blake2b(digest_size=8)
    for part in parts:
        text = f"{type(part).__name__}:{part}".encode()
        digest.update(len(text).to_bytes(4, "little") + text)
    return Seed(int.from_bytes(digest.digest(), "little") & MAX_SEED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaptainDraws:
    """A captain's own random numbers for one decision. They cannot move the ball's, nor tell it."""

    own: Streams
    kind: str
    innings: int
    ball: int
    repeat: int

    def uniform(self, index: int = 0) -> float:
        """The `index`-th number in [0, 1) of this decision."""
        return self.own.uniform(self.kind, self.innings, self.ball, self.repeat, index)


def captain_draws(
    streams: Streams, *, seat: str, kind: str, innings: int, ball: int, repeat: int
) -> CaptainDraws:
    """The draws of the captain in `seat` for one decision; `streams` are the match's."""
    return CaptainDraws(
        own=streams.of_captain(seat), kind=kind, innings=innings, ball=ball, repeat=repeat
    )
