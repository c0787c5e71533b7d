"""Captains' names as parts of file names and web addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

LONGEST_SLUG: Final = 22

_NOT_SAFE: Final = re.compile(r"[^a-z0-9]+")


def slugs(names: Sequence[str]) -> dict[str, str]:
    """A different slug for each of the different `names`: `a-z0-9_`, at most `LONGEST_SLUG` long.

    Slugs have no hyphen, so ids joined by hyphens can be taken apart again. Names that would look
    alike get their place in the list behind a double underscore, which no plain slug contains.
    """
    plain = {name: _slug(name) for name in names}
    crowd = Counter(plain.values())
    return {
        name: slug if crowd[slug] == 1 and slug else _numbered(slug, place)
        for place, (name, slug) in enumerate(plain.items(), 1)
    }


def _slug(name: str) -> str:
    return _NOT_SAFE.sub("_", name.lower()).strip("_")[:LONGEST_SLUG].rstrip("_")


def _numbered(slug: str, place: int) -> str:
    suffix = f"__{place}"
    return slug[: LONGEST_SLUG - len(suffix)].rstrip("_") + suffix
