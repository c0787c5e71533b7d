"""Where the page tests find a browser: Debian's Chromium, or one that CHROMIUM names."""

import os
import shutil

MISSING = (
    "no Chromium here, which the page tests drive. On Debian: apt-get install chromium; "
    "elsewhere name one: CHROMIUM=/path/to/chrome make test"
)


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in candidates if (path := shutil.which(name))), None)
