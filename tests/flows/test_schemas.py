"""`captains schema`: what is published is what the code means."""

from __future__ import annotations

import json

import pytest

from flows.cli import main
from flows.schemas import SCHEMAS
from tests.flows.support import ROOT


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_printed_as_it_is_published(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", name]) == 0
    published = ROOT / "docs" / "schema" / f"{name}.schema.json"
    assert json.loads(capsys.readouterr().out) == json.loads(published.read_text(encoding="utf-8"))


def test_which_there_are_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["schemas"]) == set(SCHEMAS)


def test_another_name_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schema", "turnament"]) == 2
    error = capsys.readouterr().err
    assert "tournament, events, remote, human" in error
    assert "did you mean 'tournament'" in error
