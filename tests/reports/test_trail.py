"""The auditor's page on seals, and the trail as a file."""

import csv
import io
from datetime import datetime

import pytest
from django.db import connection, transaction

from agencies.roles import ROLES
from core.audit import record
from core.jobs import check_trail, seal_trail
from core.models import AuditEvent, AuditSeal
from tasks.flows import TaskStatus
from tests.factories import UserFactory, agency
from tests.reports.conftest import task

PAGE, FILE = "/desk/trail/", "/desk/trail.csv"
HEADINGS = "编号,时间,写入时间,操作人,用户名,单位,动作,对象,摘要,数据"


@pytest.fixture
def auditor(reference):
    return UserFactory(username="audit", name="周某", role="auditor", agency=None)


@pytest.fixture
def lines(reference, clock):
    """Three lines on three days by one person and the system."""
    bureau = agency("341300", "gongan")
    lead = UserFactory(username="chen", name="陈某", role="lead", agency=bureau)
    made = task(bureau, TaskStatus.DRAFT)
    for day, verb, actor, summary in [
        ("2021-07-14", "tasks.open", lead, "开启抽取"),
        ("2021-07-15", "tasks.freeze", lead, '=HYPERLINK("x")'),
        ("2021-07-16", "deadlines.start", None, "起算，\n“期限”"),
    ]:
        clock(day)
        record(verb, made, actor, summary, 乙=1, a=[2])
    return made


@pytest.fixture
def get(auditor, log_in):
    """`get(address, **filter)` as the auditor."""
    client = log_in(auditor)
    return lambda address, **asked: client.get(address, asked)


def html(page):
    assert page.status_code == 200
    return page.content.decode()


def rows(answer):
    """The lines of the file below its headings."""
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode()
    first, *rest = csv.reader(io.StringIO(text, newline=""))
    assert ",".join(first) == f"\ufeff{HEADINGS}"
    return [dict(zip(HEADINGS.split(","), row, strict=True)) for row in rest]


# The page --------------------------------------------------------------------------------------


def test_before_the_first_seal_the_page_counts_what_waits(lines, get):
    page = html(get(PAGE))
    assert '<dt>尚未加封</dt><dd class="num">3 条</dd>' in page
    assert "还没有核验过" in page
    assert "最新封条" not in page


def test_the_page_shows_the_seal_to_note_down(lines, get):
    seal_trail()
    record("tasks.open", lines, None, "后来的一行")
    seal = AuditSeal.objects.get()
    page = html(get(PAGE))
    groups = [seal.digest[at : at + 8] for at in range(0, 64, 8)]
    assert "".join(f"<span>{group}</span>" for group in groups) in page
    assert f"编号 {seal.last_id} 及以前的留痕已全部加封" in page
    assert '<dt>尚未加封</dt><dd class="num">1 条</dd>' in page
    assert "已核验至" not in page


def test_the_page_shows_how_far_the_trail_was_verified(lines, get):
    seal_trail()
    check_trail()
    page = html(get(PAGE))
    assert "核验留痕：一致：3 条留痕与写入时一致，共 1 张封条" in page
    assert '<dt>已核验至</dt><dd class="num">第 1 号封条' in page
    assert "留痕被动过" not in page


def test_a_fault_stands_above_everything(lines, get):
    seal_trail()
    pk = AuditEvent.objects.get(verb="tasks.freeze").pk
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditevent SET summary = '改' WHERE id = %s", [pk])
    check_trail()
    page = html(get(PAGE))
    assert "notice--danger" in page
    assert f"编号 {pk} 的留痕被改动" in page
    assert "已核验至" not in page


def test_the_page_asks_the_same_however_many_seals(lines, get, asked):
    seal_trail()
    one = asked(get, PAGE)
    for _ in range(3):
        record("tasks.open", lines, None, "又一行")
        seal_trail()
    assert asked(get, PAGE) == one


# The file --------------------------------------------------------------------------------------


def test_the_file_holds_what_the_page_shows(lines, get):
    answer = get(FILE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="trail-20210716.csv"'
    newest, formula, oldest = rows(answer)
    assert [line["动作"] for line in (newest, formula, oldest)] == [
        "deadlines.start",
        "tasks.freeze",
        "tasks.open",
    ]
    assert (oldest["操作人"], oldest["用户名"]) == ("陈某", "chen")
    assert oldest["单位"] == str(agency("341300", "gongan"))
    assert (oldest["对象"], oldest["数据"]) == (f"tasks.task:{lines.pk}", '{"a": [2], "乙": 1}')
    moment = datetime.fromisoformat(oldest["时间"])
    assert moment == AuditEvent.objects.get(verb="tasks.open").at
    assert oldest["时间"].startswith("2021-07-14T")
    assert oldest["时间"].endswith("+08:00")
    assert (newest["操作人"], newest["用户名"], newest["单位"]) == ("系统", "", "")
    assert newest["摘要"] == "起算，\n“期限”"
    assert formula["摘要"] == '\'=HYPERLINK("x")'  # a spreadsheet must not run it


def test_the_file_takes_the_filter_and_the_trail_takes_the_file(lines, get, auditor):
    asked = {"verb": "tasks.", "actor": "陈", "since": "2021-07-15", "until": "2021-07-15"}
    (line,) = rows(get(FILE, **asked))
    assert line["动作"] == "tasks.freeze"
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor, event.summary) == (
        "core.export_trail",
        auditor,
        "导出留痕 1 条",
    )
    assert event.subject == f"core.auditevent:{line['编号']}"
    assert event.data == {
        "lines": 1,
        "filter": {"verb": "tasks.", "actor": "***", "since": "2021-07-15", "until": "2021-07-15"},
    }


def test_the_link_keeps_the_filter_and_not_the_place_in_the_list(lines, get):
    for _ in range(20):
        record("tasks.open", lines, None, "又一行")
    page = get(PAGE, verb="tasks.").context["page"]
    after = page.next.split("after=")[1].split("&")[0]
    assert f'href="{FILE}?verb=tasks."' in html(get(PAGE, verb="tasks.", after=after))
    assert len(rows(get(FILE, verb="tasks."))) == 22


def test_a_wrong_filter_gives_the_page_that_says_so(lines, get):
    page = html(get(FILE, since="2021-09-31"))
    assert "起始日期：“2021-09-31”这一天不存在" in page
    assert f'action="{PAGE}"' in page
    assert AuditEvent.objects.count() == 3


def test_nothing_to_export_is_said_and_leaves_nothing(lines, get):
    answer = get(FILE, verb="catalog.")
    assert answer.status_code == 422
    assert "没有符合条件的记录，未导出" in answer.content.decode()
    assert AuditEvent.objects.count() == 3


@pytest.mark.parametrize("role", [*sorted(set(ROLES) - {"auditor"}), None])
def test_only_the_auditor_takes_the_trail_out(lines, log_in, role):
    client = log_in(UserFactory(role=role))
    for asked in ({}, {"since": "昨天"}):
        assert client.get(FILE, asked).status_code == 403
    assert AuditEvent.objects.count() == 3


def test_the_file_asks_the_same_however_many_lines(lines, get, asked):
    """One for the rows however many, with their people and agencies."""
    few = asked(lambda: rows(get(FILE, verb="tasks.")))
    for _ in range(20):
        record("tasks.open", lines, UserFactory(), "又一行")
    assert asked(lambda: rows(get(FILE, verb="tasks."))) == few
