"""What the tests of this room share: a small catalogue, specs from YAML, strategies."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from hypothesis import strategies as st

from engine.captains.base import CaptainSpec
from engine.errors import BadPreset, UnknownPreset
from engine.events import EndReason
from engine.packs import load_pack
from tournaments import EpisodeOutcome, InningsOutcome, Known, TournamentSpec, parse_tournament

PRESETS = ("aggressive", "baseline", "cautious", "heuristic", "random")


SPECS = {name: CaptainSpec(name=name, kind="heuristic") for name in PRESETS}


def resolve(
    entry: str | Mapping[str, Any], presets: Mapping[str, CaptainSpec] = SPECS
) -> CaptainSpec:
    """As the engine does it; the settings of its kinds are all settings but `volume`."""
    if isinstance(entry, str):
        if entry not in presets:
            raise UnknownPreset(entry, tuple(presets))
        return presets[entry]
    own = {key: value for key, value in entry.items() if key not in ("name", "kind", "preset")}
    if "volume" in own:
        raise BadPreset(entry["name"], "no setting is called volume")
    return CaptainSpec(name=entry["name"], kind=entry.get("kind", "heuristic"), params=own)


def catalogue(**changed: CaptainSpec) -> Known:
    """The presets, with some of them changed."""
    presets = SPECS | changed
    return Known(
        captains=presets,
        kinds=frozenset({"heuristic", "random"}),
        squads={name: f"digest of {name}" for name in ("hawks", "lions", "redstone", "saltmarsh")},
        pack=load_pack,
        resolve=partial(resolve, presets=presets),
        content=lambda _: None,
    )


KNOWN = catalogue()

GOOD = """\
name: friday-night
seed: 7
match: {overs: 5, pairs: 3}
captains: [heuristic, random, cautious]
"""


def spec_of(text: str = GOOD) -> TournamentSpec:
    return parse_tournament(text, KNOWN)


captain_lists = st.lists(
    st.text("abAB -_.+v9", min_size=1, max_size=40), min_size=2, max_size=9, unique=True
)

NAMES = ("ann", "bob", "cy")


@st.composite
def outcomes(draw: st.DrawFn, episode_id: str = "e") -> EpisodeOutcome:
    """Any episode between two of `NAMES`, with two innings of at most 30 balls."""
    home, away = draw(st.permutations(NAMES))[:2]
    reason = draw(st.sampled_from([EndReason.COMPLETED, EndReason.FORFEIT, EndReason.TRANSPORT]))
    decided = not reason.is_void and draw(st.booleans())
    return EpisodeOutcome(
        episode_id=episode_id,
        home=home,
        away=away,
        winner=draw(st.sampled_from([home, away])) if decided else None,
        end_reason=reason,
        innings=tuple(draw(innings_of(batting)) for batting in (home, away)),
    )


def innings_of(batting: str) -> st.SearchStrategy[InningsOutcome]:
    return st.builds(
        InningsOutcome,
        batting=st.just(batting),
        runs=st.integers(0, 150),
        wickets=st.integers(0, 10),
        balls=st.integers(1, 30),
        all_out=st.booleans(),
        max_balls=st.just(30),
        super_over=st.just(False),
    )


@st.composite
def seasons(draw: st.DrawFn) -> list[EpisodeOutcome]:
    """Some episodes, each with an id of its own."""
    count = draw(st.integers(0, 12))
    return [draw(outcomes(f"e{number}")) for number in range(count)]
