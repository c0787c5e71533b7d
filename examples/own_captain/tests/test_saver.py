"""The captain as the project finds him: by his entry point, held to the conformance suite."""

import pytest

from engine.captains import build, resolve
from engine.conformance import check_captain
from engine.errors import BadPreset


def test_he_conforms() -> None:
    assert [
        check for check in check_captain(lambda: build(resolve("saver"))) if not check.passed
    ] == []


def test_a_setting_out_of_range_is_refused() -> None:
    with pytest.raises(BadPreset, match="late"):
        resolve({"name": "hasty", "kind": "saver", "late": 2.0})
