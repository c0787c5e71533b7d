"""A tool call in text, read tolerantly: JSON alone, fenced or in prose, Python's dicts,
`tool(argument=value)`, or just the name of a legal option.

Nothing is run, and the time taken is linear in the text: no more than `LONGEST_READ` of it is
read, from no more than `_MOST_STARTS` places. What is read is checked like any other call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from engine.calls import LONGEST_CALL, CricketAction
from engine.tool_captains.llm.literals import NotALiteral, Reader
from engine.tools import TOOLS, ToolOffer

LONGEST_READ: Final = 32_000  # characters
_MOST_STARTS: Final = 40
_LONGEST_BARE: Final = 200  # an answer that only names an option is short
# As tags, as Magistral writes them, and as the channels of gpt-oss, where a server leaves them in.
_THOUGHT_ENDS: Final = re.compile(
    r"</(?:think|thinking|reasoning)>|\[/THINK\]|<\|channel\|>(?:final|commentary)\b"
)
_THOUGHT_BEGINS: Final = re.compile(
    r"<(?:think|thinking|reasoning)>|\[THINK\]|<\|channel\|>analysis\b"
)
_CALLED: Final = re.compile(rf"(?<!\w)({'|'.join(TOOLS)})\s{{0,9}}\(")
_NAMES: Final = ("tool", "name", "tool_name", "function", "action")
_ARGUMENTS: Final = ("arguments", "parameters", "args", "input", "params")
_AROUND: Final = ("call", "tool_call", "function_call", "function", "action")
_DECORATION: Final = " \t\r\n\"'`*_.,:;!()[]"


def without_thoughts(text: str) -> str:
    """What the model says, less what it thinks: whatever stands in or before a closing tag, and
    behind one that is not closed.
    """
    ends = [found.end() for found in _THOUGHT_ENDS.finditer(text)]
    said = text[ends[-1] :] if ends else text
    begins = _THOUGHT_BEGINS.search(said)
    return (said[: begins.start()] if begins else said).strip()


def calls_in(said: str, offers: Sequence[ToolOffer]) -> list[CricketAction]:
    """The calls in what a model said, in their order, each once. Empty where there is none."""
    said = said[:LONGEST_READ]
    for found in (_objects(said, offers), _called(said, offers), _named(said, offers)):
        calls: list[CricketAction] = []
        for call in found:
            if call not in calls:
                calls.append(call)
        if calls:
            return calls
    return []


def _objects(said: str, offers: Sequence[ToolOffer]) -> Iterator[CricketAction]:
    """Calls written as objects. A place that leads nowhere is left for the next brace."""
    at = 0
    for _ in range(_MOST_STARTS):
        start = said.find("{", at)
        if start < 0:
            return
        reader = Reader(said[: start + LONGEST_CALL], start)
        try:
            value = reader.value()
        except NotALiteral:
            at = start + 1
            continue
        at = reader.at
        yield from _calls_of(value, offers)


def _calls_of(value: Mapping[str, Any], offers: Sequence[ToolOffer]) -> Iterator[CricketAction]:
    several = value.get("tool_calls", value.get("calls"))
    for one in several if isinstance(several, list) else [value]:
        call = _call_of(one, offers)
        if call is not None:
            yield call


def _call_of(value: Any, offers: Sequence[ToolOffer]) -> CricketAction | None:
    if not isinstance(value, dict):
        return None
    for key in _AROUND:
        if isinstance(value.get(key), dict):
            value = value[key]
    name = next((key for key in _NAMES if isinstance(value.get(key), str)), None)
    if name is not None:
        return _with_arguments(value, name)
    if len(value) == 1:
        (only, arguments), *_ = value.items()
        if only in TOOLS and isinstance(arguments, dict):
            return CricketAction(tool=only, arguments=arguments)
    return _answer_with(value, offers)


def _with_arguments(value: dict[str, Any], name: str) -> CricketAction | None:
    """The arguments stand under a name of their own, as an object or as its text, or beside."""
    key = next((key for key in _ARGUMENTS if key in value), None)
    if key is None:
        beside = {k: v for k, v in value.items() if k not in (name, "id", "type")}
        return CricketAction(tool=value[name], arguments=beside)
    arguments = value[key]
    if isinstance(arguments, str):
        try:
            arguments = Reader(arguments).value() if arguments.strip() else {}
        except NotALiteral:
            return None
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        return None
    return CricketAction(tool=value[name], arguments=arguments)


def _answer_with(arguments: dict[str, Any], offers: Sequence[ToolOffer]) -> CricketAction | None:
    """Arguments without a tool: those of the one that answers the question, if they fit it."""
    for offer in offers:
        known = offer.parameters["properties"]
        fits = arguments and all(key in known for key in arguments)
        if offer.commits and fits and all(k in arguments for k in offer.parameters["required"]):
            return CricketAction(tool=offer.name, arguments=arguments)
    return None


def _called(said: str, offers: Sequence[ToolOffer]) -> Iterator[CricketAction]:
    """`tool(argument=value)`, `tool({…})` and `tool(value)`."""
    for number, found in enumerate(_CALLED.finditer(said)):
        if number == _MOST_STARTS:
            return
        window = said[: found.end() + LONGEST_CALL]
        arguments = _inside(window, found.end() - 1, _order(found[1], offers))
        if arguments is not None:
            yield CricketAction(tool=found[1], arguments=arguments)


def _order(tool: str, offers: Sequence[ToolOffer]) -> list[str]:
    return [
        name for offer in offers if offer.name == tool for name in offer.parameters["properties"]
    ]


def _inside(text: str, at: int, order: list[str]) -> dict[str, Any] | None:
    """The arguments of a call whose bracket opens at `at`; None where they cannot be read."""
    for between in ("=", ":"):
        try:
            return Reader(text, at).mapping("(", ")", between)
        except NotALiteral:
            continue
    reader = Reader(text, at)
    try:
        reader.take("(")
        value = reader.value()
        reader.take(")")
    except NotALiteral:
        return None
    if isinstance(value, dict):
        return value
    return {order[0]: value} if order and not isinstance(value, list) else None


def _named(said: str, offers: Sequence[ToolOffer]) -> Iterator[CricketAction]:
    """A short answer that names one legal option of the tool that answers, or just a tool."""
    if len(said) > _LONGEST_BARE:
        return
    bare = said.strip(_DECORATION)
    for offer in offers:
        if bare == offer.name:
            yield CricketAction(tool=offer.name)
        elif offer.commits:
            yield from _option(bare, offer)


def _option(bare: str, offer: ToolOffer) -> Iterator[CricketAction]:
    required = offer.parameters["required"]
    for name, about in offer.parameters["properties"].items():
        named = [
            option for option in about.get("enum", ()) if _says(bare, option, name in required)
        ]
        if len(named) == 1:
            yield CricketAction(tool=offer.name, arguments={name: named[0]})


def _says(bare: str, option: str, anywhere: bool) -> bool:
    """Whether an answer is the option or, where one has to be named, names it somewhere."""
    if not anywhere:
        return bare.casefold() == option.casefold()
    return re.search(rf"(?<!\w){re.escape(option)}(?!\w)", bare, re.IGNORECASE) is not None
