"""A run's results in formats that others read: tables as CSV, matches as Cricsheet JSON, decisions
as JSONL.
"""

from flows.exports.cricsheet import write_cricsheet
from flows.exports.decisions import DecisionLine, Situation, write_decisions
from flows.exports.tables import write_tables
from flows.exports.written import Written

__all__ = [
    "DecisionLine",
    "Situation",
    "Written",
    "write_cricsheet",
    "write_decisions",
    "write_tables",
]
