"""Prefect's settings: in one place, and the user's own come first."""

from __future__ import annotations

from pathlib import Path

from flows.settings import SETTINGS, apply, home


def test_what_the_user_has_set_is_respected() -> None:
    environ = {SETTINGS[0].name: "mine", "PREFECT_HOME": "/mine"}
    apply(Path("/else"), environ)
    assert environ[SETTINGS[0].name] == "mine"
    assert environ["PREFECT_HOME"] == "/mine"


def test_nobody_is_called() -> None:
    environ: dict[str, str] = {}
    apply(Path("/home"), environ)
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environ["DO_NOT_TRACK"] == "1"


def test_a_lease_survives_a_server() -> None:
    environ: dict[str, str] = {}
    apply(Path("/home"), environ)
    assert environ["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"].endswith("lease_storage.filesystem")


def test_every_setting_says_why() -> None:
    assert all(setting.why for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_the_settings_exist_in_this_prefect() -> None:
    from prefect.settings.models.root import Settings

    known = str(Settings.model_json_schema())
    ours = [
        s.name for s in SETTINGS if s.name.startswith("PREFECT_") and "_HANDLERS_" not in s.name
    ]
    assert [name for name in ours if name not in known] == []


def test_home_is_below_the_runs_unless_named(tmp_path: Path) -> None:
    assert home(tmp_path, {}) == tmp_path / ".captains"
    assert home(tmp_path, {"CAPTAINS_HOME": str(tmp_path / "x")}) == tmp_path / "x"
