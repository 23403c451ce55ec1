"""The pages of the list and its people: forms, refusals in words, files for those who may see them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from draws.models import DrawEvent
from inspections import services as field
from registries.models import Recusal
from reports.reads import worklist
from tasks.flows import ReplacementStatus
from tasks.models import Replacement, Substitution
from tests import lists, suzhou
from tests.inspections import camera

STAR = "灵璧石铎保安服务有限公司"


def url(name, task, *args):
    return reverse(f"tasks:{name}", args=[task.number, *args])


def filled(**more):
    proof = SimpleUploadedFile("大门.jpg", camera.jpeg(), "image/jpeg")
    return {"fault": "closed", "note": "大门紧锁", "evidence": proof} | more


@pytest.fixture
def listed(task):
    lists.confirming(task)
    return lists.with_waiting(task)


def test_a_report_by_post_and_its_proof(task, listed, log_in):
    admin = log_in(suzhou.person("admin-gongan"))
    answer = admin.post(url("report", task, listed.pk), filled())
    assert answer.url == url("draw", task)
    row = Replacement.objects.get()
    assert row.evidence_name == "大门.jpg"
    file = log_in(suzhou.person("admin-shichang")).get(url("report_evidence", task, row.pk))
    assert b"".join(file.streaming_content) == camera.jpeg()
    assert file["Content-Type"] == "image/jpeg"
    stranger = log_in(suzhou.person("officer-gongan"))
    assert stranger.get(url("report_evidence", task, row.pk)).status_code == 404


def test_a_pdf_is_saved_not_shown(task, listed, log_in):
    row = lists.report(listed, data=lists.PDF, name="登记信息.pdf")
    file = log_in(suzhou.person("admin-gongan")).get(url("report_evidence", task, row.pk))
    assert file["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"fault": ""}, "请选择属于哪一种情形"),
        ({"note": ""}, "请说明具体情况"),
        ({"evidence": ""}, "请选择一份证明材料"),
        ({"evidence": SimpleUploadedFile("a.jpg", b"nothing")}, "不是照片或 PDF"),
        ({"evidence": SimpleUploadedFile("a.jpg", b"")}, "空文件"),
        ({"note": "字" * 201}, "200"),
    ],
)
def test_a_wrong_report_is_answered_in_words(task, listed, log_in, more, words):
    page = log_in(suzhou.person("admin-gongan")).post(
        url("report", task, listed.pk), filled(**more)
    )
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Replacement.objects.exists()


def test_the_second_agency_agrees_by_post_and_once(task, listed, log_in):
    row = lists.report(listed)
    own, market = suzhou.person("admin-gongan"), suzhou.person("admin-shichang")
    assert "同意替换" not in log_in(own).get(url("draw", task)).content.decode()
    assert log_in(own).post(url("decide", task, row.pk, "agree")).status_code == 403
    client = log_in(market)
    assert "同意替换" in client.get(url("draw", task)).content.decode()
    assert client.post(url("decide", task, row.pk, "agree")).status_code == 302
    assert client.post(url("decide", task, row.pk, "agree")).status_code == 409
    assert client.post(url("decide", task, row.pk, "sing")).status_code == 404
    assert DrawEvent.objects.count() == 1
    text = client.get(url("draw", task)).content.decode()
    assert "递补" in text
    assert "抽取以后发生的事" in text


def test_refusing_needs_a_reason(task, listed, log_in):
    row = lists.report(listed)
    client = log_in(suzhou.person("admin-shichang"))
    page = client.post(url("decide", task, row.pk, "refuse"), {"note": ""})
    assert page.status_code == 422
    assert "理由" in page.content.decode()
    client.post(url("decide", task, row.pk, "refuse"), {"note": "正常营业"})
    row.refresh_from_db()
    assert row.status == ReplacementStatus.REFUSED


def test_who_saw_an_older_list_is_asked_to_look_again(task, listed, log_in):
    client = log_in(suzhou.person("admin-shichang"))
    seen = client.get(url("draw", task)).context["seen"]
    lists.agree(lists.report(listed))
    page = client.post(url("confirm", task), {"seen": seen})
    assert page.status_code == 409
    assert "名单有变化" in page.content.decode()


def test_the_work_lists_name_what_waits(task, listed):
    lists.report(listed)
    kinds = [todo.kind for todo in worklist(suzhou.person("admin-shichang"))]
    assert "review_replacement" in kinds
    assert "confirm_list" in kinds
    own = [todo.kind for todo in worklist(suzhou.person("admin-gongan"))]
    assert "review_replacement" not in own


# The second draw


def test_conditions_by_post(task, log_in):
    suzhou.locked(task)
    client = log_in(suzhou.person("lead"))
    page = client.post(url("arrange", task), {"load_cap": "0"})
    assert page.status_code == 422
    assert "不限户数请留空" in page.content.decode()
    page = client.post(url("arrange", task), {"needs_gongan": "法术"})
    assert page.status_code == 422
    client.post(url("arrange", task), {"load_cap": "3", "needs_gongan": "治安管理"})
    task.refresh_from_db()
    assert task.load_cap == 3
    assert [str(need) for need in task.needs.all()] == ["公安 治安管理"]
    assert "3 户" in client.get(url("people", task)).content.decode()


def test_the_page_says_who_is_missing_and_offers_no_freeze(task, log_in):
    suzhou.locked(task)
    Recusal.objects.update(target=None)
    for name in ("officer-gongan", "officer-gongan-2"):
        Recusal.objects.create(
            inspector=suzhou.person(name).inspector, reason="借调", declared_on=suzhou.TODAY
        )
    text = log_in(suzhou.person("lead")).get(url("people", task)).content.decode()
    assert re.search(rf"公安部门有 \d 户无法配齐每户 2 名检查人员（[^）]*{STAR}", text)
    assert "没有可派的人员；4 人须回避" in text
    assert "封存人员名单</button>" not in text


# Substitution


@pytest.fixture
def sent(task):
    Recusal.objects.update(ended_on=suzhou.TODAY)
    suzhou.assigned(task)
    field.dispatch(task, actor=suzhou.person("lead"))
    star = task.selections.get(target__name=STAR)
    return (
        star.assignments.filter(agency__system="gongan").select_related("inspector__user").first()
    )


def test_an_application_by_post_and_its_approval(sent, log_in):
    officer, deputy = sent.inspector.user, suzhou.person("deputy-gongan")
    form = reverse("inspections:substitute", args=[sent.pk])
    page = log_in(officer).post(form, {"cause": "", "note": "", "scope": "one"})
    assert page.status_code == 422
    assert "请选择更换的原因" in page.content.decode()
    log_in(officer).post(form, {"cause": "health", "note": "住院", "scope": "one"})
    row = Substitution.objects.get()
    assert "等待分管负责人审批" in log_in(officer).get(form).content.decode()
    assert "approve_substitution" in [todo.kind for todo in worklist(deputy)]
    decide = reverse("inspections:decide_substitution", args=[row.pk, "approve"])
    assert log_in(officer).post(decide).status_code == 403
    assert log_in(suzhou.person("deputy-shichang")).post(decide).status_code == 404
    log_in(deputy).post(decide)
    row.refresh_from_db()
    assert row.substitute is not None
    assert log_in(deputy).post(decide).status_code == 409
    assert DrawEvent.objects.count() == 1


def test_the_note_stays_at_home(sent, task, log_in):
    field.request_substitution(sent, "health", "心脏手术", actor=sent.inspector.user)
    page = log_in(suzhou.person("admin-shichang")).get(url("people", task)).content.decode()
    assert "身体健康状况" in page
    assert "心脏手术" not in page
    row = Substitution.objects.get()
    page = reverse("inspections:substitution", args=[row.pk])
    assert log_in(suzhou.person("admin-shichang")).get(page).status_code == 404


def test_refusals_stand_on_the_page(sent, log_in):
    row = field.request_substitution(sent, "health", "住院", actor=sent.inspector.user)
    decide = reverse("inspections:decide_substitution", args=[row.pk, "refuse"])
    page = log_in(suzhou.person("deputy-gongan")).post(decide, {"note": ""})
    assert page.status_code == 422
    assert "请写明不同意的理由" in page.content.decode()
