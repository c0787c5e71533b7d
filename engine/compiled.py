"""Take the modules that `make fast` compiled, where they were made from just these sources.

The compiled modules lie apart, so that none can hide a source that is newer: a build names the
digest of the engine's sources and the interpreter that it is for, and is left aside where either is
another. Results are the same to the bit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Final

from engine.variables import COMPILED

OFF: Final = "off"
MANIFEST: Final = "built.json"
_ENGINE: Final = Path(__file__).parent
FOLDER: Final = _ENGINE.parent / "build" / "fast"  # of a checkout


def digest_of_sources() -> str:
    """Of every module of the engine: the compiled ones rely on others too."""
    digest = sha256()
    for path in sorted(_ENGINE.rglob("*.py")):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(_ENGINE).as_posix()} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def take() -> str:
    """Uses what is built, and says so: `compiled`, `interpreted`, or `interpreted, and the build is
    stale`.
    """
    named = COMPILED.read()
    if named == OFF:
        return "interpreted"
    folder = Path(named).expanduser() if named else FOLDER
    try:
        built = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return "interpreted"
    if built != {"sources": digest_of_sources(), "suffix": EXTENSION_SUFFIXES[0]}:
        return "interpreted, and the build is stale"
    sys.meta_path.insert(0, _Finder(_modules_in(folder / built["sources"])))
    return "compiled"


def _modules_in(folder: Path) -> dict[str, Path]:
    """The files, by the names of their modules."""
    suffix = EXTENSION_SUFFIXES[0]
    return {
        path.relative_to(folder).as_posix().removesuffix(suffix).replace("/", "."): path
        for path in folder.rglob(f"*{suffix}")
    }


class _Finder(MetaPathFinder):
    """Finds the compiled modules before anybody looks for their sources."""

    def __init__(self, modules: Mapping[str, Path]) -> None:
        self._modules = modules

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        found = self._modules.get(fullname)
        if found is None:
            return None
        loader = ExtensionFileLoader(fullname, str(found))
        return spec_from_file_location(fullname, found, loader=loader)


STATE: Final = take()
"""How this process plays."""
