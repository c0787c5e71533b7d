"""The page's files: kept by browsers for as long as they are what the page names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from posixpath import dirname

import httpx
import pytest
from starlette.applications import Starlette

from spectator.joining import joined
from spectator.pages import COCKPIT, files_in, page_routes

LASTING = "max-age=31536000, immutable"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COCKPIT, tmp_path / "cockpit"))


def opened(folder: Path) -> httpx.AsyncClient:
    application = httpx.ASGITransport(Starlette(routes=page_routes(folder)))
    return httpx.AsyncClient(transport=application, base_url="http://bus")


async def script_in(http: httpx.AsyncClient) -> str:
    """The address of the page's script."""
    found = re.search(r'module" src="(/static/[^"]+\.js)"', (await http.get("/match/m/1")).text)
    assert found is not None
    return found[1]


async def test_what_the_page_names_is_kept_for_good(folder: Path) -> None:
    async with opened(folder) as http:
        script = await http.get(await script_in(http))
    assert script.headers["cache-control"] == LASTING
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text == joined(files_in(COCKPIT), "app.js")


async def test_a_file_that_was_changed_is_seen_at_the_next_opening(folder: Path) -> None:
    async with opened(folder) as http:
        before = await script_in(http)
        (folder / "words.js").write_text("// other words", encoding="utf-8")
        after = await script_in(http)
        old = await http.get(before)
    assert before != after
    assert "cache-control" not in old.headers


async def test_what_a_page_names_is_what_it_was_made_of_whatever_is_written_since(
    folder: Path,
) -> None:
    async with opened(folder) as http:
        script = await script_in(http)
        (folder / "words.js").write_text("// other words", encoding="utf-8")
        joined_one = await http.get(script)
        words = await http.get(f"{dirname(script)}/words.js")
    made_of = files_in(COCKPIT)
    assert words.content == made_of["words.js"]
    assert joined_one.text == joined(made_of, "app.js")
    assert words.headers["cache-control"] == joined_one.headers["cache-control"] == LASTING


async def test_an_address_of_another_version_is_not_kept(folder: Path) -> None:
    async with opened(folder) as http:
        await script_in(http)
        answers = [await http.get(f"/static/@0/{name}") for name in ("words.js", "page.js")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("cache-control" not in answer.headers for answer in answers)


async def test_a_file_by_its_plain_name_is_not_kept(folder: Path) -> None:
    async with opened(folder) as http:
        await script_in(http)
        answer = await http.get("/static/app.js")
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize("path", ["@/../../pages.py", "@x/%2e%2e/%2e%2e/pages.py", "@x"])
async def test_a_version_leads_nowhere_else(folder: Path, path: str) -> None:
    async with opened(folder) as http:
        assert (await http.get(f"/static/{path}")).status_code == 404


async def test_scripts_that_cannot_be_joined_come_one_by_one(folder: Path) -> None:
    (folder / "words.js").write_text("export default 1;\n", encoding="utf-8")
    async with opened(folder) as http:
        script = await http.get(await script_in(http))
    assert script.text == (folder / "app.js").read_text("utf-8")
    assert script.headers["cache-control"] == LASTING
