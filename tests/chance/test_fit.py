"""The fitting program on small made-up files."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from engine.chance.coefficients import (
    Assumption,
    parse_coefficients,
    shipped_assumptions,
    shipped_bytes,
)
from engine.chance.fit import main
from engine.chance.fitting import calibration
from engine.chance.fitting.reading import DELIVERY_COLUMNS
from tests.chance import synthetic


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True, scope="module")
def few_rounds() -> Iterator[None]:
    """Four rounds of calibration take no other steps than all do: with seasons and without, whole
    ones and ever smaller ones.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "ROUNDS", 4)
        patch.setattr(calibration, "SETTLED", 2)
        patch.setattr(calibration, "SEASONS_AT", (0, 3))
        yield


def fit(data: Path, out: Path) -> bytes:
    assert main([str(data), "--out", str(out), "--matches", "20"]) == 0
    return out.read_bytes()


@pytest.fixture(scope="module")
def fitted(data: Path, tmp_path_factory) -> bytes:
    return fit(data, tmp_path_factory.mktemp("fit") / "fitted.json")


def test_the_same_data_give_the_same_file(data: Path, fitted: bytes, tmp_path: Path) -> None:
    assert fit(data, tmp_path / "again.json") == fitted
    provenance = parse_coefficients(fitted).provenance
    assert "Open Data Commons" in str(provenance["attribution"])


def test_the_shipped_file_is_of_the_schema_that_the_fit_writes(fitted: bytes) -> None:
    written = orjson.loads(fitted)
    shipped = orjson.loads(shipped_bytes("coefficients.json"))
    assert _shape(written["families"]) == _shape(shipped["families"])
    assert written["provenance"].keys() == shipped["provenance"].keys()


def _shape(value: object) -> object:
    """Nested keys and lengths; splits aside, where an outcome may not have occurred."""
    if isinstance(value, dict):
        return {k: _shape(v) for k, v in value.items() if k != "splits"}
    return [len(value), _shape(value[0])] if isinstance(value, list) else "number"


def test_a_missing_folder_is_one_line_and_exit_2(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "deliveries file is empty"),
        ("match_id,inn\n1,1\n", "has no column over"),
        (",".join(DELIVERY_COLUMNS) + "\n", "no ball of the selected matches"),
        (",".join(DELIVERY_COLUMNS) + "\n0,1,0,1,x\n", "line 2"),
        (",".join(DELIVERY_COLUMNS) + "\n0,1,0,1,1,2,3,1,many,,,,,,,,\n", "line 2"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, capsys, text: str, says: str) -> None:
    synthetic.write(tmp_path, matches=3)
    (tmp_path / "t20_men_deliveries.csv").write_text(text)
    assert main([str(tmp_path), "--out", str(tmp_path / "out.json")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_a_missing_file_is_named(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path)]) == 2
    assert "t20_men_matches.csv" in capsys.readouterr().err


def test_an_assumption_beyond_its_cap_is_refused() -> None:
    with pytest.raises(ValidationError, match="beyond the cap"):
        Assumption(basis="assumed", when={}, shift={"six": 0.9}, cap=0.5, reason="too much")


def test_every_assumption_has_a_reason() -> None:
    assert all(len(entry.reason) > 10 for entry in shipped_assumptions().entries)
