"""The pages of the registries: who gets them, what they say, how they refuse."""

import datetime

import pytest
from django.urls import reverse

from core.models import AuditEvent
from registries.models import Inspector, Recusal, Target
from registries.services import sync_grades
from tests.factories import (
    GradeFactory,
    InspectorFactory,
    RegionFactory,
    TargetFactory,
    TargetGradeFactory,
    TradeFactory,
    UserFactory,
    agency,
)

CODE = "91341302MAXXXX031T"
CHEN = "341399198503010010"


@pytest.fixture
def home(admin, log_in):
    """The browser of the county's administrator."""
    return log_in(admin)


def url(name, *args):
    return reverse(f"registries:{name}", args=args)


def text(response):
    return response.content.decode()


def form(admin, **more):
    return {
        "code": " 91341302 maxxxx031t",
        "name": "埇桥甲保安服务有限公司",
        "kind": "enterprise",
        "region": "341302",
        "agency": admin.agency.pk,
        "trade": "baoan",
        "address": "汴河路1号",
        "person_in_charge": "张某",
        "phone": "13800000000",
        "complaints": "0",
        "refreshed_on": "2021年7月1日",
    } | more


def test_targets_are_listed_searched_and_filtered(home):
    TargetFactory(name="甲公司", code=CODE)
    TargetFactory(name="乙旅馆", trade=TradeFactory(slug="lvguan", name="旅馆业"))
    TargetFactory(name="丙公司", status="closed")
    TargetFactory(name="丁公司", region=RegionFactory(code="341321"))

    page = text(home.get(url("targets")))
    assert all(name in page for name in ("甲公司", "乙旅馆", "丙公司"))
    assert "丁公司" not in page
    for query, expected in [
        ("?q=甲", ["甲公司"]),
        ("?q=91341302MAXXXX03", ["甲公司"]),
        ("?trade=lvguan", ["乙旅馆"]),
        ("?status=closed", ["丙公司"]),
        ("?trade=nonsense&status=nonsense", ["丙公司", "乙旅馆", "甲公司"]),
    ]:
        found = home.get(url("targets") + query).context["page"].items
        assert sorted(target.name for target in found) == sorted(expected)


def test_the_city_filters_by_county(log_in, admin):
    client = log_in(UserFactory(agency=agency("341300"), role="lead"))
    county = RegionFactory(code="341321")
    RegionFactory._meta.model.objects.filter(pk="341321").update(parent="341300")
    TargetFactory(name="丁公司", region=county)
    TargetFactory(name="甲公司")
    response = client.get(url("targets") + "?region=341321")
    assert [target.name for target in response.context["page"].items] == ["丁公司"]
    assert 'href="?"' in text(response)


def test_old_data_is_told(home):
    TargetFactory(name="旧公司", refreshed_on=datetime.date(2020, 1, 1))
    TargetFactory(name="新公司")
    assert "1 户的信息超过一年没有核对" in text(home.get(url("targets")))
    found = home.get(url("targets") + "?stale=1").context["page"].items
    assert [target.name for target in found] == ["旧公司"]
    assert "信息超过一年没有核对" in text(home.get(found[0].get_absolute_url()))


def test_an_empty_registry_offers_the_template_to_those_who_may(home, log_in, admin):
    assert url("template", "target") in text(home.get(url("targets")))
    assert "没有找到符合的检查对象" in text(home.get(url("targets") + "?q=无"))
    officer = log_in(UserFactory(agency=admin.agency, role="officer"))
    assert url("target_import") not in text(officer.get(url("targets")))


def test_users_without_an_agency_see_empty_lists(log_in, admin):
    client = log_in(UserFactory(agency=None, role="sysadmin"))
    TargetFactory()
    InspectorFactory()
    for name in ("targets", "inspectors"):
        response = client.get(url(name))
        assert response.status_code == 200
        assert response.context["page"].items == []


@pytest.mark.parametrize("name", ["targets", "inspectors"])
def test_lists_turn_pages_and_need_a_constant_number_of_queries(
    home, admin, name, django_assert_num_queries
):
    def add(count):
        for _ in range(count):
            if name == "targets":
                TargetGradeFactory(target=TargetFactory(), grade=GradeFactory())
            else:
                InspectorFactory(agency=admin.agency)

    add(2)
    home.get(url(name))
    with django_assert_num_queries(30, exact=False) as few:
        home.get(url(name))
    add(23)
    with django_assert_num_queries(len(few.captured_queries)):
        first = home.get(url(name))
    assert len(first.context["page"].items) == 20
    second = home.get(f"{url(name)}?{first.context['page'].next}")
    assert len(second.context["page"].items) == 5


def test_a_target_page_shows_data_grades_and_masks_the_phone(home):
    target = TargetFactory(name="甲公司", phone="13812345678")
    TargetGradeFactory(target=target, grade=GradeFactory(slug="bad"))
    page = text(home.get(target.get_absolute_url()))
    assert "失信" in page
    assert "138****5678" in page
    assert "13812345678" not in page
    assert url("target_edit", target.pk) in page


def test_other_roles_read_but_get_no_buttons(log_in, admin):
    target = TargetFactory()
    client = log_in(UserFactory(agency=admin.agency, role="officer"))
    page = text(client.get(target.get_absolute_url()))
    assert url("target_edit", target.pk) not in page
    assert url("target_reveal", target.pk) not in page
    assert client.get(url("target_edit", target.pk)).status_code == 403


def test_a_target_is_registered_from_the_form(home, admin):
    response = home.post(url("target_create"), form(admin))
    target = Target.objects.get()
    assert response.url == target.get_absolute_url()
    assert (target.code, target.refreshed_on) == (CODE, datetime.date(2021, 7, 1))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "911100001000050066", "校验位不正确，请核对最后一位"),
        ("phone", "12", "应为手机号码或带区号的固定电话"),
        (
            "refreshed_on",
            "2021年6月31日",
            "信息核对日期：“2021年6月31日”这一天不存在，是否指 2021-06-30？",
        ),
        ("refreshed_on", "2021-07-16", "不能晚于今天"),
        ("name", "", "请填写“名称”。"),
    ],
)
def test_a_wrong_form_says_why_and_keeps_what_was_typed(home, admin, field, value, message):
    response = home.post(url("target_create"), form(admin, **{field: value}))
    page = text(response)
    assert response.status_code == 200
    assert message in page
    assert "汴河路1号" in page
    assert not Target.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_taken_code_says_so(home, admin):
    TargetFactory(code=CODE)
    assert "该代码已在名录中" in text(home.post(url("target_create"), form(admin)))


def test_editing_keeps_code_and_phone_that_are_not_shown(home, admin):
    target = TargetFactory(code=CODE, phone="13812345678", agency=admin.agency)
    page = text(home.get(url("target_edit", target.pk)))
    assert "13812345678" not in page
    changed = form(admin, code="91341302MAXXXX04XJ", name="新名称", phone="")
    assert home.post(url("target_edit", target.pk), changed).status_code == 302
    target.refresh_from_db()
    assert (target.code, target.name, target.phone) == (CODE, "新名称", "13812345678")


def test_status_and_grade_are_set_from_the_page(home):
    target = TargetFactory()
    grade = GradeFactory(slug="severe")
    home.post(url("target_status", target.pk), {"status": "moved_out"})
    home.post(
        url("target_grade", target.pk),
        {"grade": grade.pk, "graded_on": "2021-07-01", "source": "平台"},
    )
    target.refresh_from_db()
    assert target.status == "moved_out"
    assert target.grades.get().grade == grade


@pytest.mark.parametrize(
    ("name", "data", "status", "message"),
    [
        ("target_status", {"status": "nonsense"}, 422, "nonsense"),
        ("target_status", {"status": "active"}, 422, "登记状态已是“存续”"),
        ("target_grade", {}, 422, "请选择“等级”"),
        ("target_grade", {"graded_on": "2021-07-16", "source": "x"}, 422, "不能晚于今天"),
    ],
)
def test_refusals_stand_in_the_page(home, name, data, status, message):
    target = TargetFactory()
    if "source" in data:
        data = data | {"grade": GradeFactory().pk}
    response = home.post(url(name, target.pk), data)
    assert response.status_code == status
    assert message in text(response)
    target.refresh_from_db()
    assert (target.status, target.grades.count()) == ("active", 0)
    assert not AuditEvent.objects.exists()


def test_a_phone_is_shown_once_recorded_and_not_cached(home):
    target = TargetFactory(phone="13812345678")
    response = home.post(url("target_reveal", target.pk))
    assert "13812345678" in text(response)
    assert "no-store" in response["Cache-Control"]
    assert AuditEvent.objects.get().verb == "registries.reveal"
    assert "13812345678" not in text(home.get(target.get_absolute_url()))


PAGES = [
    ("get", "target"),
    ("get", "target_edit"),
    ("post", "target_edit"),
    ("post", "target_status"),
    ("post", "target_grade"),
    ("post", "target_reveal"),
]
PEOPLE = [
    ("get", "inspector"),
    ("get", "inspector_edit"),
    ("post", "inspector_edit"),
    ("post", "inspector_retire"),
    ("post", "inspector_reveal"),
    ("post", "recusal_declare"),
]


@pytest.mark.parametrize(("method", "name"), PAGES + PEOPLE)
def test_what_belongs_to_others_does_not_exist(home, method, name):
    if (method, name) in PAGES:
        found = TargetFactory(region=RegionFactory(code="341321"))
    else:
        found = InspectorFactory(agency=agency("341302", "shichang"))
    assert getattr(home, method)(url(name, found.pk)).status_code == 404
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("method", "name"), [*PAGES[1:], *PEOPLE[1:]])
def test_what_one_may_see_but_not_do_is_forbidden(log_in, admin, method, name):
    client = log_in(UserFactory(agency=admin.agency, role="deputy"))
    found = TargetFactory() if (method, name) in PAGES else InspectorFactory(agency=admin.agency)
    response = getattr(client, method)(url(name, found.pk), {"field": "phone"})
    assert response.status_code == 403
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["target_create", "target_import", "inspector_create", "inspector_import"],
)
def test_other_roles_do_not_get_the_forms(log_in, admin, name):
    for user in (
        UserFactory(agency=admin.agency, role="officer"),
        UserFactory(agency=None, role="sysadmin"),
    ):
        client = log_in(user)
        assert client.get(url(name)).status_code == 403
        assert client.post(url(name)).status_code == 403


@pytest.mark.parametrize("name", ["targets", "inspectors", "target_create", "target_import"])
def test_strangers_must_log_in(client, db, name):
    response = client.get(url(name))
    assert response.status_code == 302
    assert response.url.startswith("/login/")


def test_inspectors_are_listed_masked_with_their_certificates(home, admin):
    InspectorFactory(agency=admin.agency, name="陈某某", citizen_id=CHEN)
    InspectorFactory(
        agency=admin.agency, name="林某某", certificate_valid_until=datetime.date(2021, 7, 1)
    )
    InspectorFactory(agency=admin.agency, name="周某某", is_active=False)
    InspectorFactory(agency=agency("341302", "shichang"), name="他某某")

    page = text(home.get(url("inspectors")))
    assert "341399********0010" in page
    assert CHEN not in page
    assert "1 人的执法证已过期" in page
    assert "他某某" not in page
    for query, expected in [
        ("?q=陈", ["陈某某"]),
        ("?state=certified", ["陈某某"]),
        ("?state=expired", ["林某某"]),
        ("?state=left", ["周某某"]),
        ("?state=adviser", []),
    ]:
        found = home.get(url("inspectors") + query).context["page"].items
        assert [one.name for one in found] == expected


def person(**more):
    return {
        "name": "陈某某",
        "citizen_id": CHEN,
        "department": "治安大队",
        "certificate_no": "皖l000001",
        "certificate_valid_until": "2023-12-31",
        "is_active": "on",
    } | more


def test_an_inspector_is_registered_and_corrected(home, admin):
    home.post(url("inspector_create"), person(phone="13812345678"))
    found = Inspector.objects.get()
    assert (found.agency, found.gender, found.certificate_no) == (admin.agency, "1", "皖L000001")
    page = text(home.get(url("inspector_edit", found.pk)))
    assert CHEN not in page
    assert "13812345678" not in page
    home.post(url("inspector_edit", found.pk), person(citizen_id="", position="民警"))
    found.refresh_from_db()
    assert (found.citizen_id, found.phone, found.position) == (CHEN, "13812345678", "民警")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"citizen_id": "341399198503010011"}, "校验位不正确，请核对最后一位"),
        ({"certificate_no": ""}, "执法检查人员须有执法证号"),
        ({"gender": "2"}, "与身份证号第 17 位不一致"),
        ({"citizen_id": ""}, "请填写“身份证号”。"),
    ],
)
def test_a_wrong_person_is_told_and_kept(home, more, message):
    response = home.post(url("inspector_create"), person(**more))
    assert message in text(response)
    assert "治安大队" in text(response)
    assert not Inspector.objects.exists()


def test_leaving_looking_and_recusals_from_the_page(home, admin):
    found = InspectorFactory(agency=admin.agency, citizen_id=CHEN)
    target = TargetFactory(code=CODE, name="甲公司")
    assert CHEN in text(home.post(url("inspector_reveal", found.pk), {"field": "citizen_id"}))
    home.post(url("recusal_declare", found.pk), {"target": CODE.lower(), "reason": "亲属"})
    recusal = Recusal.objects.get()
    assert recusal.target == target
    assert "甲公司" in text(home.get(found.get_absolute_url()))
    home.post(url("recusal_end", recusal.pk))
    recusal.refresh_from_db()
    assert recusal.ended_on == datetime.date(2021, 7, 15)
    home.post(url("inspector_retire", found.pk))
    found.refresh_from_db()
    assert not found.is_active


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"target": "XX", "reason": "亲属"}, "名录中没有代码为 XX 的检查对象"),
        ({"target": "", "reason": ""}, "请填写“回避原因”。"),
        ({"target": "", "reason": "又"}, "已申报回避"),
    ],
)
def test_a_wrong_recusal_is_told(home, admin, data, message):
    found = InspectorFactory(agency=admin.agency)
    Recusal.objects.create(inspector=found, reason="已有", declared_on=datetime.date(2021, 7, 1))
    response = home.post(url("recusal_declare", found.pk), data)
    assert response.status_code == 422
    assert message in text(response)
    assert Recusal.objects.count() == 1


def test_the_recusals_of_others_do_not_exist(home):
    recusal = Recusal.objects.create(
        inspector=InspectorFactory(agency=agency("341302", "shichang")),
        reason="亲属",
        declared_on=datetime.date(2021, 7, 1),
    )
    assert home.post(url("recusal_end", recusal.pk)).status_code == 404


def test_an_officer_finds_the_own_entry_and_declares(log_in, admin):
    officer = UserFactory(agency=admin.agency, role="officer")
    own = InspectorFactory(agency=admin.agency, user=officer)
    client = log_in(officer)
    assert own.get_absolute_url() in text(client.get(url("inspectors")))
    client.post(url("recusal_declare", own.pk), {"target": "", "reason": "亲属"})
    assert Recusal.objects.get().inspector == own


def test_sync_grades_feeds_the_form(home):
    sync_grades()
    page = text(home.get(TargetFactory().get_absolute_url()))
    assert "公共信用等级：严重失信" in page
