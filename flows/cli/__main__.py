"""`python -m flows.cli` is `captains`."""

import sys

from flows.cli import command

if __name__ == "__main__":
    sys.exit(command())
