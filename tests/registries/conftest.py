"""Files and people of the registries' tests."""

import pytest

from registries.imports import write_csv
from registries.services import sync_grades
from tests.factories import TradeFactory, UserFactory, agency

TARGET_HEAD = ("统一社会信用代码", "名称", "住所（地址）", "负责人姓名", "行业类别")
INSPECTOR_HEAD = ("姓名", "身份证号", "所属执法科室", "执法证号", "执法证有效期至")


@pytest.fixture
def bureau(reference):
    """The county bureau 341302-gongan, with trades and grades."""
    sync_grades()
    TradeFactory()
    return agency()


@pytest.fixture
def admin(bureau, clock):
    """Its administrator, on 2021-07-15."""
    clock("2021-07-15")
    return UserFactory(agency=bureau, role="agency_admin")


def targets_csv(*rows, more=()):
    """A list of targets as bytes; `more` are further headings."""
    return write_csv([[*TARGET_HEAD, *more], *rows])


def inspectors_csv(*rows, more=()):
    """A list of inspectors as bytes."""
    return write_csv([[*INSPECTOR_HEAD, *more], *rows])
