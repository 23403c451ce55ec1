"""The phone pages, posted as a browser without JavaScript posts them."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections import services
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import Answer, Signature
from tests.factories import UserFactory
from tests.inspections.factories import PASSWORD, add_visits
from tests.inspections.test_visiting import strangers

POSTS = ["enter", "outcome", "save", "rest", "confirm", "sign", "refuse", "submit"]


def url(name, world):
    return reverse(f"inspections:{name}", args=[world.visit.pk])


def item_data(world, place, system="gongan", **values):
    pk = world.items[system][place].pk
    return {f"i{pk}-{name}": value for name, value in ({"version": "0"} | values).items()}


def text(response):
    return response.content.decode()


# 今日


def test_today_shows_the_own_visits_with_what_comes_next(world, log_in):
    page = text(log_in(world.officer()).get("/m/"))
    assert str(world.visit.target) in page
    assert "请先出示证件并告知" in page
    assert "9月30日" in page


def test_today_is_empty_for_somebody_not_sent(world, log_in):
    colleague = UserFactory(role="officer", agency=world.police)
    page = text(log_in(colleague).get("/m/"))
    assert "没有待完成的检查" in page
    assert str(world.visit.target) not in page


def test_what_is_handed_in_stands_on_a_tab_of_its_own(world, log_in):
    world.ready()
    world.submit()
    client = log_in(world.officer())
    assert str(world.visit.target) not in text(client.get("/m/"))
    assert str(world.visit.target) in text(client.get("/m/?tab=done"))
    assert "还没有提交过" in text(log_in(world.officer("shichang")).get("/m/?tab=done"))


@pytest.mark.parametrize(
    ("address", "handed_in"), [("/m/", False), ("/m/?tab=done", True), ("/desk/forms/", False)]
)
def test_lists_need_a_constant_number_of_queries(world, log_in, address, handed_in):
    client = log_in(world.officer())
    client.get(address)  # fills what is cached for the process
    counts = []
    for more in (2, 5):
        add_visits(world, more, handed_in)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The form


def test_the_form_shows_the_own_section_with_nothing_preset(inside, log_in):
    page = text(log_in(inside.officer()).get(url("form", inside)))
    assert "检查要点 1 条" in page
    assert "标准：证照齐全" in page
    assert "同组其他部门" in page
    assert '" checked' not in page


def test_before_entry_there_is_nothing_to_fill(world, log_in):
    page = text(log_in(world.officer()).get(url("form", world)))
    assert "进入检查" in page
    assert 'id="section-form"' not in page


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy"])
def test_those_who_may_see_it_only_read(inside, log_in, who):
    client = log_in(strangers(inside)[who])
    page = text(client.get(url("form", inside)))
    assert "仅供查看" in page
    assert 'id="section-form"' not in page
    for name in POSTS:
        data = {"inspector": "1", "outcome": "closed", "note": "x", "reason": "x", "witness": "x"}
        response = client.post(url(name, inside), data)
        assert response.status_code in {403, 422}
    assert inside.visit.outcome == ""
    assert not Answer.objects.exists()
    assert not Signature.objects.exists()


def test_for_others_it_does_not_exist(inside, log_in):
    client = log_in(strangers(inside)["foreign"])
    foreign = UserFactory(role="officer", agency__region__code="341321")
    client = log_in(foreign)
    assert client.get(url("form", inside)).status_code == 404
    for name in POSTS:
        assert client.post(url(name, inside), {}).status_code == 404
    assert not Answer.objects.exists()


def test_entering(world, log_in):
    client = log_in(world.officer())
    refused = client.post(url("enter", world), {"certificates_shown": "on"})
    assert refused.status_code == 422
    assert "请先告知" in text(refused)
    assert "#id_rights_told" in text(refused)
    response = client.post(url("enter", world), {"certificates_shown": "on", "rights_told": "on"})
    assert response.url == f"{url('form', world)}#own"
    assert world.visit.status == InspectionStatus.ENTERED


def test_the_outcome(inside, log_in):
    client = log_in(inside.officer())
    refused = client.post(url("outcome", inside), {"outcome": "closed", "note": ""})
    assert refused.status_code == 422
    assert "请说明到场情况" in text(refused)
    client.post(url("outcome", inside), {"outcome": "closed", "note": "大门紧锁"})
    assert inside.visit.outcome == "closed"
    assert "检查到此为止" in text(client.get(url("form", inside)))


def test_saving_a_whole_section(inside, log_in):
    client = log_in(inside.officer("shichang"))
    data = item_data(inside, 0, "shichang", result="no_issue") | item_data(
        inside,
        1,
        "shichang",
        result="problem",
        problems=["ordered_to_correct"],
        remark="年报未公示",
        rectify_by="2021年8月20日",
    )
    response = client.post(url("save", inside), data)
    assert response.url == f"{url('form', inside)}#closing"
    rows = inside.section("shichang").answers.order_by("item__position")
    assert [(row.result, row.problems) for row in rows] == [
        ("no_issue", []),
        ("problem", ["ordered_to_correct"]),
    ]
    assert str(rows[1].rectify_by) == "2021-08-20"


def test_an_incomplete_section_is_saved_and_says_what_is_missing(inside, log_in):
    client = log_in(inside.officer("shichang"))
    response = client.post(url("save", inside), item_data(inside, 0, "shichang", result="problem"))
    assert response.url == f"{url('form', inside)}#own"
    page = text(client.get(response.url))
    assert "还有 3 处要填" in page
    assert "第 1 项“登记事项检查”：请至少选择一种问题类型。" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"remark": "有说明"}, "第 1 项：请先选择结果"),
        ({"result": "problem", "rectify_by": "2021年9月31日"}, "这一天不存在，是否指 2021-09-30"),
        ({"result": "fine"}, "第 1 项"),
        ({"result": "no_issue", "remark": "长" * 5001}, "最多 5000 字"),
        ({"result": "no_issue", "version": "-1"}, "第 1 项"),
    ],
)
def test_bad_input_is_kept_and_explained(inside, log_in, values, words):
    client = log_in(inside.officer())
    response = client.post(url("save", inside), item_data(inside, 0, **values))
    assert response.status_code == 422
    assert words in text(response)
    assert values.get("remark", "") in text(response)
    assert not Answer.objects.exists()


def test_a_conflict_shows_both_versions_and_the_next_save_decides(inside, log_in):
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="no_issue",
        version=0,
        actor=inside.officer("gongan", 1),
    )
    client = log_in(inside.officer())
    mine = {"result": "not_checked", "remark": "设备停用"}
    response = client.post(url("save", inside), item_data(inside, 0, **mine))
    page = text(response)
    assert response.status_code == 422
    assert f"{inside.officer('gongan', 1).name}的版本" in page
    assert "设备停用" in page
    assert Answer.objects.get().result == "no_issue"
    version = f'name="i{inside.items["gongan"][0].pk}-version" value="1"'
    assert version in page
    client.post(url("save", inside), item_data(inside, 0, **mine, version="1"))
    assert Answer.objects.get().result == "not_checked"


def test_saving_after_handing_in_is_refused_with_the_reason(world, log_in):
    world.ready()
    world.submit()
    client = log_in(world.officer())
    response = client.post(url("save", world), item_data(world, 0, result="problem", version="1"))
    assert response.status_code == 409
    assert "已提交审批" in text(response)
    assert Answer.objects.filter(result="problem").count() == 0


def test_the_rest_is_asked_for_before_it_is_answered(inside, log_in):
    client = log_in(inside.officer("shichang"))
    data = item_data(inside, 0, "shichang", result="not_checked", remark="没带账")
    response = client.post(url("save", inside), data | {"then": "rest"})
    assert response.url == f"{url('form', inside)}?ask=rest#rest"
    assert "其余" in text(client.get(response.url))
    client.post(url("rest", inside))
    results = inside.section("shichang").answers.order_by("item__position")
    assert [row.result for row in results] == ["not_checked", "no_issue"]
    again = client.post(url("rest", inside))
    assert again.status_code == 422
    assert "没有剩余" in text(again)


# Closing


def test_officers_confirm_the_firm_signs_the_section_is_handed_in(inside, log_in):
    for system in inside.teams:
        inside.fill(system)
    inside.confirm("shichang")
    client = log_in(inside.officer())
    for inspector in inside.teams["gongan"]:
        data = {"inspector": inspector.pk, "password": PASSWORD}
        assert client.post(url("confirm", inside), data).status_code == 302
    assert inside.section().status == SectionStatus.CONFIRMED

    signed = {
        "signer_name": "赵某某",
        "signer_role": "agent",
        "strokes": "[[[100,100],[300,140],[420,90]]]",
    }
    assert client.post(url("sign", inside), signed).status_code == 302
    page = text(client.get(url("form", inside)))
    assert 'd="M100 100L300 140L420 90"' in page

    data = {"submission_id": str(UUID(int=7))}
    for _ in range(2):
        response = client.post(url("submit", inside), data, follow=True)
        assert "已提交，等待本单位负责人审批" in text(response)
    assert inside.section().submission_id == UUID(int=7)


def test_a_wrong_password_stands_at_the_officer(inside, log_in):
    inside.fill()
    client = log_in(inside.officer())
    pk = inside.teams["gongan"][1].pk
    for password in ("guess", ""):
        data = {"inspector": pk, "password": password}
        response = client.post(url("confirm", inside), data)
        assert response.status_code == 422
        assert f'href="#password-{pk}"' in text(response)
        assert f'id="password-{pk}"' in text(response)
    assert not inside.section().confirmations.exists()


@pytest.mark.parametrize("inspector", ["", "x", "999999"])
def test_somebody_else_is_not_confirmed(inside, log_in, inspector):
    inside.fill()
    client = log_in(inside.officer())
    response = client.post(url("confirm", inside), {"inspector": inspector, "password": PASSWORD})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("strokes", "words"),
    [("", "签名为空"), ("[]", "签名为空"), ("{", "数据不完整"), ('{"a":1}', "数据不完整")],
)
def test_a_bad_signature_is_refused(inside, log_in, strokes, words):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    data = {"signer_name": "赵某某", "signer_role": "agent", "strokes": strokes}
    response = log_in(inside.officer()).post(url("sign", inside), data)
    assert response.status_code == 422
    assert words in text(response)
    assert "赵某某" in text(response)
    assert not Signature.objects.exists()


def test_without_script_the_form_says_how_to_go_on(inside, log_in):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    assert "手写签字需要浏览器脚本" in text(log_in(inside.officer()).get(url("form", inside)))


def test_a_refusal(inside, log_in):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    client = log_in(inside.officer())
    refused = client.post(url("refuse", inside), {"reason": "", "witness": ""})
    assert refused.status_code == 422
    assert "请填写“拒签理由”" in text(refused)
    client.post(url("refuse", inside), {"reason": "有异议", "witness": "社区李某"})
    assert "企业拒绝签字" in text(client.get(url("form", inside)))


def test_a_refusal_too_early_keeps_what_was_written(inside, log_in):
    response = log_in(inside.officer()).post(
        url("refuse", inside), {"reason": "有异议", "witness": "社区李某"}
    )
    assert response.status_code == 422
    assert "还没有全部确认" in text(response)
    assert not Signature.objects.exists()


@pytest.mark.parametrize(("number", "status"), [("", 422), ("x", 422), (str(UUID(int=1)), 409)])
def test_handing_in_too_early(inside, log_in, number, status):
    response = log_in(inside.officer()).post(url("submit", inside), {"submission_id": number})
    assert response.status_code == status
    assert inside.section().status == SectionStatus.FILLING


def test_a_returned_section_says_why(world, log_in):
    world.ready()
    world.submit()
    services.return_section(
        world.section(), "请补充照片", actor=UserFactory(role="deputy", agency=world.police)
    )
    client = log_in(world.officer())
    page = text(client.get(url("form", world)))
    assert "审批退回：" in page
    assert "请补充照片" in page
    assert 'id="section-form"' in page


def test_content_changed_after_the_signature_is_shown(world, log_in):
    world.ready()
    services.answer(
        world.section(),
        world.items["gongan"][0],
        result="not_checked",
        remark="漏查",
        version=1,
        actor=world.officer(),
    )
    page = text(log_in(world.officer()).get(url("form", world)))
    assert "签字后内容有修改" in page
