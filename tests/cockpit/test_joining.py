"""The page's scripts as one: they do what they do one by one, or are refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from spectator.joining import OUTSIDE, NotJoinable, joined
from spectator.pages import COCKPIT, files_in

MODULES = {
    "app.js": """import * as words from "./deep/words.js";
import { one, two as second } from "./deep/again.js";
import { outside } from "./vendor/preact.js";
const count = 3; // as another one has it
const all = [words.said(count), one, second(), ...words.letters(), new words.Word().count];
console.log(...all, outside);
""",
    "deep/words.js": """// Words.
import {
  one,
} from "./numbers.js";
export const said = (count) => `import { ${count} }`;
export class Word { count = count; }
export function* letters() { yield one; }
const count = 5;
""",
    "deep/again.js": 'export { one, two } from "./numbers.js";\n',
    "deep/numbers.js": "export const one = 1;\nexport function two() { return one + 1; }\n",
    OUTSIDE: 'export const outside = "outside";\n',
}


def written(folder: Path, modules: dict[str, str]) -> Path:
    for name, text in ({"package.json": '{"type": "module"}'} | modules).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def ran(path: Path) -> str:
    node = shutil.which("node")
    assert node, "these tests run the page's modules in Node: apt-get install nodejs"
    return subprocess.run([node, path], capture_output=True, text=True, check=True).stdout


def test_what_is_joined_does_what_the_modules_do(tmp_path: Path) -> None:
    folder = written(tmp_path, MODULES)
    (folder / "page.js").write_text(joined(files_in(folder), "app.js"), encoding="utf-8")
    assert ran(folder / "page.js") == ran(folder / "app.js") != ""


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export let count = 1;",
        "export { count };",
        'import "./side.js";',
        'import word from "./words.js";',
        'const late = () => import("./words.js");',
        "const here = import.meta.url;",
    ],
)
def test_what_would_not_hold_is_refused(line: str) -> None:
    with pytest.raises(NotJoinable):
        joined({"app.js": f"{line}\n".encode()}, "app.js")


def test_a_circle_is_refused() -> None:
    circle = {f"{a}.js": f'import {{ x }} from "./{b}.js";\n'.encode() for a, b in ("ab", "ba")}
    with pytest.raises(NotJoinable):
        joined(circle, "a.js")


def test_the_page_can_be_joined() -> None:
    assert joined(files_in(COCKPIT), "app.js").count("\nconst $module") > 80
