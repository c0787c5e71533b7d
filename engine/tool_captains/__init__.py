"""Captains that read an observation and call a tool: language models, programs, people.

`build_captain` makes one of a spec; what they share (slots, budgets, the cache, who is asked) is
lent to them as `Services`.
"""

from engine.tool_captains.account import Account, Usage
from engine.tool_captains.building import build_captain
from engine.tool_captains.content import played_by
from engine.tool_captains.contract import (
    Accountable,
    Asker,
    Caller,
    Limiter,
    Preparable,
    ToolCaptain,
)
from engine.tool_captains.services import Services

__all__ = [
    "Account",
    "Accountable",
    "Asker",
    "Caller",
    "Limiter",
    "Preparable",
    "Services",
    "ToolCaptain",
    "Usage",
    "build_captain",
    "played_by",
]
