"""The desk of a new portal says what is missing and leads to the page that mends it (issue Start)."""

import pytest
from django.urls import reverse

from plans.services import sync_profiles
from reports.reads import foundations, worklist
from tests.factories import UserFactory, agency

pytestmark = pytest.mark.django_db
HOME = "130602"


def titles(user):
    return [todo.title for todo in [*foundations(user), *worklist(user)]]


@pytest.fixture
def empty(reference):
    """A county with a bureau and a coordinating office, and nothing else."""
    sync_profiles()
    return agency(HOME, "gongan")


@pytest.mark.parametrize(
    ("role", "system", "missing"),
    [
        ("lead", "gongan", ["抽查事项清单", "检查对象", "年度抽查计划"]),
        ("agency_admin", "gongan", ["抽查事项清单", "检查对象", "检查人员不足 2 人"]),
        ("coordinator", "zonghe", ["竞秀区还没有抽查规则"]),
    ],
)
def test_nobody_reads_that_there_is_nothing_to_do(empty, log_in, role, system, missing):
    user = UserFactory(role=role, agency=agency(HOME, system))
    found = titles(user)
    assert all(any(word in title for title in found) for word in missing), found
    page = log_in(user).get("/desk/")
    assert "今天没有待办" not in page.text
    for todo in foundations(user):
        assert log_in(user).get(todo.link).status_code == 200, todo.link


def test_the_system_administrator_begins_with_accounts(reference, log_in):
    user = UserFactory(username="sysadmin", role="sysadmin", agency=None)
    assert "还没有各单位人员的账号" in titles(user)
    UserFactory(role="lead", agency=agency(HOME, "gongan"))
    assert "还没有各单位人员的账号" not in titles(user)


def test_proposed_rules_wait_for_the_second_person_only(empty, log_in):
    office = agency(HOME, "zonghe")
    one, two = (UserFactory(username=f"c{n}", role="coordinator", agency=office) for n in (1, 2))
    given = {
        "region": HOME,
        "name": "本区规则",
        "source": "某文",
        "inspectors_per_agency": "2",
        "rounding": "up",
        "list_published": "after_onsite",
    }
    log_in(one).post(reverse("plans:profile_new"), given)
    assert "竞秀区的抽查规则待确认" in titles(two)
    assert "竞秀区的抽查规则待确认" not in titles(one)
