"""Resolve the dependencies anew: ``make lock``.

Writes requirements-dev.lock (everything) and requirements.lock (what it takes to play), both with
hashes and for every Python and platform that pyproject.toml allows. The second starts from the
first, so the two never disagree on a version. No address of a package index is written.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV = "requirements-dev.lock"
RUNTIME = "requirements.lock"


def resolve(output: str, *options: str) -> None:
    """Write one lock file; raises `CalledProcessError` when the requirements do not resolve."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "pyproject.toml"]
    command += ["--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"]
    # pip, given hashes, refuses a package asked for with an extra that the lock names without it.
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-strip-extras"]
    command += ["--custom-compile-command", "make lock", "--output-file", output, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Resolve both files."""
    resolve(DEV, "--upgrade", "--extra", "fit", "--group", "dev")
    shutil.copyfile(ROOT / DEV, ROOT / RUNTIME)
    resolve(RUNTIME, "--group", "build")
    sys.stderr.write(f"wrote {DEV} and {RUNTIME}; now: make test\n")


if __name__ == "__main__":
    main()
