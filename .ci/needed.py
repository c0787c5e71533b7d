"""Say, before the tests run, which of them cannot: ``make test`` calls this."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.needed import IN_CI, NEEDED


def main() -> int:
    """Return the exit code: 1 only when CI lacks a program."""
    missing = [needed.missing for needed in NEEDED if needed.find() is None]
    for line in missing:
        sys.stderr.write(f"{'error' if IN_CI else 'note'}: {line}\n")
    return int(IN_CI and bool(missing))


if __name__ == "__main__":
    sys.exit(main())
