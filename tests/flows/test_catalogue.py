"""A tournament by its file or a bracket's name."""

import pytest

from flows import catalogue
from tournaments.errors import BadTournamentFile


def test_a_name_that_is_no_bracket_lists_those_that_ship() -> None:
    with pytest.raises(BadTournamentFile, match="brackets: decided, demo, friday-night"):
        catalogue.load("freitag")


def test_a_path_that_is_not_there_is_taken_for_a_file() -> None:
    with pytest.raises(BadTournamentFile, match="cannot be read: No such file"):
        catalogue.load("freitag.yaml")
