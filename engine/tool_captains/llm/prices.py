"""What a call costs, and who says so: the provider, the captain's file, a public list, or nobody.

An unknown price is None, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from engine.captains.llm import LlmSettings, Price
from engine.tool_captains.account import Usage

_MILLION: Final = 1_000_000


class CostSource(StrEnum):
    """Who says what a call cost."""

    PROVIDER = "provider"  # `usage.cost` of the answer
    FILE = "file"  # the captain's `price`
    LIST = "genai-prices"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What some calls took, with their cost, and who says what they cost."""

    usage: Usage
    source: CostSource


def priced(usage: Usage, settings: LlmSettings) -> Priced:
    if usage.cost_usd is not None:
        return Priced(usage=usage, source=CostSource.PROVIDER)
    if settings.price is not None:
        cost_usd = _by(settings.price, usage)
        return Priced(usage=replace(usage, cost_usd=cost_usd), source=CostSource.FILE)
    listed = _listed(usage, settings)
    if listed is not None:
        return Priced(usage=replace(usage, cost_usd=listed), source=CostSource.LIST)
    return Priced(usage=usage, source=CostSource.UNKNOWN)


def is_known(settings: LlmSettings) -> bool:
    """Whether a call can be priced before it is made."""
    some = Usage(tokens_in=1, tokens_out=1)
    return settings.price is not None or _listed(some, settings) is not None


def _by(price: Price, usage: Usage) -> float:
    cached = price.input if price.cached_input is None else price.cached_input
    fresh = max(0, usage.tokens_in - usage.tokens_cached)
    return (
        fresh * price.input + usage.tokens_cached * cached + usage.tokens_out * price.output
    ) / _MILLION


def _listed(usage: Usage, settings: LlmSettings) -> float | None:
    """From genai-prices, by the endpoint's address: a model of the same name elsewhere is another.
    It takes 0.15 s to import, so only those who need it do.
    """
    import genai_prices

    try:
        found = genai_prices.calc_price(
            genai_prices.Usage(
                input_tokens=usage.tokens_in,
                output_tokens=usage.tokens_out,
                cache_read_tokens=usage.tokens_cached,
            ),
            model_ref=settings.model,
            provider_api_url=settings.base_url,
        )
    except (LookupError, ValueError):  # unknown, or counts that do not add up
        return None
    return float(found.total_price)
