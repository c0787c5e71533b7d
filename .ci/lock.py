"""Resolve the dependencies anew: ``make lock``.

Writes requirements-dev.lock (everything) and requirements.lock (what it takes to play), both with
hashes and for every Python and platform that pyproject.toml allows. The second starts from the
first, so the two never disagree on a version. requirements-model.lock is apart: a real language
model for the demo and its test, without what its packages would draw in. No address of a package
index is written.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV = "requirements-dev.lock"
RUNTIME = "requirements.lock"
MODEL = "requirements-model.lock"


def resolve(output: str, *options: str, source: str = "pyproject.toml") -> None:
    """Write one lock file; raises `CalledProcessError` when the requirements do not resolve."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", source]
    command += ["--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-strip-extras"]
    command += ["--custom-compile-command", "make lock", "--output-file", output, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    path = ROOT / output
    path.write_text(name_without_extras_too(path.read_text(encoding="utf-8")), encoding="utf-8")


def name_without_extras_too(lock: str) -> str:
    """Write every package that is locked with an extra a second time, without it.

    Given hashes, a pip up to 25 wants each form that anybody asks for: `sqlalchemy[asyncio]` for
    Prefect and `sqlalchemy` for Alembic. Newer ones take either.
    """
    entry = re.compile(r"^([a-z0-9._-]+)\[[a-z0-9, -]+\](==.*\n(?:    --hash=.*\n)+)", re.MULTILINE)
    bare = re.compile(r"^([a-z0-9._-]+)==", re.MULTILINE)
    have = {match[1] for match in bare.finditer(lock)}
    return entry.sub(lambda m: m[0] if m[1] in have else f"{m[1]}{m[2]}{m[0]}", lock)


def main() -> None:
    """Resolve all files."""
    resolve(DEV, "--upgrade", "--extra", "fit", "--group", "dev")
    shutil.copyfile(ROOT / DEV, ROOT / RUNTIME)
    resolve(RUNTIME, "--group", "build")
    resolve(MODEL, "--no-deps", source="examples/small_model/requirements.in")
    sys.stderr.write(f"wrote {DEV}, {RUNTIME} and {MODEL}; now: make test\n")


if __name__ == "__main__":
    main()
