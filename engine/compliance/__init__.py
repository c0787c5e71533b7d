"""The suite that a program should pass before it plays as a remote captain: `examine(address)`."""

from engine.compliance.asking import Address
from engine.compliance.report import Check, Latency, Report, Verdict
from engine.compliance.suite import examine
from engine.compliance.verdicts import ALLOWED

__all__ = ["ALLOWED", "Address", "Check", "Latency", "Report", "Verdict", "examine"]
