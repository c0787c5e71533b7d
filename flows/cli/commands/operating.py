"""Commands that make a Prefect server ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.cli.options import CAPTAINS, JSON, RUNS

DRY_RUN = Annotated[bool, Parameter(negative=(), help="Only say what would be done.")]


def setup(
    file: Path | None = None,
    /,
    *,
    captains: CAPTAINS = None,
    dry_run: DRY_RUN = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Create the work pools and concurrency limits that a Prefect server needs, or update them.

    FILE declares others than those that ship. Numbers that you have changed on the server stay.

    Example: captains setup --captains our-models.yaml
    """
    from flows.cli.deployments import Manner, run_setup

    manner = Manner(runs=runs, dry_run=dry_run, as_json=json)
    return run_setup(file, captains or (), manner)


def deploy(
    *files: str,
    prune: Annotated[
        bool, Parameter(negative=(), help="Remove deployments that are not declared any more.")
    ] = False,
    dry_run: DRY_RUN = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Make the deployments of prefect.yaml, or of tournament files, and what they need.

    The runs work in the folder in which this is called.

    Example: captains deploy friday-night.yaml
    """
    from flows.cli.deployments import Manner, run_deploy

    manner = Manner(runs=runs, dry_run=dry_run, as_json=json)
    return run_deploy(files, manner, prune=prune)
