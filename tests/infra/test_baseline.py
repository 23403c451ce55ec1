"""The list of what mypy still finds may only get shorter."""

from collections import Counter

import pytest

from scripts.baseline import errors, read, shrunk, verdict, written
from scripts.console import Refused

NOTE = "tasks/flows.py:7: note: Left operand is of type None\n"
ONE = 'tasks/flows.py:7: error: Name "x" already defined on line 3  [no-redef]\n'
MOVED = 'draws/flows.py:9: error: Name "x" already defined on line 5  [no-redef]\n'
TWO = "tasks/flows.py:8: error: Bad  [misc]\n"


def known(output):
    return Counter({entry: len(lines) for entry, lines in errors(output).items()})


def test_a_tree_that_says_what_the_list_says_is_well():
    assert verdict(known(ONE + TWO), errors(ONE + NOTE + TWO)) == []


def test_a_line_that_moves_inside_its_file_is_the_same_error():
    later = ONE.replace(":7:", ":70:").replace("line 3", "line 30")
    assert verdict(known(ONE), errors(later)) == []


def test_a_new_error_fails_and_is_shown_with_its_line():
    assert verdict(known(ONE), errors(ONE + TWO)) == [f"new: {TWO.strip()}"]


def test_the_same_sentence_once_more_is_a_new_error():
    assert verdict(known(TWO), errors(TWO + TWO.replace(":8:", ":9:"))) != []


def test_an_error_that_is_gone_must_leave_the_list():
    [line] = verdict(known(ONE + TWO), errors(ONE))
    assert line.startswith("gone")
    assert "Bad  [misc]" in line


def test_shrinking_strikes_what_is_gone():
    assert read(shrunk(known(ONE + TWO), errors(ONE))) == known(ONE)


def test_shrinking_follows_a_file_that_moved():
    assert read(shrunk(known(ONE), errors(MOVED))) == known(MOVED)


def test_shrinking_takes_nothing_new():
    with pytest.raises(Refused, match="Bad"):
        shrunk(known(ONE), errors(ONE + TWO))


def test_the_list_reads_back():
    twice = Counter({"a.py: Bad  [misc]": 2, "b.py: Worse  [misc]": 1})
    assert read(written(twice.elements())) == twice
