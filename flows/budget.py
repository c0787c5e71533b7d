"""What a run has spent of what it may: a line for each limit of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.captains.llm import Allowance
from engine.wording import duration
from flows.markdown import table

_NONE: Final = "no limit"
_HEADER: Final = ("", "spent", "limit", "of it")


def budget_markdown(allowed: Allowance, spent: Mapping[str, Any], stopped: str | None) -> str:
    """`spent` as `KeptBudgets.spent` tells it; `stopped`: why no further pair is begun."""
    lines = [table(_HEADER, _rows(allowed, spent))]
    if unpriced := spent["unpriced_calls"]:
        lines.append(f"{unpriced:,} calls have no known price: dollars are those of the others.")
    if stopped is not None:
        lines.append(f"Stopped: {stopped}.")
    return "\n\n".join(lines)


def _rows(allowed: Allowance, spent: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name in ("calls", "tokens"):
        yield _row(name, spent[name], getattr(allowed, name), f"{spent[name]:,}", "{:,}".format)
    usd = spent["usd"] if spent["usd"] is not None else spent["usd_priced"]
    told = "not known" if usd is None else f"{usd:,.4f}"
    yield _row("dollars", usd or 0.0, allowed.usd, told, "{:,.2f}".format)
    yield _row("time", spent["wall_s"], allowed.wall_s, duration(spent["wall_s"]), duration)


def _row(name: str, spent: float, limit: float | None, told: str, show: Any) -> tuple[str, ...]:
    if limit is None:
        return name, told, _NONE, "–"
    return name, told, show(limit), f"{100 * spent / limit:.0f} %" if limit else "–"
