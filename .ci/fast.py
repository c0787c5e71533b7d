"""Compile the engine's hot modules with mypyc: ``make fast`` (`docs/performance.md`).

They are put into build/fast (or ``--into FOLDER``), never beside the sources; `engine.compiled`
takes them from there for as long as no source of the engine changes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
os.environ["CAPTAINS_COMPILED"] = "off"  # what is built now must not hang on what was

from engine.compiled import FOLDER, MANIFEST, digest_of_sources
from native import classes_of, native

# What a ball passes through. Not what captains of one's own make and what checks it (`choices`,
# `legality`): compiled code refuses a wrong value before it can be said what is legal.
MODULES = [
    "engine/chance/aggression.py",
    "engine/chance/grid.py",
    "engine/chance/line_up.py",
    "engine/chance/matchups.py",
    "engine/chance/model.py",
    "engine/chance/opening.py",
    "engine/chance/value.py",
    "engine/cricket/distribution.py",
    "engine/cricket/formats.py",
    "engine/cricket/laws.py",
    "engine/cricket/match.py",
    "engine/cricket/nodes.py",
    "engine/cricket/outcomes.py",
    "engine/cricket/state.py",
    "engine/driver.py",
    "engine/seeds.py",
]
SETUP = """
from mypyc.build import mypycify
from setuptools import setup
options = ["--explicit-package-bases", "--config-file=", "--cache-dir={cache}"]
made = mypycify([*options, *{modules!r}], opt_level="2", debug_level="0", target_dir="c", group_name="captains")
setup(name="captains-fast", packages=[], py_modules=[], ext_modules=made)
"""


def main() -> int:
    """Return the exit code: 1 where there is no compiler or it fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER)
    into = parser.parse_args().into.absolute()
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not (shutil.which("cc") or shutil.which("gcc")) or not header.exists():
        sys.stderr.write("no C compiler here, or no headers of Python's. On Debian: apt-get install gcc python3-dev\n")
        return 1
    digest = digest_of_sources()
    (into / MANIFEST).unlink(missing_ok=True)
    if (log := build(into, digest)) is not None:
        sys.stderr.write(f"the modules were not compiled; play goes on without. See {log}\n")
        return 1
    built = {"sources": digest, "suffix": EXTENSION_SUFFIXES[0]}
    (into / MANIFEST).write_text(json.dumps(built), encoding="utf-8")
    sys.stderr.write(f"compiled {len(MODULES)} modules into {into}\n")
    return 0


def build(into: Path, digest: str) -> Path | None:
    """Compile into the folder named by `digest`; return the log where that fails."""
    work, log = into / "work", into / "build.log"
    for old in into.glob("*/"):
        if old.name != "cache":
            shutil.rmtree(old)
    write_sources(work)
    (work / "setup.py").write_text(SETUP.format(cache=into / "cache", modules=MODULES), encoding="utf-8")
    command = [sys.executable, "setup.py", "build_ext", "--parallel", "2", "--build-lib", str(into / digest)]
    environment = {**os.environ, "PYTHONPATH": str(work)}
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=work, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        return log
    shutil.rmtree(work)
    return None


def write_sources(work: Path) -> None:
    """Copy the engine's modules, those that are compiled rewritten."""
    shutil.copytree(ROOT / "engine", work / "engine", ignore=lambda _, names: [n for n in names if not wanted(n)])
    classes = {}
    for module in MODULES:
        classes |= classes_of((ROOT / module).read_text(encoding="utf-8"))
    for module in MODULES:
        text = native((ROOT / module).read_text(encoding="utf-8"), classes)
        (work / module).write_text(text, encoding="utf-8")


def wanted(name: str) -> bool:
    """Tell folders and modules from data."""
    return name.endswith(".py") or ("." not in name and name != "__pycache__")


if __name__ == "__main__":
    sys.exit(main())
