"""The stages of a tournament as text, markdown and data: tables, the bracket, the ladder.

Captains' names are untrusted; in a mermaid diagram they stand in quotes, as entities where they
are not plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from tournaments.bracket import Played
from tournaments.course import Course, Stage
from tournaments.report import (
    markdown_name,
    plain_name,
    standings_data,
    standings_markdown,
    standings_text,
)

BY: Final = {
    "matches": "",
    "net_run_rate": "on net run rate",
    "luck_adjusted": "on luck-adjusted score",
    "higher_seed": "as the higher seed",
    "lot": "by lot",
}


def stages_data(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """The stages for `--json`: each with what it has."""
    return [_stage_data(stage) for stage in stages]


def stages_text(course: Course) -> str:
    """The stages for a terminal."""
    parts = [f"{stage.name}\n{_stage_text(stage)}" for stage in course.stages]
    if course.champion is not None:
        parts.append(f"champion: {plain_name(course.champion)}")
    return "\n\n".join(parts)


def stages_markdown(course: Course) -> str:
    """The stages as markdown, brackets as mermaid diagrams."""
    parts = [f"## {stage.name}\n\n{_stage_markdown(stage)}" for stage in course.stages]
    if course.champion is not None:
        parts.insert(0, f"Champion: **{markdown_name(course.champion)}**")
    return "\n\n".join(parts)


def decided(one: Played) -> str:
    """How an encounter was decided where the matches alone did not; nothing where they did."""
    return BY[one.by] if one.by is not None else ""


def points(value: float) -> str:
    """Matches won, with a half where there was a tie."""
    whole = int(value)
    half = "½" if value != whole else ""
    return half if half and not whole else f"{whole}{half}"


def _stage_data(stage: Stage) -> dict[str, Any]:
    told: dict[str, Any] = {"name": stage.name, "over": stage.is_over}
    if stage.standings:
        told["standings"] = standings_data(stage.standings)
    if stage.encounters:
        told["encounters"] = [_encounter_data(one) for one in stage.encounters]
    if stage.rungs:
        told["rungs"] = list(stage.rungs)
    return told


def _encounter_data(one: Played) -> dict[str, Any]:
    return {
        "name": one.name,
        "first": one.first,
        "second": one.second,
        "score": list(one.score),
        "pairs": one.pairs,
        "winner": one.winner,
        "by": one.by,
    }


def _stage_text(stage: Stage) -> str:
    if stage.standings:
        return standings_text(stage.standings)
    if stage.rungs:
        return "\n".join(_rungs(plain_name(name) for name in stage.rungs))
    widest = max(len(one.name) for one in stage.encounters)
    return "\n".join(f"{one.name.ljust(widest)}  {_line(one)}" for one in stage.encounters)


def _line(one: Played) -> str:
    """`ann 4–2 bob`, with how it was decided or where those who are not known come from."""
    first, second = (
        plain_name(name) if name is not None else source
        for name, source in ((one.first, one.first_from), (one.second, one.second_from))
    )
    if one.first is None or one.second is None:
        return f"{first} v {second}"
    mine, theirs = map(points, one.score)
    how = decided(one)
    on = f", {plain_name(one.winner)} {how}" if one.winner is not None and how else ""
    return f"{first} {mine}–{theirs} {second}{on}"


def _rungs(names: Iterable[str]) -> list[str]:
    return [f"{place}. {name}" for place, name in enumerate(names, 1)]


def _stage_markdown(stage: Stage) -> str:
    if stage.standings:
        return standings_markdown(stage.standings)
    if stage.rungs:
        return "\n".join(_rungs(markdown_name(name) for name in stage.rungs))
    return _mermaid(stage.encounters)


def _mermaid(encounters: Sequence[Played]) -> str:
    """A flow chart from left to right; who wins an encounter goes along its arrow."""
    node = {one.name: f"e{number}" for number, one in enumerate(encounters)}
    lines = ["```mermaid", "flowchart LR"]
    for one in encounters:
        lines.append(f'    {node[one.name]}["{_label(one)}"]')
    for one in encounters:
        for source in (one.first_from, one.second_from):
            how, _, name = source.partition(" of ")
            if name in node:
                arrow = "-->" if how == "winner" else "-.->|loser|"
                lines.append(f"    {node[name]} {arrow} {node[one.name]}")
    return "\n".join([*lines, "```"])


def _label(one: Played) -> str:
    sides = [
        f"{_entities(name or source)} {points(score) if name and one.first and one.second else ''}"
        for name, source, score in (
            (one.first, one.first_from, one.score[0]),
            (one.second, one.second_from, one.score[1]),
        )
    ]
    how = decided(one)
    goes_on = f"{_entities(one.winner or '')} {how}" if how else ""
    return "<br/>".join(filter(None, [one.name, *map(str.strip, sides), goes_on]))


def _entities(name: str) -> str:
    """A name inside a mermaid label: all but letters, digits and spaces by number."""
    return "".join(
        letter if letter.isalnum() or letter == " " else f"#{ord(letter)};"
        for letter in plain_name(name)
    )
