"""Every example that ships is played out: its own captains and format, in short matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import catalogue
from flows.opening import open_run
from flows.order import Order
from flows.summary import summary_of
from tests.flows.here import played_here
from tests.flows.support import tournament_file
from tests.flows.test_growing import play
from tests.llm.models import by_tool
from tests.llm.stub import Said, stub
from tournaments import TournamentSpec
from tournaments.brackets import bracket_names, bracket_path

MODELS = "language-models"
SCRIPTED = [name for name in bracket_names() if name != MODELS]
CROWNED = {"knockout", "ladder", "premier-league", "semi-finals", "swiss", "world-cup"}


def shortened(name: str) -> TournamentSpec:
    """The example with a pair or two a fixture and an over a side; a bracket's encounters are
    short, and there are two looks.
    """
    spec = catalogue.load(name)
    pairs = 1 if spec.stop is None else 2
    match = spec.match.model_copy(update={"overs": 1, "format": None, "pairs": pairs})
    brief = {key: value for key, value in (("best_of", 1), ("extend_to", 2)) if _has(spec, key)}
    form = spec.format.model_copy(update=brief)
    stop = spec.stop and spec.stop.model_copy(update={"max_pairs": 2 * pairs})
    return spec.model_copy(update={"match": match, "format": form, "stop": stop})


def _has(spec: TournamentSpec, key: str) -> bool:
    return key in type(spec.format).model_fields


@pytest.mark.parametrize("name", SCRIPTED)
def test_an_example_is_played_out(name: str, tmp_path: Path) -> None:
    with open_run(Order.of(shortened(name), "1"), tmp_path) as run:
        play(run)
        summary = summary_of(run, 0.0)
    assert run.done == run.total
    assert summary.episodes.void == 0
    assert all(stage["over"] for stage in summary.stages)
    assert (summary.champion is not None) == (name in CROWNED)


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_the_example_with_models_is_played_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answering(request: dict[str, object]) -> Said:
        return by_tool(request)

    text = bracket_path(MODELS).read_text(encoding="utf-8")
    file = tournament_file(tmp_path, text.replace("{format: T5, pairs: 5}", "{overs: 1, pairs: 1}"))
    async with stub(answering=answering) as endpoint:
        monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        told = await played_here(file, tmp_path / "runs")
    assert told["episodes"]["played"] == 6
