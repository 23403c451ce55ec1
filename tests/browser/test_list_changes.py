"""A replacement and a substitution by clicking: from the phone to the certificate."""

import pytest
from playwright.sync_api import expect

from core import clock
from draws import drs1
from draws.models import Purpose
from draws.reads import certificates
from inspections import services as field
from inspections.models import Inspection
from registries.models import Recusal
from tasks.models import Assignment, Selection, Substitution
from tests import lists, suzhou
from tests.inspections import camera

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STAR = "灵璧石铎保安服务有限公司"


@pytest.fixture
def task(clock):
    clock("2021-07-15")
    return suzhou.lay_task()


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def report_on_the_phone(phone, task, old):
    page = phone.page
    page.goto(f"/desk/tasks/{task.number}/draw/")
    phone.check()
    page.get_by_role("link", name=old.target.name).click()
    expect(page.get_by_role("button", name="提交复核")).to_be_visible()
    phone.check()
    press(page, "提交复核")
    expect(page.get_by_text("请选择属于哪一种情形。").first).to_be_visible()
    page.get_by_label("已停业、注销或吊销").check()
    page.get_by_label("说明").fill("7月15日到现场，大门紧锁，已停业。")
    page.get_by_label("证明材料").set_input_files(
        {"name": "大门.jpg", "mimeType": "image/jpeg", "buffer": camera.jpeg()}
    )
    press(page, "提交复核")
    expect(page.get_by_text("已提交，请参与任务的另一个部门复核").first).to_be_visible()
    expect(page.get_by_role("button", name="同意替换")).to_have_count(0)
    phone.check()


def test_a_report_on_a_phone_a_second_agency_and_the_next_ticket(visitor, task):
    draw = lists.confirming(task)
    old = lists.with_waiting(task)
    market = task.confirmations.get(agency__system="shichang")
    report_on_the_phone(visitor("admin-gongan", width=390), task, old)

    desk = visitor("admin-shichang")
    page = desk.page
    expect(page.get_by_text(f"{old.target}：已停业、注销或吊销，待复核").first).to_be_visible()
    page.get_by_role("link", name="复核").last.click()
    proof = page.get_by_role("link", name="证明材料").get_attribute("href")
    assert page.request.get(proof).body() == camera.jpeg()
    page.locator("summary", has_text="情况属实，同意替换").click()
    press(page, "同意替换")
    new = Selection.objects.get(how="replacement")
    expect(page.get_by_text(f"{new.target}递补").first).to_be_visible()
    expect(page.get_by_text("抽取以后发生的事")).to_be_visible()
    desk.check()
    press(page, "名单无误，确认")
    market.refresh_from_db()
    assert market.status == "confirmed"
    assert Selection.every.get(pk=old.pk).standing == "replaced"
    assert drs1.verify(certificates.build(draw)).verdict == "passed"


def apply_on_the_phone(phone, visit):
    page = phone.page
    page.goto(visit.get_absolute_url())
    page.get_by_role("link", name="申请回避或更换").click()
    expect(page.get_by_role("button", name="提交审批")).to_be_visible()
    phone.check()
    page.get_by_label("身体健康状况").check()
    page.get_by_label("说明").fill("住院治疗")
    press(page, "提交审批")
    expect(page.get_by_text("批准前仍由原人员检查").first).to_be_visible()
    phone.check()


def test_an_officer_leaves_from_the_phone_and_the_deputy_lets_chance_decide(
    visitor, task, settings
):
    Recusal.objects.update(ended_on=clock.today())
    suzhou.assigned(task)
    field.dispatch(task, actor=suzhou.person("lead"))
    settings.PORTAL_TODAY = "2021-07-21"
    visit = Inspection.objects.get(selection__target__name=STAR)
    team = visit.selection.assignments.filter(agency__system="gongan")
    one = team.select_related("inspector__user").first()
    apply_on_the_phone(visitor(one.inspector.user.username, width=390), visit)
    assert Assignment.objects.filter(pk=one.pk).exists()

    desk = visitor("deputy-gongan")
    page = desk.page
    page.get_by_role("link", name=f"{one.inspector}申请更换：{STAR}", exact=True).click()
    expect(page.get_by_role("button", name="同意更换")).to_be_visible()
    desk.check()
    press(page, "同意更换")
    row = Substitution.objects.get()
    expect(page.get_by_text("接替人员已按规程抽取").first).to_be_visible()
    expect(page.get_by_text(str(row.substitute.inspector), exact=True).first).to_be_visible()
    desk.check()

    newcomer = visitor(row.substitute.inspector.user.username, width=390)
    newcomer.page.goto("/m/")
    expect(newcomer.page.get_by_text(STAR).first).to_be_visible()
    draw = task.draws.get(purpose=Purpose.INSPECTORS)
    assert drs1.verify(certificates.build(draw)).verdict == "passed"
