"""The table as text: what it says, and that names cannot say more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import EndReason
from tournaments import EpisodeOutcome, Table, report

EVIL = "a|b\x1b[2J<script>\n[x](http://y)"


def played(home: str = "ann", away: str = "bob") -> Table:
    table = Table((home, away))
    for number in range(3):
        table.add(
            EpisodeOutcome(
                episode_id=str(number),
                home=home,
                away=away,
                winner=home if number else None,
                end_reason=EndReason.COMPLETED,
            )
        )
    return table


def test_the_table_reads_best_first() -> None:
    assert report.standings_text(played().standings()).splitlines() == [
        "#  captain  played  won  lost  tied  points     nrr",
        "1  ann           3    2     0     1       5  +0.000",
        "2  bob           3    0     2     1       1  +0.000",
    ]


def test_the_crosstable_shows_results_and_the_mean_score() -> None:
    assert report.crosstable_text(played()).splitlines() == [
        "captain           ann           bob",
        "ann                 ·  2–0–1 (0.83)",
        "bob      0–2–1 (0.17)             ·",
    ]


def test_markdown_has_a_row_for_every_captain() -> None:
    lines = report.standings_markdown(played().standings()).splitlines()
    assert lines[1] == "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert lines[2] == "| 1 | ann | 3 | 2 | 0 | 1 | 5 | +0.000 |"


def test_a_place_by_lot_says_so() -> None:
    table = Table(("ann", "bob"))
    outcome = EpisodeOutcome(
        episode_id="1", home="ann", away="bob", winner=None, end_reason=EndReason.COMPLETED
    )
    table.add(outcome)
    assert report.standings_text(table.standings()).endswith(report.LOT_NOTE)


def test_the_note_about_lots_is_whole_in_markdown() -> None:
    level = Table(("ann", "bob"))
    level.add(
        EpisodeOutcome(
            episode_id="1", home="ann", away="bob", winner=None, end_reason=EndReason.COMPLETED
        )
    )
    note = report.standings_markdown(level.standings()).splitlines()[-1]
    assert note.replace("\\", "") == report.LOT_NOTE


def test_trouble_has_a_column_once_there_is_some() -> None:
    table = played()
    table.add(
        EpisodeOutcome(
            episode_id="9", home="ann", away="bob", winner=None, end_reason=EndReason.TRANSPORT
        )
    )
    assert "void" in report.standings_text(table.standings())
    assert "forfeits" not in report.standings_text(table.standings())


def test_a_name_cannot_drive_the_terminal() -> None:
    table = played(EVIL)
    text = report.standings_text(table.standings()) + report.crosstable_text(table)
    assert all(line.isprintable() for line in text.split("\n"))


@given(name=st.text(min_size=1, max_size=30))
def test_a_name_stays_in_its_cell_of_markdown(name: str) -> None:
    cell = report.markdown_name(name)
    assert "|" not in cell.replace("\\|", "")
    assert "\n" not in cell
    assert "<" not in cell


def test_json_rows_have_the_documented_keys() -> None:
    (first, _) = report.standings_data(played().standings())
    assert first == {
        "captain": "ann",
        "played": 3,
        "won": 2,
        "lost": 0,
        "tied": 1,
        "points": 5,
        "nrr": 0.0,
    }


@pytest.mark.parametrize(
    ("share", "said"),
    [
        *[(1.0, "over 99 %"), (0.995, "over 99 %"), (0.994, "99 %"), (0.3, "30 %")],
        *[(0.006, "1 %"), (0.005, "under 1 %"), (0.0, "under 1 %")],
    ],
)
def test_a_chance_that_was_drawn_is_never_sure(share: float, said: str) -> None:
    assert report.chance(share) == said
