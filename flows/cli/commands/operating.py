"""Commands that keep everything up, and make a Prefect server ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.cli.options import CAPTAINS, JSON, RUNS

DRY_RUN = Annotated[bool, Parameter(negative=(), help="Only say what would be done.")]


def up(
    *,
    detach: Annotated[
        bool, Parameter(negative=(), help="Run on in the background; down ends it.")
    ] = False,
    port: Annotated[int | None, Parameter(help="Of the page; default 8765, or a free one.")] = None,
    no_browser: Annotated[bool, Parameter(negative=(), help="Do not open the page.")] = False,
    no_worker: Annotated[
        bool, Parameter(negative=(), help="No deployments, and no worker that takes their runs.")
    ] = False,
    runs: RUNS = Path("runs"),
    json: JSON = False,
) -> int:
    """Keep everything up until Ctrl-C: a Prefect server, a bus, a page from which matches are
    started, watched and played, and a worker for what is scheduled.

    Example: captains up --detach
    """
    from flows.cli.up import run_up

    return run_up(
        runs,
        port=port,
        browser=not no_browser,
        worker=not no_worker,
        detach=detach,
        as_json=json,
    )


def down(*, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """End the captains up of this folder of runs, in the background or not.

    Example: captains down
    """
    from flows.cli.background import run_down

    return run_down(runs, as_json=json)


def status(*, runs: RUNS = Path("runs"), json: JSON = False) -> int:
    """Say how each part of captains up is; exit code 1 where one is down.

    Example: captains status
    """
    from flows.cli.status import run_status

    return run_status(runs, as_json=json)


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
