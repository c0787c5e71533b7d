"""One match by itself: what `captains play` and the episode flow share, without Prefect."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from engine.captains import CaptainSpec
from engine.cricket.formats import format_of
from engine.eras import CURRENT_ERA
from engine.errors import BrokenRecord
from engine.fanout import Observer
from engine.packs import load_pack
from engine.record import earlier_path, ending_of, header_of, record_path
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from flows.accounts import CaptainAccount, accounts_of_match
from flows.ledger import RunFolder
from flows.play import play_once
from flows.saving import save
from flows.work import SUPER_OVERS, squad_names
from tournaments.names import slugs

SINGLES: Final = "play"  # the run that single matches belong to
DEFAULT_SQUADS: Final = "drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleMatch:
    """A match as somebody asks for it."""

    home: CaptainSpec
    away: CaptainSpec
    overs: int
    seed: int
    squads: str | tuple[str, str] = DEFAULT_SQUADS
    super_over: bool = False
    era: int = CURRENT_ERA
    pack: str = "standard"
    entry: str | None = None
    attempt: int = 1

    def with_seed(self, seed: int) -> SingleMatch:
        """The same match on another seed."""
        return replace(self, seed=seed)

    def spec(self) -> EpisodeSpec:
        """The episode: its id says what it is, and is the same for the same match."""
        slug = slugs([self.home.name, self.away.name])
        pack = load_pack(self.pack)
        pack.check_fits(self.overs)
        draft = EpisodeSpec(
            episode_id="draft",
            seed=self.seed,
            overs=self.overs,
            home=self.home,
            away=self.away,
            squads=squad_names(self.squads),
            **pack.of(pack.chosen(self.entry, self.seed)),
            max_super_overs=SUPER_OVERS if self.super_over else 0,
            era=self.era,
        )
        mark = sha256(draft.model_dump_json().encode()).hexdigest()[:6]
        names = f"{slug[self.home.name]}-v-{slug[self.away.name]}"
        episode_id = f"{names}-{self.overs}-{self.seed}-{mark}"
        return draft.model_copy(update={"episode_id": episode_id, "attempt": self.attempt})


class MatchReport(BaseModel):
    """The JSON of `captains play --json`, and the episode flow's result. `winner` is a seat, as in
    the record.
    """

    episode_id: str
    attempt: int
    seed: int
    format: str
    pack: str
    entry: str
    home: str
    away: str
    winner: str | None
    winner_name: str | None
    result: str
    end_reason: str
    innings: list[dict[str, Any]]
    turns: int
    deliveries: int
    fallbacks: int
    luck: float
    record_digest: str
    record: str
    error: str | None
    captains: list[CaptainAccount]

    @classmethod
    def of(cls, result: EpisodeResult, spec: EpisodeSpec, record: Path) -> MatchReport:
        names = {"home": result.home, "away": result.away}
        return cls(
            episode_id=result.episode_id,
            attempt=result.attempt,
            seed=result.seed,
            format=format_of(spec.overs).name,
            pack=spec.pack,
            entry=spec.entry,
            home=result.home,
            away=result.away,
            winner=result.winner,
            winner_name=names[result.winner] if result.winner else None,
            result=result.result,
            end_reason=result.end_reason,
            innings=[line.model_dump(mode="json") for line in result.innings],
            turns=result.turns,
            deliveries=result.deliveries,
            fallbacks=result.fallbacks,
            luck=round(result.luck, 6),
            record_digest=result.record_digest,
            record=str(record),
            error=result.error,
            captains=accounts_of_match(result),
        )


def singles_folder(runs: Path) -> RunFolder:
    """Where single matches are recorded."""
    folder = RunFolder((runs / SINGLES).resolve())
    folder.records.mkdir(parents=True, exist_ok=True)
    return folder


async def play_single(
    folder: RunFolder,
    spec: EpisodeSpec,
    observers: Sequence[Observer],
    services: Services | None = None,
) -> EpisodeResult:
    """One attempt at a match, in the ledger of single ones. The record of another play of the same
    match stays, as `records/earlier/<id>.<attempt>.<digest>.jsonl`.
    """
    with _earlier_kept(folder, spec.episode_id):
        result = await play_once(folder, spec, observers, services)
    folder.append(result)
    return result


@contextmanager
def _earlier_kept(folder: RunFolder, episode_id: str) -> Iterator[None]:
    """A second name for what is sealed, from before another takes the first one."""
    sealed = record_path(folder.records, episode_id)
    try:
        header, digest = header_of(sealed), ending_of(sealed).data.record_digest
    except BrokenRecord:  # there is none, or none that is worth anything
        yield
        return
    kept = earlier_path(folder.records, episode_id, header.attempt, digest)
    kept.parent.mkdir(exist_ok=True)
    _name(sealed, kept)
    try:
        yield
    finally:
        with suppress(BrokenRecord):  # somebody has deleted it meanwhile
            if ending_of(sealed).data.record_digest == digest:
                kept.unlink(missing_ok=True)  # the same play, or none that counts


def _name(sealed: Path, kept: Path) -> None:
    try:
        os.link(sealed, kept)
    except FileExistsError:  # a process that was killed has left it
        return
    except OSError:  # some file systems give no second name
        save(kept, sealed.read_bytes())
