"""Runs the cockpit's pure modules in Node, as the browser does: one process for what is asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.events import Event
from spectator.pages import COCKPIT

HERE = Path(__file__).parent


def plain(events: Sequence[Event]) -> list[Any]:
    return [json.loads(event.line) for event in events]


def derived(*asked: Any) -> list[Any]:
    """What `derive.mjs` answers to each."""
    lines = "\n".join(json.dumps(each) for each in asked)
    said = in_node((HERE / "derive.mjs").read_text(encoding="utf-8"), lines)
    return [json.loads(line) for line in said.splitlines()]


def in_node(script: str, given: str = "") -> str:
    """What a module prints that has the page's folder beside it as `cockpit`, and `given` on
    stdin.
    """
    node = shutil.which("node")
    assert node, "these tests run the page's modules in Node: apt-get install nodejs"
    with tempfile.TemporaryDirectory() as folder:
        # `.js` files are modules to a browser; to Node where a package.json says so.
        Path(folder, "package.json").write_text('{"type": "module"}', encoding="utf-8")
        shutil.copytree(COCKPIT, Path(folder, "cockpit"))
        Path(folder, "script.mjs").write_text(script, encoding="utf-8")
        ran = subprocess.run(
            [node, "script.mjs"],
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
