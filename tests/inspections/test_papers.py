"""The three papers, read back as a reader of the PDF would."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.urls import reverse

from demo.house import STAR
from inspections import services
from inspections.models import Document, Inspection
from inspections.reads.documents import form_pdf, paper_pdf
from inspections.reads.form_state import Sheet
from tests import suzhou
from tests.factories import CheckpointFactory, UserFactory
from tests.inspections import camera
from tests.inspections.factories import PASSWORD, STROKES
from tests.laying import laid
from tests.pdf import fonts_of, lines_of, pages_of, poppler, text_of


def form(world):
    return form_pdf(Sheet.load(world.visit.pk))


def paper(world, kind):
    return paper_pdf(Document.objects.get(inspection=world.visit, kind=kind))


def ticks(data):
    """Which of the three boxes are ticked, in the order of the page."""
    return re.findall(r"√(未发现问题|发现问题|未检查)", text_of(data))


def is_draft(data):
    """Whether the slanted watermark is there; its characters are read one by one."""
    marked = {"完", "成"} <= set(text_of(data))
    assert marked == ("（未完成）" in poppler("pdfinfo", data, "-"))
    return marked


# Suzhou: two agencies, four officers, twelve checkpoints


@pytest.fixture
def suzhou_visit(db, clock):
    visit = laid("visit of suzhou", lambda: visited(clock))
    clock("2021-07-21")
    return visit


def visited(clock):
    """Everything is answered, confirmed and signed; nothing is handed in."""
    clock("2021-07-15")
    task = suzhou.lay_task()
    suzhou.assigned(task)
    services.dispatch(task, actor=suzhou.person("lead"))
    clock("2021-07-21")
    visit = Inspection.objects.get(selection__target__name=STAR)
    officer = suzhou.person("officer-gongan")
    services.enter(visit, certificates_shown=True, rights_told=True, actor=officer)
    for section in visit.sections.select_related("agency"):
        team = visit.selection.assignments.filter(agency=section.agency)
        inspectors = [one.inspector for one in team.select_related("inspector__user")]
        services.answer_rest_no_issue(section, actor=inspectors[0].user)
        for inspector in inspectors:
            services.confirm(
                section, inspector, password=PASSWORD, address="", actor=inspector.user
            )
    services.sign(visit, signer_name="赵某某", signer_role="onsite", strokes=STROKES, actor=officer)
    return visit


def test_the_form_of_suzhou_is_one_page_with_everything_on_it(suzhou_visit):
    data = form_pdf(Sheet.load(suzhou_visit.pk))
    assert pages_of(data) == 1
    assert "595.276x841.89pts(A4)" in re.sub(r"\s", "", poppler("pdfinfo", data, "-"))
    assert set(fonts_of(data).values()) == {True}
    text = text_of(data)
    items = suzhou.SCENARIO["items"]
    points = [point for item in items for point in item["checkpoints"]]
    assert len(points) == 12
    # a long line is broken between the cells of its neighbours, so only its start is looked for
    missing = [point for point in points if point[:9] not in text]
    assert missing == []
    assert all(item["name"][:6] in text for item in items)
    assert ticks(data) == ["未发现问题"] * 3
    assert text.count("以本人口令确认") == 4
    assert text.count("执法证号") == 4
    assert "赵某某（现场负责人）" in text
    assert "第1页共1页" in text


def test_the_signature_is_drawn_as_a_path(suzhou_visit):
    """A picture of the page has ink where the signature is, and the PDF holds no bitmap."""
    data = form_pdf(Sheet.load(suzhou_visit.pk))
    assert len(poppler("pdfimages", data, "-list", "-").splitlines()) == 2
    suzhou_visit.signatures.update(strokes=[[[0, 0], [1, 1]]])
    assert len(form_pdf(Sheet.load(suzhou_visit.pk))) != len(data)


@pytest.mark.parametrize("kind", ["approval", "notice"])
def test_the_papers_of_suzhou_name_firm_items_and_officers(suzhou_visit, kind):
    document = Document.objects.get(inspection=suzhou_visit, kind=kind)
    data = paper_pdf(document)
    text = text_of(data)
    assert set(fonts_of(data).values()) == {True}
    assert document.get_kind_display() in text
    assert STAR in text
    assert suzhou_visit.target.code in text
    assert document.number in text
    for one in suzhou_visit.selection.assignments.select_related("inspector"):
        assert one.inspector.name in text
        assert one.inspector.certificate_no in text
    assert "2021年7月21日至2021年9月30日" in text
    assert "（印章）" in text
    assert "《保安服务管理条例》" in text
    assert pages_of(data) == (1 if kind == "approval" else 2)


# Every state of the form


def test_the_watermark_goes_when_every_section_is_handed_in(world, deadlines):
    assert is_draft(form(world))
    world.ready()
    world.submit()
    assert is_draft(form(world))
    world.submit("shichang", 2)
    assert not is_draft(form(world))


def test_a_returned_form_is_a_draft_again(world, deadlines):
    world.ready()
    section = world.submit()
    world.submit("shichang", 2)
    deputy = UserFactory(role="deputy", agency=world.police)
    services.return_section(section, "请补充说明", actor=deputy)
    data = form(world)
    assert is_draft(data)
    assert "（已退回，修改中）" in text_of(data)


def test_an_empty_form_can_be_filled_in_by_hand(world):
    data = form(world)
    text = text_of(data)
    assert ticks(data) == []
    assert text.count("签名：") == 4
    assert "签字（盖章）：" in text
    assert pages_of(data) == 1


def test_a_problem_with_its_remedy(inside):
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="problem",
        problems=["ordered_to_correct"],
        remark="录像只存十二天",
        rectify_by=date(2021, 8, 20),
        version=0,
        actor=inside.officer(),
    )
    data = form(inside)
    text = text_of(data)
    assert ticks(data) == ["发现问题"]
    assert "2021年8月20日" in text
    assert "检查结论发现问题已责令改正" in text


def test_a_refusal_to_sign_with_reason_and_witness(inside):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    services.refuse_signature(
        inside.visit, reason="对结论有异议", witness="社区王某", actor=inside.officer()
    )
    text = text_of(form(inside))
    for words in ("拒绝签字", "理由：对结论有异议", "见证人：社区王某"):
        assert words in text
    assert "签字人" not in text


def test_a_visit_that_ended_at_the_door(world):
    services.set_outcome(world.visit, "closed", "大门紧锁，邻居称已停业", actor=world.officer())
    data = form(world)
    text = text_of(data)
    assert "已关闭停业或正在组织清算" in text
    assert "大门紧锁，邻居称已停业" in text
    assert "不需要被检查单位签字" in text
    assert ticks(data) == []


def test_a_signature_under_other_words_is_not_printed(inside):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    inside.sign()
    assert "签字人：赵某某" in text_of(form(inside))
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="not_checked",
        remark="设备停用",
        version=1,
        actor=inside.officer(),
    )
    assert "赵某某" not in text_of(form(inside))


def test_a_long_form_flows_and_repeats_its_heads(inside):
    for item in inside.items["shichang"]:
        for position in range(2, 60):
            CheckpointFactory(item=item, position=position, text=f"要点之{position}")
    data = form(inside)
    pages = pages_of(data)
    assert pages > 2
    lines = lines_of(data)
    heads = [line for line in lines if "序号" in line and "检查要点" in line]
    assert len(heads) == pages - not_on_last(data)
    assert f"第{pages}页共{pages}页" in text_of(data)
    assert text_of(data).count("要点之59") == 2


def not_on_last(data):
    """Whether the last page holds only what stands under the table."""
    last = poppler("pdftotext", data, "-layout", "-f", str(pages_of(data)), "-", "-")
    return "检查人员" not in last


def test_words_of_people_are_words_and_nothing_else(inside):
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="not_checked",
        remark="<img src='file:///etc/passwd'>",
        version=0,
        actor=inside.officer(),
    )
    assert "<img" in text_of(form(inside))


def test_the_number_of_photos_stands_on_the_form(inside):
    services.attach(inside.section(), camera.jpeg(), actor=inside.officer())
    assert "现场照片1张" in text_of(form(inside))


# Over HTTP


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("form_pdf", "一企一表"),
        ("approval_pdf", "行政检查审批表"),
        ("notice_pdf", "行政检查通知书"),
    ],
)
def test_a_paper_opens_in_the_browser_under_a_chinese_name(world, log_in, name, words):
    address = reverse(f"inspections:{name}", args=[world.visit.pk])
    response = log_in(world.officer()).get(address)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''" + quote(words))
    assert words in text_of(b"".join(response.streaming_content))


def test_pages_link_to_the_papers(world, log_in):
    client = log_in(world.officer())
    for page in ("detail", "form"):
        shown = client.get(reverse(f"inspections:{page}", args=[world.visit.pk])).content.decode()
        for name in ("form_pdf", "approval_pdf", "notice_pdf"):
            assert reverse(f"inspections:{name}", args=[world.visit.pk]) in shown


def test_a_visit_without_papers_has_none(world, log_in):
    world.visit.documents.all().delete()
    address = reverse("inspections:notice_pdf", args=[world.visit.pk])
    assert log_in(world.officer()).get(address).status_code == 404
