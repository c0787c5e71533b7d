"""`python -m bench.fanout [--json]`."""

import sys

from bench.__main__ import main

sys.argv.insert(1, "fanout")
main()
