"""What decides an episode crosses processes and files: it comes back the same, or is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from engine.captains import resolve
from engine.packs import load_pack
from engine.spec import EpisodeSpec

PACK = load_pack("chase")
SPEC = EpisodeSpec(
    episode_id="there-and-back",
    seed=7,
    overs=20,
    home=resolve("heuristic"),
    away=resolve("random"),
    squads=("saltmarsh", "redstone"),
    **PACK.of(PACK.entries[0]),
)
COUNTS = ("attempt", "seed", "overs", "era", "max_super_overs", "max_rethinks", "step_limit")


def test_a_spec_comes_back_from_json_and_from_plain_data() -> None:
    assert EpisodeSpec.model_validate_json(SPEC.model_dump_json()) == SPEC
    assert EpisodeSpec.model_validate(SPEC.model_dump(mode="json")) == SPEC


@pytest.mark.parametrize("key", COUNTS)
@pytest.mark.parametrize("given", [True, "20", 20.0])
def test_a_number_of_another_type_is_refused(key: str, given: object) -> None:
    with pytest.raises(ValidationError, match=key):
        EpisodeSpec.model_validate(SPEC.model_dump(mode="json") | {key: given})


@pytest.mark.parametrize(
    "change",
    [
        {"squads": ["saltmarsh", 1]},
        {"pack": 3},
        {"start": {"batting": "home", "innings": True, "overs": 0}},
    ],
)
def test_a_text_or_a_start_of_another_type_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(change))):
        EpisodeSpec.model_validate(SPEC.model_dump(mode="json") | change)
