"""Say, before the tests run, whether the page tests can: ``make test`` calls this.

A developer without Chromium gets a note, and those tests are skipped. CI must not skip them:
there a missing browser is a failure.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser import MISSING, find_chromium


def main() -> int:
    """Return the exit code: 1 only when CI lacks a browser."""
    if find_chromium() is not None:
        return 0
    ci = os.environ.get("CI") == "true"
    sys.stderr.write(f"{'error' if ci else 'note'}: {MISSING}\n")
    return int(ci)


if __name__ == "__main__":
    sys.exit(main())
