"""What a tournament file means, as one number: files that mean the same share their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NewType

from engine.captains.base import CaptainSpec
from tournaments.entrants import CaptainConfig
from tournaments.formats import Groups, Knockout, LeaguePlayoffs, Swiss
from tournaments.known import Known
from tournaments.match_spec import MatchSpec
from tournaments.schedules import default_rounds
from tournaments.spec import TournamentSpec
from tournaments.stop_spec import promise

FileDigest = NewType("FileDigest", str)
"""64 hexadecimal digits."""

MEANING_VERSION: Final = 4
"""Raised when the shape of `meaning` changes, so that digests of different shapes never meet."""


def file_digest(
    spec: TournamentSpec, known: Known, *, coefficients_digest: str, engine_version: str
) -> FileDigest:
    """SHA-256 over the canonical JSON of what the file means.

    In: the seed, who meets whom, when it is over, the match, the points, all that the
    digests of its squads and its pack cover (names of teams, players and situations too, but no
    descriptions), every captain with its name, its place in the list, its *resolved* settings (a
    preset that changes is another captain), what a recording that it plays by says, all that shapes
    what a language model is told, the ball model's coefficients, the engine's version. `overs: 5`
    and `format: T5` mean the same.

    Out: comments, the order of keys, spelled-out defaults; the tournament's name (a label);
    `limits`, `execution`, `spectate` and `schedule`, which change when, where and how visibly a
    match is played, but not the match; the most pairs of an SPRT (`stop_spec.promise`); and what of
    a captain's settings is of the same sort (`Known.limits`: budgets, deadlines, prices, keys), so
    that more of it resumes the run. The record of each match has them.

    Raises the engine's `UnknownPreset` for a captain that is not in `known`, and `BrokenRecord`
    for a recording that cannot be read.
    """
    return digest_of(
        whole_meaning(
            spec, known, coefficients_digest=coefficients_digest, engine_version=engine_version
        )
    )


def whole_meaning(
    spec: TournamentSpec, known: Known, *, coefficients_digest: str, engine_version: str
) -> dict[str, Any]:
    """All that the digest covers, as JSON data. Raises what `file_digest` raises."""
    versions = {"coefficients": coefficients_digest, "engine": engine_version}
    return {"file": meaning(spec, known), "versions": versions, "meaning": MEANING_VERSION}


def digest_of(whole: Mapping[str, Any]) -> FileDigest:
    """The digest of a whole meaning."""
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return FileDigest(sha256(canonical.encode()).hexdigest())


def meaning(spec: TournamentSpec, known: Known) -> dict[str, Any]:
    """The part of the file that the digest covers, as JSON data."""
    stated = {} if spec.stop is None else {"stop": promise(spec.stop, spec.match.pairs)}
    return {
        "seed": spec.seed,
        "format": _format(spec),
        "match": _match(spec.match, known),
        "points": spec.points.model_dump(mode="json"),
        "captains": [_captain(entry, known) for entry in spec.captains],
        "opponents": [_captain(entry, known) for entry in spec.opponents],
        **stated,
    }


def resolved(entry: str | CaptainConfig, known: Known) -> CaptainSpec:
    """The captain that an entry of the file stands for, every setting written out.

    Raises the engine's `UnknownPreset` or `BadPreset`.
    """
    return known.resolve(entry if isinstance(entry, str) else entry.as_mapping())


def _format(spec: TournamentSpec) -> dict[str, Any]:
    """The format with what it stands for where it leaves something out."""
    form, pairs = spec.format, spec.match.pairs
    said: dict[str, Any] = form.model_dump(mode="json")
    match form:
        case Knockout() | LeaguePlayoffs() | Groups():
            said |= {"best_of": form.first_pairs(pairs), "extend_to": form.most_pairs(pairs)}
        case Swiss():
            said |= {"rounds": form.rounds or default_rounds(len(spec.captains))}
    return said


def _match(match: MatchSpec, known: Known) -> dict[str, Any]:
    """The match with what its squads and its pack hold in place of their names."""
    named = match.squads  # a word: drawn by the seed from the population of the coefficients
    return match.model_dump(mode="json", exclude={"overs", "format"}) | {
        "max_overs": match.max_overs,
        "squads": named if isinstance(named, str) else [known.squads[name] for name in named],
        "pack": known.pack(match.pack).digest,
    }


def _captain(entry: str | CaptainConfig, known: Known) -> dict[str, Any]:
    spec = resolved(entry, known)
    limits = known.limits(spec)
    params = {key: value for key, value in spec.params.items() if key not in limits}
    return spec.model_dump(mode="json") | {"params": params, "content": known.content(spec)}
