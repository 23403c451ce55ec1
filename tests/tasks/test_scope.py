"""The pages before the freeze: who is in and out, the rules of the list, exemptions, rehearsal."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from draws import drs1
from draws import services as draws
from draws.models import Draw
from registries.models import Grade, Target, TargetGrade
from registries.services import import_targets
from tasks import services
from tasks.eligibility import frame
from tasks.models import Exemption, Selection
from tests import suzhou
from tests.factories import TargetFactory, uscc
from tests.tasks.test_frame import FIRM, drawn_before, firm, with_rules


def url(name, task, *args):
    return reverse(f"tasks:{name}", args=[task.number, *args])


def text(page):
    return page.content.decode()


@pytest.fixture
def lead(task, log_in):
    return log_in(suzhou.person("lead"))


def test_a_reason_shows_its_names_twenty_at_a_time(task, lead):
    for number in range(25):
        TargetFactory(region_id="341302", status="closed", name=f"演示停业{number:02d}")
    page = lead.get(url("scope", task), {"reason": "closed"})
    assert len(page.context["page"].items) == 20
    assert "停业或清算：25 户" in text(page)
    assert "不参加抽取的 25 户" in text(page)
    rest = lead.get(f"{url('scope', task)}?{page.context['page'].next}")
    assert len(rest.context["page"].items) == 5
    names = {t.name for p in (page, rest) for t in p.context["page"].items}
    assert len(names) == 25
    assert "列为不受频次限制</" not in text(page)


def test_a_reason_that_nobody_knows_shows_the_pool(task, lead):
    page = lead.get(url("scope", task), {"reason": "nonsense"})
    assert page.status_code == 200
    assert page.context["page"].total == suzhou.SCENARIO["targets"]["base"]


def test_facts_beside_a_capped_target_preset_the_ground(task, lead):
    with_rules(task, annual_cap_per_agency=2)
    Target.objects.filter(name=FIRM).update(complaints=2)
    drawn_before(task, firm(), 2)
    page = lead.get(url("scope", task), {"reason": "annual_cap_2"})
    assert "年内已被抽取2次：1 户" in text(page)
    assert "多次被投诉举报" in text(page)
    form = lead.get(url("exempt", task, firm().pk)).context["form"]
    assert form["ground"].value() == "complaints"
    answer = lead.post(
        url("exempt", task, firm().pk), {"ground": "complaints", "argument": "6月两件"}
    )
    assert answer.url == url("scope", task)
    page = text(lead.get(url("scope", task)))
    assert "排除 0 户，可抽 14 户" in page
    assert "不受频次限制的 1 户" in page
    assert "另有 1 户列为必查" in page
    lead.post(url("exempt_remove", task, Exemption.objects.get().pk))
    assert not Exemption.objects.exists()


def test_an_exemption_without_argument_stays_on_its_page(task, lead):
    page = lead.post(url("exempt", task, firm().pk), {"ground": "complaints", "argument": " "})
    assert page.status_code == 200
    assert "理由" in text(page)
    assert not Exemption.objects.exists()


def test_ratios_counts_and_batches_are_set_before_the_freeze(task, lead):
    form = lead.get(url("edit", task)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert data["ratio"] == "20%"
    assert data["tiers"].splitlines() == ["守信 10%", "警示 30%", "失信 50%", "严重失信 100%"]
    data |= {
        "tiers": "守信 ３户\n警示 30%\n失信 50%\n严重失信 100%",
        "batches": "2",
        "ratio": "25％",
    }
    assert lead.post(url("edit", task), data).url == url("scope", task)
    page = text(lead.get(url("scope", task)))
    assert "按抽签号先后分两批：第一批 3 户，第二批 3 户。" in page
    assert "14 × 25% = 3.5" in page
    assert "定数" in page
    assert lead.get(url("edit", task)).context["form"]["tiers"].value().startswith("守信 3户")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ratio", "0%", "抽查比例应大于 0"),
        ("tiers", "守信 10%", "还缺警示、失信、严重失信的比例"),
        ("tiers", "守信 10%\n一般 5%", "第 2 行：“公共信用等级”没有“一般”这一等级"),
        ("tiers", "守信10%", "第 1 行：“守信10%”请写成等级和比例"),
        ("batches", "0", "分几批检查"),
        ("ends_on", "2024-09-31", "抽查结束：“2024-09-31”这一天不存在，是否指 2024-09-30？"),
        ("ends_on", "2024年9月31日", "“2024年9月31日”这一天不存在，是否指 2024-09-30？"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(task, lead, field, value, said):
    form = lead.get(url("edit", task)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {field: value}
    page = lead.post(url("edit", task), data)
    assert page.status_code == 200
    assert said in text(page)
    before = task.ends_on
    task.refresh_from_db()
    assert (task.ratio_ppm, task.batches, task.ends_on) == (200_000, 1, before)
    assert task.tiers.count() == 4
    assert not AuditEvent.objects.filter(verb="tasks.change").exists()


def test_after_the_freeze_nothing_is_edited(task, lead):
    suzhou.frozen_draw(task)
    assert lead.get(url("edit", task)).status_code == 409
    answer = lead.post(url("exempt", task, firm().pk), {"ground": "complaints", "argument": "两件"})
    assert answer.status_code == 409
    assert not Exemption.objects.exists()
    assert "演练只在封存以前有用" in text(lead.get(url("rehearsal", task)))


def test_a_rehearsal_says_numbers_and_no_names_and_leaves_nothing(task, lead):
    page = lead.get(url("rehearsal", task))
    shown = text(page)
    rehearsal = page.context["rehearsal"]
    assert rehearsal.draw_id == f"REHEARSAL-{task.number}"
    total = suzhou.EXPECT["tiered"]["total"]
    assert rehearsal.drawn == total == sum(county.drawn for county in rehearsal.counties)
    assert sum(float(county.total) for county in rehearsal.counties) == pytest.approx(
        total, abs=0.3
    )
    assert rehearsal.visits == 2 * total
    for target in Target.objects.all():
        assert target.name not in shown
        assert target.code not in shown
    assert not Draw.objects.exists()
    assert not Selection.objects.exists()
    task.refresh_from_db()
    assert task.status == "draft"


def test_a_rehearsal_counts_whom_the_lead_forces_in(task, lead):
    services.exempt(task, firm(), "campaign", "文件", actor=suzhou.person("lead"))
    rehearsal = lead.get(url("rehearsal", task)).context["rehearsal"]
    assert rehearsal.drawn == frame.of(task).quota


def many(count):
    """More targets of the good tier."""
    good = Grade.objects.get(scheme="credit", slug="good")
    for target in TargetFactory.create_batch(count, region_id="341302"):
        TargetGrade.objects.create(
            target=target, scheme_id="credit", grade=good, graded_on="2021-07-01"
        )


def ceremony_queries(task):
    """Queries of the freeze and of the opening."""
    lead = suzhou.person("lead")
    with CaptureQueriesContext(connection) as freezing:
        draw = suzhou.frozen_draw(task)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    with CaptureQueriesContext(connection) as opening:
        services.open_targets(draw, actor=lead, **suzhou.WITNESS)
    return len(freezing), len(opening)


@pytest.mark.parametrize("is_restricted", [False, True], ids=["by code", "by alias"])
def test_freeze_and_open_take_the_same_queries_for_a_list_of_any_size(task, is_restricted):
    with_rules(task, is_restricted=is_restricted)
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        few = ceremony_queries(task)
        transaction.set_rollback(True)
    task.refresh_from_db()
    many(200)
    assert ceremony_queries(task) == few
    assert task.selections.count() == 43  # 214 × 20 %: the floor tops up what the tiers give
    assert frame.of(task).total == 214


@pytest.mark.django_db(transaction=True)
def test_a_freeze_waits_for_an_import_and_holds_all_of_it(clock):
    clock("2021-07-15")
    task = suzhou.lay_task()
    admin, before = suzhou.person("admin-gongan"), Target.objects.count()

    def freeze():
        try:
            suzhou.frozen_draw(task)
        finally:
            connections.close_all()

    freezing = threading.Thread(target=freeze)
    with transaction.atomic():
        result = import_targets(sheet(40), "名录.csv", admin.agency, actor=admin)
        assert result["created"] == 40, result
        freezing.start()
        freezing.join(timeout=1)
        assert freezing.is_alive()
    freezing.join()

    draw = Draw.objects.get()
    plan = drs1.parse_plan(draw.plan_text, draw.draw_id)
    found = drs1.parse_candidates(draw.candidates_text, draw.draw_id, plan)
    assert len(found) == before + 40


def sheet(count):
    """An import of so many firms."""
    columns = {
        "统一社会信用代码": lambda n: uscc(90_000 + n),
        "名称": lambda n: f"演示导入{n}",
        "管辖机关": lambda n: "341302-gongan",
        "所在县区": lambda n: "341302",
        "住所（地址）": lambda n: f"演示路{n}号",
        "负责人姓名": lambda n: "张某某",
        "行业类别": lambda n: "保安服务",
        "信息核对日期": lambda n: "2021-07-01",
    }
    rows = [",".join(columns)]
    rows += [",".join(value(n) for value in columns.values()) for n in range(count)]
    return "\n".join(rows).encode()
