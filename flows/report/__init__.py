"""The report of a run: what was found and how sure that is, as data, as a page, for a terminal and
for Prefect's UI.
"""

from flows.report.build import build
from flows.report.content import Report
from flows.report.material import Material
from flows.report.page import COCKPIT, page
from flows.report.text import report_text
from flows.report.writing import PAGE, write_pooled, write_report

__all__ = [
    "COCKPIT",
    "PAGE",
    "Material",
    "Report",
    "build",
    "page",
    "report_text",
    "write_pooled",
    "write_report",
]
