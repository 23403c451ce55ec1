import datetime

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from inspections import services
from inspections.flows import SectionStatus
from inspections.models import Answer, OfficerConfirmation
from tests.factories import ItemFactory
from tests.inspections.test_visiting import strangers

DAY = datetime.date


def answer(world, system="shichang", place=0, actor=None, **more):
    values = {"result": "no_issue", "version": 0} | more
    return services.answer(
        world.section(system),
        world.items[system][place],
        **values,
        actor=actor or world.officer(system),
    )


def test_an_answer_is_an_explicit_choice_with_its_author(inside):
    row = answer(inside)
    assert (row.result, row.problems, row.version) == ("no_issue", [], 1)
    assert row.updated_by == inside.officer("shichang")
    event = AuditEvent.objects.get(verb="inspections.answer")
    assert event.data == {
        "item": "shichang-1",
        "result": "no_issue",
        "problems": [],
        "version": 1,
    }


def test_details_of_a_problem_may_follow_later(inside):
    answer(inside, result="problem")
    row = answer(
        inside,
        result="problem",
        problems=["not_disclosed", "ordered_to_correct"],
        remark=" 年报未公示。\r\n已当场告知。 ",
        rectify_by=DAY(2021, 8, 20),
        version=1,
    )
    assert row.version == 2
    assert row.problems == ["ordered_to_correct", "not_disclosed"]
    assert row.remark == "年报未公示。\n已当场告知。"
    assert row.rectify_by == DAY(2021, 8, 20)


def test_a_choice_without_problem_keeps_no_details_of_one(inside):
    row = answer(inside, problems=["not_disclosed"], rectify_by=DAY(2021, 8, 20), remark="台账齐全")
    assert (row.problems, row.rectify_by, row.remark) == ([], None, "台账齐全")


def test_the_same_content_again_changes_nothing(inside):
    answer(inside)
    assert answer(inside, version=0).version == 1
    assert AuditEvent.objects.filter(verb="inspections.answer").count() == 1


def test_a_colleague_who_was_faster_is_not_overwritten(inside):
    answer(inside)
    with pytest.raises(services.AnswerConflict) as caught:
        answer(inside, result="not_checked", remark="没带账", actor=inside.officer("shichang", 1))
    assert caught.value.status == 409
    assert caught.value.current.result == "no_issue"
    assert inside.officer("shichang").name in caught.value.message
    row = Answer.objects.get()
    assert (row.result, row.version) == ("no_issue", 1)


def test_having_seen_it_the_colleague_may_change_it(inside):
    answer(inside)
    row = answer(
        inside,
        result="not_checked",
        remark="没带账",
        version=1,
        actor=inside.officer("shichang", 1),
    )
    assert (row.result, row.version) == ("not_checked", 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"result": "fine"}, "请选择检查结果"),
        ({"result": ""}, "请选择检查结果"),
        ({"result": "problem", "problems": ["unreachable"]}, "问题类型"),
        ({"remark": "长" * 5001}, "最多 5000 字"),
        ({"remark": "a\0b"}, "控制字符"),
    ],
)
def test_bad_input_is_refused(inside, given, words):
    with pytest.raises(DomainError, match=words):
        answer(inside, **given)
    assert_unchanged(inside)


def test_an_item_of_another_agency_is_refused(inside):
    for item in (inside.items["gongan"][0], ItemFactory()):
        with pytest.raises(DomainError, match="不是本部门"):
            services.answer(
                inside.section("shichang"),
                item,
                result="no_issue",
                version=0,
                actor=inside.officer("shichang"),
            )
    assert_unchanged(inside)


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign", "sysadmin"])
def test_only_the_team_fills_a_section(inside, who):
    with pytest.raises(NotAllowed):
        answer(inside, "gongan", actor=strangers(inside)[who])
    assert_unchanged(inside)


def test_the_other_agency_on_the_visit_does_not_fill_it(inside):
    with pytest.raises(NotAllowed):
        answer(inside, "gongan", actor=inside.officer("shichang"))
    assert_unchanged(inside)


def test_nothing_is_filled_before_entry(world):
    with pytest.raises(IllegalMove, match="进入检查"):
        answer(world)
    with pytest.raises(IllegalMove, match="进入检查"):
        services.answer_rest_no_issue(world.section(), actor=world.officer())
    assert_unchanged(world)


def test_nothing_is_changed_after_handing_in(world):
    world.ready()
    world.submit()
    with pytest.raises(IllegalMove, match="已提交审批"):
        answer(world, "gongan", result="not_checked", remark="漏查", version=1)
    assert world.section().answers.get().result == "no_issue"


def test_a_change_voids_the_confirmations_of_the_section_only(inside):
    for system in ("gongan", "shichang"):
        inside.fill(system)
        inside.confirm(system)
    answer(inside, "gongan", result="not_checked", remark="漏查", version=1)
    assert inside.section().status == SectionStatus.FILLING
    assert inside.section("shichang").status == SectionStatus.CONFIRMED
    assert OfficerConfirmation.objects.count() == 2
    reopened = AuditEvent.objects.get(verb="inspections.reopen")
    assert reopened.data["because_of"] == inside.officer().pk


def test_a_change_also_voids_the_first_of_two_confirmations(inside):
    inside.fill()
    services.confirm(
        inside.section(),
        inside.teams["gongan"][0],
        password="demo-2021",
        address="",
        actor=inside.officer(),
    )
    answer(inside, "gongan", result="not_checked", remark="漏查", version=1)
    assert not OfficerConfirmation.objects.exists()


# 其余 n 项


def test_the_rest_is_answered_and_logged(inside):
    answer(inside, result="not_checked", remark="没带账")
    count = services.answer_rest_no_issue(
        inside.section("shichang"), actor=inside.officer("shichang")
    )
    assert count == 1
    results = inside.section("shichang").answers.order_by("item__position")
    assert [row.result for row in results] == ["not_checked", "no_issue"]
    event = AuditEvent.objects.get(verb="inspections.answer_rest")
    assert "其余 1 项" in event.summary
    assert event.data == {"items": ["shichang-2"]}


def test_there_must_be_a_rest(inside):
    inside.fill()
    with pytest.raises(DomainError, match="没有剩余"):
        inside.fill()
    assert AuditEvent.objects.filter(verb="inspections.answer_rest").count() == 1


# The whole section at once


def entry(world, place, **more):
    values = {"result": "no_issue"} | more
    return services.AnswerEntry(item=world.items["shichang"][place], **values)


def test_a_section_is_saved_as_a_whole(inside):
    answer(inside)
    changed = services.save_section(
        inside.section("shichang"),
        [entry(inside, 0), entry(inside, 1, result="problem")],
        actor=inside.officer("shichang"),
    )
    assert changed == 1
    assert inside.section("shichang").answers.count() == 2


def test_a_section_is_saved_whole_or_not_at_all(inside):
    answer(inside)
    with pytest.raises(services.AnswerConflict):
        services.save_section(
            inside.section("shichang"),
            [entry(inside, 1), entry(inside, 0, result="problem")],
            actor=inside.officer("shichang"),
        )
    assert inside.section("shichang").answers.count() == 1


def assert_unchanged(world):
    assert not Answer.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="inspections.answer").exists()
    assert world.section().status == SectionStatus.FILLING
