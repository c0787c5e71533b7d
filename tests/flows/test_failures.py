"""What is told of an error."""

from __future__ import annotations

from errno import ENOSPC

import httpx
from prefect.exceptions import PrefectHTTPStatusError

from flows.cli.failures import behind, exit_of, said
from flows.cli.terminal import Exit
from spectator.store import StoreRefused

FULL = OSError(ENOSPC, "No space left on device", "e1.part")


def refused() -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1:1/api/flow_runs/1/set_state")
    return httpx.HTTPStatusError("500", request=request, response=httpx.Response(500))


def after(first: Exception) -> httpx.HTTPStatusError:
    """As Prefect raises it where it cannot tell its server of the first."""
    error = refused()
    error.__context__ = first
    return error


def test_an_error_that_prefect_could_not_be_told_of_is_told_here() -> None:
    assert behind(after(FULL)) is FULL


def test_a_refusal_alone_is_told_as_it_is() -> None:
    error = refused()
    assert behind(error) is error
    bug = after(KeyError("x"))
    assert behind(bug) is bug


def test_a_server_that_asks_for_a_password_is_told_with_where_that_is_said() -> None:
    request = httpx.Request("GET", "http://127.0.0.1:1/api/variables/name/captains_set")
    nobody = httpx.HTTPStatusError("401", request=request, response=httpx.Response(401))
    error = PrefectHTTPStatusError.from_httpx_error(nobody)
    assert exit_of(error) is Exit.FAILED
    assert "PREFECT_API_AUTH_STRING" in said(error)
    assert said(nobody) == "401"


def test_of_an_error_of_the_system_the_file_is_named_without_a_number() -> None:
    assert said(FULL) == "e1.part: No space left on device"


def test_a_store_that_somebody_has_to_put_right_is_no_bug() -> None:
    assert exit_of(StoreRefused("bus.sqlite: file is not a database")) is Exit.FAILED
