"""The stages as text, markdown and data."""

from tests.tournaments.seasons import DIGEST, better, by_chance, cup, ended, level, played, season
from tournaments import course_of, plan_tournament, stages_data, stages_markdown, stages_text
from tournaments.staging import points

KNOCKOUT = "{kind: knockout, best_of: 1, extend_to: 1}"


def test_a_bracket_for_a_terminal() -> None:
    assert stages_text(played(cup(KNOCKOUT, 3, pairs=1))) == (
        "Knockout\nSemi-final 1  c2 2–0 c3\nFinal         c1 2–0 c2\n\nchampion: c1"
    )


def test_how_a_level_encounter_was_decided_is_said() -> None:
    told = stages_text(played(cup(KNOCKOUT, 2, pairs=1), level))
    assert "Final  c1 1–1 c2, c1 as the higher seed" in told


def test_who_is_to_come_is_said_by_where_from() -> None:
    told = stages_text(course_of(cup(KNOCKOUT, 3), DIGEST))
    assert "Final         c1 v winner of Semi-final 1" in told
    assert "champion" not in told


def test_a_bracket_as_a_diagram() -> None:
    told = stages_markdown(played(cup("{kind: knockout, best_of: 1, third_place: true}", 4)))
    assert told.startswith("Champion: **c1**\n\n## Knockout\n\n```mermaid\nflowchart LR\n")
    assert '    e3["Final<br/>c1 2<br/>c2 0"]\n' in told
    assert "    e0 -.->|loser| e2\n" in told
    assert "    e0 --> e3\n" in told


def test_a_name_cannot_leave_its_label() -> None:
    spec = cup(KNOCKOUT, 2)
    named = [
        entry.model_copy(update={"name": f'{"x" * n}"] --> e9; <b>'})
        for n, entry in enumerate(spec.captains)
        if not isinstance(entry, str)
    ]
    told = stages_markdown(course_of(spec.model_copy(update={"captains": tuple(named)}), DIGEST))
    label = told.partition('["')[2].partition('"]\n')[0]
    assert "<b>" not in label
    assert '"' not in label


def test_tables_and_encounters_for_programs() -> None:
    league, playoffs = stages_data(played(cup("{kind: league_playoffs, best_of: 1}", 4)).stages)
    assert [row["captain"] for row in league["standings"]] == ["c1", "c2", "c3", "c4"]
    assert playoffs["encounters"][-1] == {
        "name": "Final",
        "first": "c1",
        "second": "c2",
        "score": [2.0, 0.0],
        "pairs": 1,
        "winner": "c1",
        "by": "matches",
    }


def test_a_ladder_for_programs() -> None:
    (ladder,) = stages_data(played(cup("{kind: ladder}", 3)).stages)
    assert ladder == {"name": "Ladder", "over": True, "rungs": ["c1", "c2", "c3"]}


def test_a_swiss_table_says_what_it_goes_by_where_somebody_has_rested() -> None:
    odd, even = (played(cup("{kind: swiss, rounds: 2}", captains)) for captains in (5, 6))
    for told in (stages_text, stages_markdown):
        assert "By points a match" in told(odd)
        assert "By points a match" not in told(even)


def test_a_half_is_a_half() -> None:
    assert [points(value) for value in (0.0, 0.5, 1.0, 2.5)] == ["0", "½", "1", "2½"]


def test_a_stage_that_is_played_is_over_whatever_comes_after() -> None:
    spec = cup("{kind: league_playoffs, best_of: 1}", 4)
    league = [ended(e, better(e)) for e in plan_tournament(spec, DIGEST).episodes()]
    assert [s.is_over for s in course_of(spec, DIGEST, "1", league).stages] == [True, False]
    every = season(spec, by_chance(3))
    assert all(stage.is_over for stage in course_of(spec, DIGEST, "1", every).stages)
