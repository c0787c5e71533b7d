"""`python -m bench [NAME …] [--json]`: measure, and print what was found.

A shared machine is noisy, so what is compared is measured alternately within one run and given as a
ratio; absolute figures stand beside it for this machine only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bench import machine


def _engine() -> dict[str, Any]:
    from bench import engine

    return engine.measure()


def _fidelity() -> dict[str, Any]:
    from bench import fidelity

    return fidelity.measure()


def _fanout() -> dict[str, Any]:
    from bench import fanout

    return fanout.measure()


def _orchestration(sizes: Mapping[str, int]) -> dict[str, Any]:
    from bench import orchestration

    return orchestration.measure(**sizes)


def _capacity(sizes: Mapping[str, int]) -> dict[str, Any]:
    from bench import capacity

    return capacity.measure(**sizes)


def _publishing() -> dict[str, Any]:
    from bench import publishing

    return publishing.measure()


def _storing() -> dict[str, Any]:
    from bench import storing

    return storing.measure()


def _ladder() -> dict[str, Any]:
    from bench import ladder

    return ladder.measure()


def _llm() -> dict[str, Any]:
    from bench import llm

    return llm.measure()


def _workers(sizes: Mapping[str, int]) -> dict[str, Any]:
    from bench import workers

    return workers.measure(**sizes)


def _statistics() -> dict[str, Any]:
    from bench import statistics

    return statistics.measure()


def _stopped() -> dict[str, Any]:
    from bench import stopped

    return stopped.measure(stopped.RUNS)


def _report() -> dict[str, Any]:
    from bench import report

    return report.measure()


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "engine": _engine,
    "fidelity": _fidelity,
    "publishing": _publishing,
    "storing": _storing,
    "fanout": _fanout,
    "orchestration": partial(_orchestration, {}),
    "capacity": partial(_capacity, {}),
    "ladder": _ladder,
    "llm": _llm,
    "workers": partial(_workers, {}),
    "statistics": _statistics,
    "stopped": _stopped,
    "report": _report,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--episodes",
        type=int,
        metavar="N",
        help="of orchestration and capacity, else 1000; of workers, else 240",
    )
    parser.add_argument(
        "--captains", type=int, metavar="N", help="of orchestration and capacity; else 2"
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"no bench called {', '.join(sorted(unknown))}; known: {', '.join(BENCHES)}")
    sizes = {name: n for name in ("episodes", "captains") if (n := getattr(options, name))}
    benches: dict[str, Callable[[], dict[str, Any]]] = {
        **BENCHES,
        "orchestration": partial(_orchestration, sizes),
        "capacity": partial(_capacity, sizes),
        "workers": partial(_workers, {k: n for k, n in sizes.items() if k == "episodes"}),
    }
    found: dict[str, Any] = {"machine": machine.describe()}
    _tell("machine", found["machine"], as_json=options.json)
    for name in options.names or BENCHES:
        found[name] = benches[name]()
        _tell(name, found[name], as_json=options.json)
    if options.json:
        json.dump(found, sys.stdout, indent=2)
        sys.stdout.write("\n")


def _tell(name: str, figures: dict[str, Any], *, as_json: bool) -> None:
    """Plain lines as they come; to stderr where stdout is for the JSON."""
    stream = sys.stderr if as_json else sys.stdout
    stream.write(f"{name}\n")
    for key, value in figures.items():
        shown = f"{value:,.3g}" if isinstance(value, float) else value
        stream.write(f"  {key:<44} {shown}\n")
    stream.flush()


if __name__ == "__main__":
    main()
