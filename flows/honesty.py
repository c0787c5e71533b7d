"""A captain's account as people read it: the same figures in an artifact's table, on a scorecard
and at the end of `captains play` and `captains run`.

Names of captains and models are untrusted, and are escaped for where they are written to.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from engine.wording import printable, shortened
from flows.accounts import CaptainAccount
from flows.markdown import table
from tournaments.report import markdown_name, markdown_text, plain_name

Figures = dict[str, str]

UNKNOWN: Final = "unknown"
_NONE: Final = "–"
_WIDTH: Final = 79
_LONGEST_LIST: Final = 80
_DIGEST_DIGITS: Final = 12
_LEAST_USD: Final = 0.0001
# A captain's lines on a terminal and the tables of an artifact, by the figures in them: all in one
# would be wider than a page.
_LINES: Final = (
    ("decisions", "own", "coverage", "by source"),
    ("rethinks", "illegal", "malformed", "fallbacks", "timeouts", "forfeits", "problems"),
    ("p50", "p95", "calls", "from cache", "cost"),
    ("tokens in", "cached", "tokens out", "reasoning"),
    ("model", "prompt"),
)


def accounts_markdown(accounts: Iterable[CaptainAccount]) -> str:
    """Tables with a line a captain under a heading; empty where there is nobody."""
    told = [(one.captain, figures(one)) for one in accounts]
    if not told:
        return ""
    return "\n\n".join(["## How the decisions were come by", *(_table(told, n) for n in _LINES)])


def _table(told: Sequence[tuple[str, Figures]], names: Sequence[str]) -> str:
    rows = (
        [markdown_name(captain), *(markdown_text(cells[name]) for name in names)]
        for captain, cells in told
    )
    return table(["captain", *names], rows)


def accounts_text(accounts: Iterable[CaptainAccount]) -> str:
    """Some lines for each captain who was waited for, or failed; empty where nobody was."""
    return "\n".join(line for one in accounts if was_asked(one) for line in _block(one))


def was_asked(account: CaptainAccount) -> bool:
    """Whether his account says more than that he answered at once, as he always does."""
    asked = account.calls or account.from_cache or account.latency_ms_p50 is not None
    trouble = account.rethinks + account.illegal + account.malformed + account.fallbacks
    return bool(asked or trouble or account.timeouts or account.forfeits)


def figures(account: CaptainAccount) -> Figures:
    """Every figure by its name."""
    tokens = account.tokens_in or account.tokens_out
    return {
        "decisions": str(account.decisions),
        "own": str(account.own),
        "coverage": f"{account.coverage:.1%}" if account.decisions else _NONE,
        "by source": _counts(account.sources),
        "rethinks": str(account.rethinks),
        "illegal": str(account.illegal),
        "malformed": str(account.malformed),
        "fallbacks": str(account.fallbacks),
        "timeouts": str(account.timeouts),
        "forfeits": str(account.forfeits),
        "problems": _counts(account.problems),
        "p50": seconds(account.latency_ms_p50),
        "p95": seconds(account.latency_ms_p95),
        "calls": str(account.calls),
        "from cache": str(account.from_cache),
        "tokens in": str(account.tokens_in) if tokens else _NONE,
        "cached": str(account.tokens_cached) if tokens else _NONE,
        "tokens out": str(account.tokens_out) if tokens else _NONE,
        "reasoning": str(account.tokens_reasoning) if tokens else _NONE,
        "cost": cost(account),
        "model": shortened(printable(_listed(account.models)), _LONGEST_LIST),
        "prompt": _listed([digest[:_DIGEST_DIGITS] for digest in account.prompt_digests]),
    }


def cost(account: CaptainAccount) -> str:
    """What it came to, and who says so: `0.0123 USD (file)`."""
    if not account.calls:
        return usd(account.cost_usd) if account.from_cache else _NONE
    sources = [source for source in account.cost_sources if source != UNKNOWN]
    return f"{usd(account.cost_usd)} ({', '.join(sources)})" if sources else usd(account.cost_usd)


def usd(amount: float | None) -> str:
    """Dollars; an amount that nobody knows is never shown as none."""
    if amount is None:
        return UNKNOWN
    if 0 < amount < _LEAST_USD:
        return f"under {_LEAST_USD:.4f} USD"
    return f"{amount:.4f} USD"


def spent_of_run(spent: Mapping[str, Any]) -> str:
    """Tokens and cost of a run: `1200 tokens, 0.0123 USD`."""
    return tokens_and_cost(spent["tokens"], spent["usd_priced"], spent["unpriced_calls"])


def tokens_and_cost(tokens: int, usd_priced: float | None, unpriced_calls: int) -> str:
    """`usd_priced` is what the calls that have a price cost, None where none has."""
    if not unpriced_calls:
        return f"{tokens} tokens, {usd(usd_priced)}"
    if usd_priced is None:
        return f"{tokens} tokens, cost {UNKNOWN}"
    return f"{tokens} tokens, {usd(usd_priced)} and the unknown cost of {unpriced_calls} calls"


def seconds(latency_ms: float | None) -> str:
    """Two digits, as the figures are within 5 %; a dash where there is none."""
    return _NONE if latency_ms is None else f"{float(f'{latency_ms / 1000:.2g}'):g} s"


def _block(account: CaptainAccount) -> Iterator[str]:
    told = figures(account)
    yield plain_name(account.captain)
    for names in _LINES:
        line = ", ".join(f"{name} {told[name]}" for name in names if told[name] != _NONE)
        if line:
            yield textwrap.fill(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _counts(counts: Mapping[str, int]) -> str:
    return " + ".join(f"{count} {name}" for name, count in counts.items()) or _NONE


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or _NONE
