import datetime

import pytest
from django.urls import reverse

from publication.models import Approval, Publication
from tests.factories import UserFactory
from tests.publication.world import item_list

OK = ("no_issue", [], "")
BAD = ("problem", ["ordered_to_correct"], "登记簿不全")


@pytest.fixture
def leader(world):
    return UserFactory(role="deputy", agency=world.police, name="高分管")


@pytest.fixture
def desk(log_in, leader):
    return log_in(leader)


def handed_in(world, name, result=OK, **more):
    visit = world.visit(world.target(name), **more)
    return world.section(visit, world.police, (world.items[0], *result))


def test_the_piles_and_the_most_urgent_first(desk, world):
    late, early, clean = (
        handed_in(world, "埇桥甲保安有限公司", BAD),
        handed_in(world, "埇桥乙保安有限公司", BAD),
        handed_in(world, "埇桥丙保安有限公司"),
    )
    world.clock_for(late, datetime.date(2021, 10, 20))
    world.clock_for(early, datetime.date(2021, 10, 12))

    page = desk.get(reverse("approvals:list"))

    assert page.context["counts"] == {"problem": 2, "clean": 1}
    assert [row["section"].pk for row in page.context["rows"]] == [early.pk, late.pk]
    assert "10月12日" in page.content.decode()
    page = desk.get(reverse("approvals:list"), {"pile": "clean"})
    assert [row["section"].pk for row in page.context["rows"]] == [clean.pk]
    assert page.context["bulk"]["count"] == 1


def test_a_visit_with_an_outcome_is_read_alone(desk, world):
    handed_in(world, "埇桥丁保安有限公司", outcome="uncooperative_serious", outcome_note="拒绝开门")
    page = desk.get(reverse("approvals:list"))
    assert page.context["counts"] == {"problem": 1, "clean": 0}


def test_nothing_waiting_says_when_the_last_decision_was(desk, world, leader):
    page = desk.get(reverse("approvals:list"))
    assert "没有待您审批的记录" in page.content.decode()
    section = handed_in(world, "埇桥甲保安有限公司")
    desk.post(reverse("approvals:approve", args=[section.pk]))
    page = desk.get(reverse("approvals:list"))
    assert "最近一次审批：2021年10月8日" in page.content.decode()


def test_the_list_has_a_constant_number_of_queries(desk, world, django_assert_max_num_queries):
    handed_in(world, "埇桥甲保安有限公司")
    url = reverse("approvals:list") + "?pile=clean"
    with django_assert_max_num_queries(26) as before:
        desk.get(url)
    for n in range(5):
        handed_in(world, f"演示保安{n}")
    with django_assert_max_num_queries(len(before)):
        desk.get(url)


def test_the_record_stands_beside_its_public_form(desk, world):
    section = handed_in(
        world, "埇桥甲保安有限公司", ("problem", ["pending_followup"], "钱立新发现：302室无人")
    )
    text = desk.get(reverse("approvals:detail", args=[section.pk])).content.decode()
    record, paper = text.split("公众将看到")
    assert "钱立新发现：302室无人" in record
    assert "钱某发现：某室无人" in paper
    assert "不公开：照片、房号、负责人姓名、检查人员姓名" in paper
    assert not Publication.objects.exists()


def test_a_withheld_record_says_that_nothing_will_be_shown(desk, world):
    secret = item_list(
        world.police,
        {
            "code": "mimi-1",
            "name": "涉密事项",
            "publish_scope": "withheld",
            "publish_reason": "办法二十二条",
        },
    )
    section = world.section(
        world.visit(world.target("埇桥甲保安有限公司")), world.police, (secret[0], *OK)
    )
    text = desk.get(reverse("approvals:detail", args=[section.pk])).content.decode()
    assert "公众只看到不公开结果的条数" in text


def test_approving_leads_to_the_next_record(desk, world):
    first, second = (
        handed_in(world, "埇桥甲保安有限公司", BAD),
        handed_in(world, "埇桥乙保安有限公司", BAD),
    )
    answer = desk.post(reverse("approvals:approve", args=[first.pk]))
    assert answer.url == reverse("approvals:detail", args=[second.pk])
    answer = desk.post(reverse("approvals:approve", args=[second.pk]))
    assert answer.url == reverse("approvals:list")
    assert Publication.objects.count() == 2


def test_pressing_twice_publishes_once(desk, world):
    section = handed_in(world, "埇桥甲保安有限公司")
    url = reverse("approvals:approve", args=[section.pk])
    assert desk.post(url).status_code == 302
    assert desk.post(url).status_code == 409
    assert Publication.objects.count() == 1


def test_returning_needs_a_reason_and_keeps_the_input(desk, world):
    section = handed_in(world, "埇桥甲保安有限公司")
    url = reverse("approvals:return", args=[section.pk])

    page = desk.post(url, {"kind": "", "text": "请补照片"})
    assert page.status_code == 422
    assert "请选择退回的理由" in page.content.decode()
    assert "请补照片" in page.content.decode()
    page = desk.post(url, {"kind": "other", "text": ""})
    assert "请写明退回的理由" in page.content.decode()
    section.refresh_from_db()
    assert section.status == "submitted"

    assert desk.post(url, {"kind": "incomplete", "text": "请补照片"}).status_code == 302
    section.refresh_from_db()
    assert section.return_reason == "检查内容填写不完整：请补照片"
    text = desk.get(reverse("approvals:detail", args=[section.pk])).content.decode()
    assert "已退回，等检查人员修改后再次提交" in text


def bulk_form(page):
    bulk = page.context["bulk"]
    return {"count": bulk["count"], "stamp": bulk["stamp"]}


def test_clean_records_are_passed_at_once(desk, world):
    for n in range(3):
        handed_in(world, f"演示保安{n}")
    bad = handed_in(world, "埇桥甲保安有限公司", BAD)
    form = bulk_form(desk.get(reverse("approvals:list"), {"pile": "clean"}))
    assert desk.post(reverse("approvals:approve_clean"), form).status_code == 302
    assert Publication.objects.count() == 3
    bad.refresh_from_db()
    assert bad.status == "submitted"


def test_a_pile_that_has_changed_is_not_passed(desk, world):
    handed_in(world, "演示保安1")
    form = bulk_form(desk.get(reverse("approvals:list"), {"pile": "clean"}))
    handed_in(world, "演示保安2")
    url = reverse("approvals:approve_clean")
    for sent in (form, form | {"count": "2"}, {"count": "x", "stamp": form["stamp"]}, {}):
        page = desk.post(url, sent)
        assert page.status_code == 422
        assert "没有公示任何一条" in page.content.decode()
    assert not Publication.objects.exists()


def test_the_leader_who_was_there_sees_why_not(desk, world, leader):
    section = handed_in(world, "埇桥甲保安有限公司")
    section.submitted_by = leader
    section.save()
    text = desk.get(reverse("approvals:detail", args=[section.pk])).content.decode()
    assert "您参与了这户企业的检查" in text
    assert "通过并公示" not in text
    assert desk.get(reverse("approvals:list"), {"pile": "clean"}).context["bulk"]["count"] == 0
    assert desk.post(reverse("approvals:approve", args=[section.pk])).status_code == 403
    assert not Publication.objects.exists()


DECISIONS = [("approve", {}), ("return", {"kind": "basis", "text": ""})]


@pytest.mark.parametrize(("name", "form"), DECISIONS)
@pytest.mark.parametrize("role", ["officer", "agency_admin", "supervisor"])
def test_who_may_only_look_gets_403(log_in, world, name, form, role):
    section = handed_in(world, "埇桥甲保安有限公司")
    client = log_in(UserFactory(role=role, agency=world.police))
    page = client.get(reverse("approvals:detail", args=[section.pk]))
    assert page.status_code == 200
    assert "通过并公示" not in page.content.decode()
    assert client.post(reverse(f"approvals:{name}", args=[section.pk]), form).status_code == 403
    assert client.post(reverse("approvals:approve_clean"), {"count": 1}).status_code == 403
    assert not Approval.objects.exists()


@pytest.mark.parametrize(("name", "form"), DECISIONS)
def test_who_may_not_see_gets_404(log_in, world, name, form):
    section = handed_in(world, "埇桥甲保安有限公司")
    client = log_in(UserFactory(role="deputy", agency=world.market))
    assert client.get(reverse("approvals:detail", args=[section.pk])).status_code == 404
    assert client.post(reverse(f"approvals:{name}", args=[section.pk]), form).status_code == 404
    assert not Approval.objects.exists()


def test_the_lead_agency_reads_but_does_not_decide(log_in, world):
    section = handed_in(world, "埇桥甲保安有限公司")
    client = log_in(UserFactory(role="deputy", agency=world.lead))
    assert client.get(reverse("approvals:detail", args=[section.pk])).status_code == 200
    assert client.post(reverse("approvals:approve", args=[section.pk])).status_code == 403
    assert not Publication.objects.exists()


def test_a_form_that_was_never_handed_in_has_no_page(desk, world):
    visit = world.visit(world.target("埇桥甲保安有限公司"))
    section = world.section(visit, world.police, (world.items[0], *OK), status="filling")
    assert desk.get(reverse("approvals:detail", args=[section.pk])).status_code == 404


def test_strangers_must_log_in(client, world):
    section = handed_in(world, "埇桥甲保安有限公司")
    for url in (reverse("approvals:list"), reverse("approvals:detail", args=[section.pk])):
        assert client.get(url).status_code == 302
    assert client.post(reverse("approvals:approve", args=[section.pk])).status_code == 302
    assert not Publication.objects.exists()


def test_decisions_are_made_by_post_only(desk, world):
    section = handed_in(world, "埇桥甲保安有限公司")
    assert desk.get(reverse("approvals:approve", args=[section.pk])).status_code == 405
    assert desk.get(reverse("approvals:return", args=[section.pk])).status_code == 405
    assert desk.get(reverse("approvals:approve_clean")).status_code == 405


def test_somebody_without_an_agency_sees_an_empty_list(log_in, world):
    handed_in(world, "埇桥甲保安有限公司")
    client = log_in(UserFactory(agency=None))
    page = client.get(reverse("approvals:list"))
    assert page.status_code == 200
    assert page.context["total"] == 0
