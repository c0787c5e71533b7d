"""Does the engine behave like cricket? Real and simulated matches, folded into the same tables by
the same code, with a verdict a line.
"""

from engine.fidelity.balls import Balls, PlayedMatch, of_matches
from engine.fidelity.fold import Fold, add_all, fold
from engine.fidelity.layout import LAYOUTS, ODI, T20, Layout
from engine.fidelity.reference import RealSet, Reference, set_name, shipped_reference
from engine.fidelity.simulation import GROUPS, Plan, simulate
from engine.fidelity.tables import TABLES, Table, tables_of
from engine.fidelity.verdicts import WIDER, Line, Verdict, compare, compare_season

__all__ = [
    "GROUPS",
    "LAYOUTS",
    "ODI",
    "T20",
    "TABLES",
    "WIDER",
    "Balls",
    "Fold",
    "Layout",
    "Line",
    "Plan",
    "PlayedMatch",
    "RealSet",
    "Reference",
    "Table",
    "Verdict",
    "add_all",
    "compare",
    "compare_season",
    "fold",
    "of_matches",
    "set_name",
    "shipped_reference",
    "simulate",
    "tables_of",
]
