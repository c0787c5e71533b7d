"""Every file of styles is loaded on every page: a class belongs to one of them."""

from __future__ import annotations

import re
from collections import defaultdict

from spectator.pages import COCKPIT

_RULE = re.compile(r"([^{};]+)\{")
_BETWEEN = re.compile(r",(?![^(]*\))")  # selectors, but not those within `:is()`


def _bare_classes(css: str) -> set[str]:
    """Classes that a rule styles wherever they stand, with nothing around them."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    selectors = (one.strip() for rule in _RULE.findall(plain) for one in _BETWEEN.split(rule))
    return {one for one in selectors if re.fullmatch(r"\.[\w-]+", one)}


def test_no_two_files_style_the_same_class_without_saying_where() -> None:
    files = defaultdict(set)
    for path in sorted((COCKPIT / "styles").glob("*.css")):
        for name in _bare_classes(path.read_text(encoding="utf-8")):
            files[name].add(path.name)
    assert len(files) > 50
    assert {name: where for name, where in files.items() if len(where) > 1} == {}


def test_nothing_moves_unless_motion_is_wanted() -> None:
    wanted = re.compile(
        r"@media \(prefers-reduced-motion: no-preference\) \{([^{}]*\{[^{}]*\})*\s*\}"
    )
    moving = re.compile(r"\b(?:transition|animation)[\w-]*\s*:")
    for path in sorted((COCKPIT / "styles").glob("*.css")):
        css = path.read_text(encoding="utf-8")
        # Keyframes are two braces deep, and move nothing by themselves.
        still = wanted.sub("", re.sub(r"@keyframes \w+ \{[^{}]*\{[^{}]*\}\s*\}", "", css))
        assert moving.findall(still) == [], path.name
