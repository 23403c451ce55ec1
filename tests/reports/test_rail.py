"""Which entry of the rail is marked, and that its numbers are asked only where they are shown."""

import pytest

from agencies.roles import ROLES
from config.site import rail
from tests.reports.conftest import person


def current(roles, path):
    return [entry["label"] for entry in rail(roles, path) if entry["current"]]


@pytest.mark.parametrize(
    ("role", "path", "label"),
    [
        ("lead", "/desk/", "工作台"),
        ("lead", "/desk/tasks/341300-2021-001/draw/", "抽查任务"),
        ("lead", "/desk/inspectors/3/", "一单两库"),
        ("lead", "/desk/settings/calendar/2021/", "期限"),
        ("sysadmin", "/desk/settings/calendar/2021/", "工作日历"),
        ("sysadmin", "/desk/settings/users/3/", "设置"),
        ("sysadmin", "/desk/settings/regions/", "设置"),
        ("secadmin", "/desk/settings/users/3/", "账号"),
        ("auditor", "/desk/trail/", "留痕"),
        ("lead", "/desk/search/", None),
        ("lead", "/desk/trail/", None),
    ],
)
def test_the_entry_of_a_page(role, path, label):
    assert current([role], path) == ([label] if label else [])


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_of_a_role_opens(bureau, log_in, role):
    client = log_in(person(role, bureau))
    for entry in rail([role], "/desk/"):
        assert client.get(entry["url"]).status_code == 200, entry["label"]


def test_numbers_are_asked_once_and_only_where_they_are_shown():
    calls = []

    def number():
        calls.append(1)
        return 7

    (home, *_) = rail(["lead"], "/desk/", {"reports:worklist": number})
    assert calls == []
    assert (str(home["count"]), bool(home["count"])) == ("7", True)
    assert calls == [1]


def test_an_htmx_part_does_not_count(bureau, log_in, asked):
    client = log_in(person("lead", bureau))

    def part():
        client.get("/desk/tasks/none/", headers={"HX-Request": "true"})

    def page():
        client.get("/desk/tasks/none/")

    assert asked(part) < asked(page)
