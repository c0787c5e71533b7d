"""The files of a report in the run's folder, written at the end of every run and by `captains
report`.

    report.html       the page
    tournament.yaml   the tournament that was played, with all that its file said
    standings.csv  pairs.csv  matches.csv
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from flows.exports.tables import write_tables
from flows.ledger import RunFolder
from flows.past import PastRun
from flows.report.build import TOURNAMENT, build
from flows.report.content import Report
from flows.report.material import Material
from flows.report.page import COCKPIT, page
from flows.saving import save

PAGE: Final = "report.html"


def write_report(folder: RunFolder, cockpit: str = COCKPIT) -> Report:
    """Write them, each whole or not at all; gives what the page says. Raises `NoRun`, `OSError`."""
    material = Material.of(folder)
    save(folder.path / TOURNAMENT, tournament_yaml(material.run).encode())
    return _written(folder.path, material, cockpit)


def write_pooled(folders: Sequence[RunFolder], cockpit: str = COCKPIT) -> Report:
    """The page and the tables of several runs of one tournament together, in the folder above
    theirs. The latest run is the last. Raises `NoRun`, `OSError`.
    """
    return _written(folders[-1].path.parent, Material.of(*folders), cockpit)


def _written(out: Path, material: Material, cockpit: str) -> Report:
    report = build(material)
    write_tables(out, material.table.standings(), material.results, material.pairs)
    save(out / PAGE, page(report, cockpit).encode())
    return report


def tournament_yaml(run: PastRun) -> str:
    """A file that means what the run's own meant: it has the same digest."""
    said = run.about["tournament"]
    if run.spec.has_idle_pairs:
        match = {key: value for key, value in said["match"].items() if key != "pairs"}
        said = {**said, "match": match}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
