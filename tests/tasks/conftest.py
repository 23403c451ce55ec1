import pytest

from tests import suzhou


@pytest.fixture
def house(db, clock):
    clock("2021-07-15")
    suzhou.lay_house()


@pytest.fixture
def line(house):
    return suzhou.published_line()


@pytest.fixture
def task(db, clock):
    """With house and line, laid at once; `task.line` is the line."""
    clock("2021-07-15")
    return suzhou.lay_task()
