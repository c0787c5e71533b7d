"""Prompts: what is refused, and what a digest covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.captains import resolve
from engine.captains.prompts import LARGEST_PROMPT, prompt_text
from engine.errors import BadPreset
from engine.tool_captains import played_by
from engine.tool_captains.llm.loading import load_prompt
from tests.llm.models import by_tool, llm, play


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a\x1b[2J", "control characters"),
        (b"a" * (LARGEST_PROMPT + 1), "more than 20000 bytes"),
    ],
)
def test_a_file_that_cannot_be_a_prompt_is_refused(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "own.md"
    path.write_bytes(content)
    with pytest.raises(BadPreset, match=why):
        prompt_text(str(path), "ada")


def test_a_name_that_is_unknown_lists_the_known() -> None:
    with pytest.raises(BadPreset, match=r"captain 'ada': prompt .*known: captain"):
        prompt_text("admiral", "ada")


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path):
        with pytest.raises(BadPreset):
            prompt_text(f"{path}" if path.suffix else f"{path}/x.md", "ada")


async def test_an_own_prompt_is_sent_and_changes_both_digests(tmp_path: Path) -> None:
    path = tmp_path / "own.md"
    path.write_text("Attack, always.", encoding="utf-8")
    _, _, endpoint = await play(by_tool, prompt=str(path))
    assert endpoint.requests[0]["messages"][0]["content"].startswith("Attack, always.")
    assert load_prompt(str(path), "ada").digest != load_prompt("captain", "ada").digest
    own = played_by(resolve(llm("http://h/v1", prompt=str(path))))
    assert own != played_by(resolve(llm("http://h/v1")))
