"""Nothing private on any public page, download or refusal."""

import re

import pytest

from inspections.models import Section
from tests.publication.reading import FIRM, page_urls, read, text_of
from tests.publication.world import PHRASE, item_list


def everything(client, world):
    """The text of all pages, downloads and refusals at once."""
    return "\n".join(text_of(client.get(url)) for url in page_urls(world))


OFFICERS = ("钱立新", "赵秋实", "周文远", "吴思齐", "胡同意", "孙经理")


def assert_absent(text, *secrets):
    for secret in (*secrets, *OFFICERS):
        assert secret not in text, secret


def restricted(world, scope):
    """A world in which the police's item is limited or withheld, seen by the service's own eyes."""
    secret = item_list(
        world.police,
        {
            "code": "qiangzhi-1",
            "name": "枪支管理检查",
            "publish_scope": scope,
            "publish_reason": "仙游细则三（一）",
        },
    )
    world.make_task(*secret, number="341300-2021-002")
    world.firm = world.target(
        "埇桥北汴护卫有限公司", address="汴河路88号", person_in_charge="郑大山"
    )
    world.made = world.draw(world.firm)
    return world.section(
        world.visit(world.firm),
        world.police,
        (secret[0], "problem", ["pending_followup"], "枪柜未锁"),
    )


@pytest.mark.parametrize("scope", ["limited", "withheld"])
def test_a_restricted_result_leaks_nowhere(client, world, approve_as_leader, scope):
    section = restricted(world, scope)
    row = approve_as_leader(section)

    text = everything(client, world)

    assert_absent(
        text.replace(f"没有找到“{world.firm.code}”", ""),
        world.firm.name,
        world.firm.code,
        world.firm.address,
        "郑大山",
        "枪柜未锁",
        world.made.seed,
        world.made.opened_secret,
        world.made.result_text.split("\t")[-1].strip(),
        "2021年9月8日",
        "2021-09-08",
    )
    page = client.get(row.get_absolute_url())
    if scope == "withheld":
        assert page.status_code == 404
        assert "另有 1 条依法不公开" in text
        assert "枪支管理检查" not in read(client, "results")
    else:
        assert "限定公开的检查结果" in text
        assert "2021年9月" in page.content.decode()
        assert world.task.number not in page.content.decode()
        assert world.task.number not in read(client, "results_csv")


@pytest.mark.parametrize(("kind", "name"), [("practitioner", "贾宝田"), ("individual", "贾宝田")])
def test_natural_persons_are_masked_everywhere(client, world, approve_as_leader, kind, name):
    number = "34130219850307123X"
    world.firm = world.target(name, kind=kind, code=number, person_in_charge=name)
    world.task.status = "completed"  # its list is public
    world.task.save()
    section = world.section(
        world.visit(world.firm),
        world.police,
        (world.items[0], "problem", ["pending_followup"], "贾宝田电话13812345678"),
    )
    world.make_task(number="341300-2021-005")
    world.made = world.draw(world.firm)
    approve_as_leader(section)

    text = everything(client, world)

    assert "贾某" in text
    assert_absent(
        text.replace(f"没有找到“{number}”", ""),
        name,
        number,
        "13812345678",
        world.made.seed,
    )


def test_before_the_list_is_public_nobody_can_tell_who_was_drawn(client, published, clock):
    clock("2021-09-30")
    world = published
    drawn = world.target("泗县虹垣安保服务有限公司")
    world.make_task(number="341300-2021-003")
    world.made = world.draw(drawn)
    world.selection(drawn)
    world.firm = drawn
    ticket = world.made.result_text.splitlines()[-1].split("\t")[-1]

    text = everything(client, world)

    assert_absent(
        text.replace(f"没有找到“{drawn.code}”", ""),
        drawn.name,
        drawn.code,
        world.made.seed,
        world.made.opened_secret,
        ticket,
        ticket[:16],
    )
    assert "2021年10月1日起" in read(client, "draw", world.made.draw_id)
    assert world.made.freeze_digest[:8] in text
    assert PHRASE in text
    refused = client.get(f"/draws/{world.made.draw_id}/certificate.json")
    assert refused.status_code == 404
    assert "2021年10月1日起" in refused.content.decode()


def test_the_list_is_public_at_lock_where_the_profile_says_so(client, world, clock):
    clock("2021-07-21")
    world.make_task(number="341300-2021-004", list_published="at_lock")
    world.firm = world.target(FIRM)
    world.made = world.draw(world.firm)
    world.selection(world.firm)
    assert FIRM in read(client, "task", "341300-2021-004")
    assert FIRM in read(client, "draw", world.made.draw_id)


@pytest.mark.parametrize("by", ["scheme", "snapshot"])
def test_a_grading_that_is_not_public_keeps_names_and_tickets_back(client, world, by):
    if by == "scheme":
        world.grades[0].scheme.__class__.objects.update(is_public=False)
    else:
        world.task.rules["is_restricted"] = True
        world.task.save()
    world.firm = world.target(FIRM)
    world.made = world.draw(world.firm)
    world.selection(world.firm)
    text = read(client, "draw", world.made.draw_id) + read(client, "task", world.task.number)
    assert_absent(text, FIRM, world.firm.code, world.made.seed)
    assert by == "snapshot" or "严重失信" not in text
    if by == "scheme":
        plan = client.get(f"/draws/{world.made.draw_id}/files/plan.txt")
        assert plan.status_code == 404
        # Whole words: `bad` may well occur inside a digest.
        assert not {grade.slug for grade in world.grades} & set(re.findall(r"\w+", text))
    assert client.get(f"/draws/{world.made.draw_id}/certificate.json").status_code == 404


def test_sections_that_are_not_published_stay_inside(client, published):
    target = published.target("宿州澜柝保安服务有限公司")
    published.section(
        published.visit(target),
        published.market,
        (published.market_items[0], "problem", ["pending_followup"], "内部线索"),
    )
    assert Section.objects.filter(status="submitted").exists()
    text = everything(client, published)
    assert "内部线索" not in text
