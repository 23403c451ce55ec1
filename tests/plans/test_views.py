import datetime

import pytest
from django.urls import reverse

from plans.models import Plan, PlanLine
from plans.services import adjust, approve, publish, save_line, submit
from tasks.models import Task
from tests.factories import (
    GradeFactory,
    PlanFactory,
    RuleProfileFactory,
    TargetFactory,
    TradeFactory,
    UserFactory,
)
from tests.plans.conftest import new_line, published

LINE = {
    "title": "保安从业单位联合抽查",
    "kind": "targeted",
    "trade": "baoan",
    "scope": "全市保安从业单位",
    "ratio": "20%",
    "estimated": "3",
    "month_from": "7",
    "month_until": "10",
}


@pytest.fixture
def as_lead(lead, log_in):
    return log_in(lead)


@pytest.fixture
def trade(db):
    return TradeFactory()


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


def test_the_list_shows_own_plans_first_and_finds(as_lead, plan, market):
    other = published(PlanFactory(agency=market, year=2022, title="市场监管计划"))
    assert as_lead.get(url("list")).context["page"].items == [plan, other]
    for text, found in [("市场监管计", other), ("2022", other), ("341300-gongan", plan)]:
        assert as_lead.get(url("list"), {"q": text}).context["page"].items == [found]
    assert "没有找到符合的计划" in as_lead.get(url("list"), {"q": "没有的"}).text


def test_a_year_without_a_plan_offers_to_copy_the_last(as_lead, clock, plan):
    clock("2022-01-04")
    page = as_lead.get(url("list"))
    assert "2022 年度计划尚未编制。可从 2021 年复制后修改。" in page.text
    form = as_lead.get(url("create"), {"copy": "1"}).context["form"]
    assert (form.initial["year"], form.initial["copy_from"]) == (2022, plan)


def test_a_bureau_without_any_plan_is_asked_to_draft_one(as_lead, clock):
    clock("2021-01-04")
    assert "2021 年度计划尚未编制。" in as_lead.get(url("list")).text
    assert "copy_from" not in as_lead.get(url("create")).context["form"].fields


def test_an_officer_without_plans_is_told_where_they_come_from(officer, log_in):
    assert "还没有可以查看的计划" in log_in(officer).get(url("list")).text


def test_pages_need_a_constant_number_of_queries(as_lead, plan, items, market, queries):
    grade = GradeFactory()
    tiers = [(grade, 100_000)]
    save_line(plan, new_line(scheme=grade.scheme), items, [market], tiers, actor=None)
    pages = [url("list"), plan.get_absolute_url()]
    few = [queries(as_lead, page) for page in pages]
    for number in range(2, 14):
        PlanFactory(agency=plan.agency, year=2010 + number)
        save_line(plan, new_line(scheme=grade.scheme), items, [market], tiers, actor=None)
    assert [queries(as_lead, page) for page in pages] == few


def test_what_another_agency_drafts_does_not_exist(as_lead, market, market_items):
    foreign = PlanFactory(agency=market)
    line = save_line(foreign, new_line(), market_items, [], [], actor=None)
    for name, pk in [("detail", foreign.pk), ("edit", foreign.pk), ("line_add", foreign.pk)]:
        assert as_lead.get(url(name, pk)).status_code == 404
    assert as_lead.get(url("line", line.pk)).status_code == 404
    assert as_lead.post(url("line_delete", line.pk)).status_code == 404
    assert as_lead.post(url("move", foreign.pk, "submit")).status_code == 404
    assert as_lead.post(url("adjust", foreign.pk)).status_code == 404
    assert PlanLine.objects.get() == line
    assert Plan.objects.get().status == "draft"


def test_a_lead_drafts_a_plan(as_lead, bureau):
    answer = as_lead.post(url("create"), {"year": "2021", "title": "2021年度计划", "note": ""})
    plan = Plan.objects.get()
    assert answer.url == plan.get_absolute_url()
    assert (plan.agency, plan.year) == (bureau, 2021)


def test_a_refused_plan_keeps_the_input(as_lead, plan):
    answer = as_lead.post(url("create"), {"year": "2021", "title": "另一个计划", "note": ""})
    assert answer.status_code == 200
    assert "2021 年度已有" in answer.text
    assert "另一个计划" in answer.text
    assert Plan.objects.count() == 1


def test_a_lead_corrects_title_and_note(as_lead, plan):
    assert as_lead.get(url("edit", plan.pk)).status_code == 200
    as_lead.post(url("edit", plan.pk), {"title": "改后", "note": "说明"})
    plan.refresh_from_db()
    assert (plan.title, plan.note) == ("改后", "说明")


# Lines ---------------------------------------------------------------------------------------


def test_a_lead_adds_a_joint_line(as_lead, plan, items, market, market_items, trade):
    GradeFactory(slug="good")
    severe = GradeFactory(slug="severe")
    form = as_lead.get(url("line_add", plan.pk))
    assert "市场监管局：事项dengji" in form.text
    assert "公共信用等级：守信、严重失信。" in form.text
    chosen = [item.pk for item in items + market_items]

    answer = as_lead.post(
        url("line_add", plan.pk),
        LINE
        | {
            "items": chosen,
            "participants": [market.pk],
            "scheme": "credit",
            "tiers": "守信 10%\n严重失信　100",
        },
    )

    assert answer.url == plan.get_absolute_url()
    line = plan.lines.get()
    assert (line.ratio_ppm, line.estimated, line.month_until) == (200_000, 3, 10)
    assert line.tiers.get(grade=severe).ratio_ppm == 1_000_000
    assert set(line.items.values_list("pk", flat=True)) == set(chosen)


def test_an_estimate_may_be_left_to_the_registry(as_lead, plan, items, trade):
    TargetFactory.create_batch(14)
    data = LINE | {"items": [items[0].pk], "estimated": ""}
    answer = as_lead.post(url("line_add", plan.pk), data, follow=True)
    assert "预估 3 户" in answer.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ratio": "两成"}, "抽查比例“两成”不是百分比"),
        ({"ratio": "120%"}, "不超过 100%"),
        ({"month_until": "3"}, "结束月份不能早于开始月份"),
        ({"items": []}, "请至少选择一项抽查事项。"),
        ({"tiers": "守信 10%"}, "填写了各等级比例，请选择分级体系。"),
        ({"scheme": "credit"}, "还缺守信的比例"),
        ({"scheme": "credit", "tiers": "优秀 10%"}, "第 1 行：“公共信用等级”没有“优秀”这一等级"),
        ({"scheme": "credit", "tiers": "\n守信"}, "第 2 行：“守信”请写成等级和比例"),
        ({"scheme": "credit", "tiers": "守信 很多"}, "第 1 行：抽查比例“很多”不是百分比"),
        ({"estimated": ""}, "请填写预估数量"),
    ],
)
def test_wrong_input_is_explained_and_kept(as_lead, plan, items, trade, change, message):
    GradeFactory(slug="good")
    data = LINE | {"items": [items[0].pk], "scope": "保留的范围"} | change
    answer = as_lead.post(url("line_add", plan.pk), data)
    assert answer.status_code == 200
    assert message in answer.text
    assert "保留的范围" in answer.text
    assert not plan.lines.exists()


def test_a_line_is_corrected(as_lead, plan, items, market, market_items):
    grade = GradeFactory()
    line = new_line(scheme=grade.scheme)
    both = items + market_items
    save_line(plan, line, both, [market], [(grade, 5_000)], actor=None)
    form = as_lead.get(url("line", line.pk))
    assert "守信 0.5%" in form.text
    assert form.context["form"].initial["ratio"] == "20%"

    as_lead.post(url("line", line.pk), LINE | {"items": [items[0].pk], "ratio": "12.5"})

    line.refresh_from_db()
    assert (line.ratio_ppm, line.tiers.count(), line.participants.count()) == (125_000, 0, 0)


def test_a_line_is_deleted(as_lead, plan, items):
    line = save_line(plan, new_line(), items, [], [], actor=None)
    answer = as_lead.post(url("line_delete", line.pk))
    assert answer.url == plan.get_absolute_url()
    assert not plan.lines.exists()


# Moves ---------------------------------------------------------------------------------------


def test_from_draft_to_published_by_clicking(plan, items, lead, deputy, log_in, clock):
    clock("2021-01-20")
    save_line(plan, new_line(), items, [], [], actor=None)
    for user, move, then in [
        (lead, "submit", "submitted"),
        (deputy, "approve", "approved"),
        (lead, "publish", "published"),
    ]:
        client = log_in(user)
        assert url("move", plan.pk, move) in client.get(plan.get_absolute_url()).text
        client.post(url("move", plan.pk, move))
        plan.refresh_from_db()
        assert plan.status == then
    assert plan.published_on == datetime.date(2021, 1, 20)


def test_a_deputy_returns_with_a_reason(plan, items, lead, deputy, log_in):
    save_line(plan, new_line(), items, [], [], actor=None)
    submit(plan, actor=lead)
    client = log_in(deputy)
    silent = client.post(url("move", plan.pk, "return"), {"reason": ""})
    assert silent.status_code == 200
    assert "请填写“退回原因”。" in silent.text
    client.post(url("move", plan.pk, "return"), {"reason": "比例偏低"})
    plan.refresh_from_db()
    assert plan.status == "draft"
    assert "比例偏低" in log_in(lead).get(plan.get_absolute_url()).text


def test_a_lead_adjusts_a_published_plan(as_lead, plan):
    published(plan)
    assert url("adjust", plan.pk) in as_lead.get(plan.get_absolute_url()).text
    answer = as_lead.post(url("adjust", plan.pk))
    draft = Plan.objects.get(version=2)
    assert answer.url == draft.get_absolute_url()
    page = as_lead.get(plan.get_absolute_url()).text
    assert draft.get_absolute_url() in page
    assert url("adjust", plan.pk) not in page


def test_refusals_of_moves(as_lead, plan):
    assert as_lead.post(url("move", plan.pk, "submit")).status_code == 422
    assert as_lead.post(url("move", plan.pk, "approve")).status_code == 403
    assert as_lead.post(url("move", plan.pk, "return"), {"reason": ""}).status_code == 403
    assert as_lead.post(url("move", plan.pk, "publish")).status_code == 409
    assert as_lead.post(url("move", plan.pk, "supersede")).status_code == 404
    assert as_lead.post(url("move", plan.pk, "fly")).status_code == 404
    assert as_lead.post(url("adjust", plan.pk)).status_code == 409
    assert as_lead.get(url("move", plan.pk, "submit")).status_code == 405
    assert Plan.objects.get().status == "draft"


def test_a_published_plan_is_closed(as_lead, plan):
    line = published(plan).lines.get()
    assert as_lead.get(url("edit", plan.pk)).status_code == 409
    assert as_lead.get(url("line_add", plan.pk)).status_code == 409
    assert as_lead.get(url("line", line.pk)).status_code == 409
    assert as_lead.post(url("line_delete", line.pk)).status_code == 409
    assert PlanLine.objects.count() == 1


def test_an_officer_reads_only(officer, log_in, plan, items):
    line = save_line(plan, new_line(), items, [], [], actor=None)
    client = log_in(officer)
    page = client.get(plan.get_absolute_url())
    assert page.status_code == 200
    assert url("line_add", plan.pk) not in page.text
    assert client.get(url("create")).status_code == 403
    assert client.post(url("create"), {"year": 2022, "title": "x"}).status_code == 403
    for name, pk in [("edit", plan.pk), ("line_add", plan.pk), ("line", line.pk)]:
        assert client.get(url(name, pk)).status_code == 403
        assert client.post(url(name, pk), LINE).status_code == 403
    assert client.post(url("line_delete", line.pk)).status_code == 403
    assert client.post(url("move", plan.pk, "submit")).status_code == 403
    assert client.post(url("adjust", plan.pk)).status_code == 403
    assert Plan.objects.get().status == "draft"
    assert PlanLine.objects.count() == 1


# Launching tasks -----------------------------------------------------------------------------


def test_a_published_line_offers_its_task_to_those_who_may(plan, lead, deputy, log_in):
    line = published(plan).lines.get()
    button = reverse("tasks:create", args=[line.pk])
    assert button in log_in(lead).get(plan.get_absolute_url()).text
    assert button not in log_in(deputy).get(plan.get_absolute_url()).text


def test_people_without_an_agency_see_published_plans_only(plan, log_in):
    client = log_in(UserFactory(role="auditor", agency=None))
    assert client.get(url("list")).context["page"].items == []
    assert client.get(url("create")).status_code == 403


def test_strangers_log_in_first(client, plan):
    assert client.get(url("list")).status_code == 302


def test_steps_mark_where_the_plan_stands(as_lead, plan):
    def states():
        steps = as_lead.get(plan.get_absolute_url()).context["steps"]
        return [step["state"] for step in steps]

    assert states() == ["current", "todo", "todo", "todo"]
    published(plan)
    assert states() == ["done", "done", "done", "current"]
    second = adjust(plan, actor=None)
    for step in (submit, approve, publish):
        step(second, actor=None)
    assert states() == ["done", "done", "done", "done"]


def launch(line, number, status):
    """A task of the line, as the tasks' room would leave it."""
    day = datetime.date(2021, 7, 15)
    return Task.objects.create(
        number=number,
        line=line,
        agency=line.plan.agency,
        title=line.title,
        trade=line.trade,
        starts_on=day,
        draw_until=day,
        onsite_from=datetime.date(2021, 7, 21),
        onsite_until=datetime.date(2021, 9, 30),
        ends_on=datetime.date(2021, 10, 20),
        ratio_ppm=line.ratio_ppm,
        profile=RuleProfileFactory(),
        rules={},
        status=status,
    )


def test_a_line_is_launched_once_even_after_an_adjustment(plan, lead, log_in):
    first = published(plan).lines.get()
    launch(first, "341300-2021-001", "cancelled")
    assert PlanLine.objects.with_task().get().task_number is None
    launch(first, "341300-2021-002", "draft")
    second = adjust(plan, actor=None)
    for step in (submit, approve, publish):
        step(second, actor=None)

    page = log_in(lead).get(second.get_absolute_url())

    numbers = PlanLine.objects.with_task().values_list("task_number", flat=True)
    assert list(numbers) == ["341300-2021-002"] * 2
    assert reverse("tasks:detail", args=["341300-2021-002"]) in page.text
    assert reverse("tasks:create", args=[second.lines.get().pk]) not in page.text


def test_an_empty_plan_offers_no_submission(as_lead, plan, items):
    page = as_lead.get(plan.get_absolute_url()).text
    assert "提交审批</summary>" not in page
    assert "新增以后可以提交审批" in page
    line = save_line(plan, new_line(), items, [], [], actor=None)
    assert "提交审批</summary>" in as_lead.get(plan.get_absolute_url()).text
    line.items.clear()
    page = as_lead.get(plan.get_absolute_url()).text
    assert "提交审批</summary>" not in page
    assert "第 1 项“保安从业单位联合抽查”没有现行公布的抽查事项" in page


def test_the_submitter_is_told_why_the_plan_is_not_theirs_to_approve(plan, items, log_in, bureau):
    both = UserFactory(role=["lead", "deputy"], agency=bureau)
    save_line(plan, new_line(), items, [], [], actor=both)
    submit(plan, actor=both)
    page = log_in(both).get(plan.get_absolute_url()).text
    assert "批准计划</summary>" not in page
    assert "提交人不能审批自己提交的计划" in page
