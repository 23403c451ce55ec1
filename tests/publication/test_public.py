import csv
import datetime
import io
import json
import subprocess
import sys

import pytest
from django.urls import reverse

from draws.reads import certificates
from inspections.models import Section
from tests import factories as make
from tests.publication.reading import FIRM, page_urls, read, text_of
from tests.publication.world import at, publish


def test_every_page_opens_without_session_and_is_cacheable(client, published):
    for url in page_urls(published):
        response = client.get(url)
        text_of(response)
        assert response.status_code == 200, url
        assert response["Cache-Control"] == "public, max-age=60", url
        assert not response.cookies, url


def test_every_page_refuses_to_write(client, published):
    for url in page_urls(published):
        assert client.post(url).status_code == 405, url


def test_a_page_for_somebody_logged_in_stays_out_of_shared_caches(as_role, published):
    response = as_role("officer", agency=published.police).get("/")
    assert response["Cache-Control"] == "private, no-cache"


def test_home_shows_the_figures_of_the_year(client, published):
    old = published.target("萧县岱柝护卫有限公司")
    section = published.section(
        published.visit(old), published.police, (published.items[0], "no_issue", [], "")
    )
    publish(section, published_on=datetime.date(2020, 12, 31))

    page = client.get("/")

    figures = page.context["figures"]
    assert (figures["total"], figures["firms"], figures["problems"]) == (2, 1, 1)
    assert (figures["in_time"], figures["dated"], figures["withheld"]) == (1, 2, 0)
    assert FIRM in page.content.decode()
    assert "50<small>%</small>" in page.content.decode()


def test_results_are_found_by_part_of_the_name_and_start_of_the_code(client, published):
    code = published.firm.code
    for query in ("石铎", code, code[:9], code[:9].lower()):
        assert client.get("/results/", {"q": query}).context["page"].total == 2
    for query in ("没有这家", code[2:]):
        page = client.get("/results/", {"q": query})
        assert page.context["page"].total == 0
        assert f"没有找到“{query}”的检查结果" in page.content.decode()
        assert "未列出不代表检查合格" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"region": "341302"}, 2),
        ({"region": "341323"}, 0),
        ({"agency": "341302-shichang"}, 1),
        ({"trade": "保安服务"}, 2),
        ({"item": "baoan-1"}, 1),
        ({"result": "not_disclosed"}, 1),
        ({"result": "no_issue", "agency": "341302-shichang"}, 0),
        ({"task": "341300-2021-001"}, 2),
        ({"since": "2021-10-13"}, 1),
        ({"until": "2021-10-12"}, 1),
        ({"since": "2021-10-01", "until": "2021-10-31"}, 2),
    ],
)
def test_filters(client, published, query, expected):
    page = client.get("/results/", query)
    assert page.context["page"].total == expected
    assert len(page.context["chosen"]) == len(query)


def test_a_chip_is_removed_alone(client, published):
    page = client.get("/results/", {"region": "341302", "result": "no_issue", "after": "x"})
    queries = {chip["label"]: chip["query"] for chip in page.context["chosen"]}
    assert queries == {"埇桥区": "result=no_issue", "未发现问题": "region=341302"}


def test_a_wrong_date_is_explained_and_kept(client, published):
    page = client.get("/results/", {"since": "2021-9-31", "choose": "since"})
    assert page.status_code == 200
    assert "这一天不存在" in page.content.decode()
    assert 'value="2021-9-31"' in page.content.decode()
    page = client.get(
        "/results/", {"since": "2021-10-02", "until": "2021-10-01", "choose": "since"}
    )
    assert "止日不能早于起日" in page.content.decode()


def test_results_turn_pages(client, published):
    visit = published.row.section.inspection
    for _ in range(21):
        target = published.target("演示保安公司")
        visit = published.visit(target)
        publish(
            published.section(
                visit, published.police, (published.items[0], "no_issue", [], ""), officers=False
            )
        )
    first = client.get("/results/")
    second = client.get(f"/results/?{first.context['page'].next}")
    assert (len(first.context["page"].items), len(second.context["page"].items)) == (20, 3)
    assert not {row.pk for row in first.context["page"].items} & {
        row.pk for row in second.context["page"].items
    }


LISTS = [
    ("home", [], 6),
    ("results", [], 6),
    ("firm", ["code"], 5),
    ("tasks", [], 6),
    ("task", ["number"], 16),
    ("draws", [], 4),
    ("draw", ["draw"], 16),
]


@pytest.mark.parametrize(("name", "args", "most"), LISTS)
def test_queries_do_not_grow_with_the_rows(
    client, published, django_assert_max_num_queries, name, args, most
):
    known = {
        "code": published.firm.code,
        "number": published.task.number,
        "draw": published.made.draw_id,
    }
    url = reverse(f"publication:{name}", args=[known[arg] for arg in args])
    with django_assert_max_num_queries(most) as before:
        client.get(url)
    for n in range(6):
        target = published.target(f"演示保安{n}")
        visit = published.visit(target)
        publish(
            published.section(visit, published.police, (published.items[0], "no_issue", [], "")),
            uscc=published.firm.code,
        )
    with django_assert_max_num_queries(len(before)):
        client.get(url)


def test_csv_holds_the_filtered_rows(client, published):
    text = read(client, "results_csv", result="not_disclosed")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["企业名称"] for row in rows] == [FIRM]
    assert rows[0]["统一社会信用代码"] == published.firm.code
    assert rows[0]["检查结果"] == "未按规定公示应当公示的信息"
    assert (rows[0]["检查日期"], rows[0]["公示期限"]) == ("2021-09-08", "2021-10-20")


def test_csv_never_starts_a_formula(client, published):
    target = published.target("=HYPERLINK(1)")
    publish(
        published.section(
            published.visit(target), published.police, (published.items[0], "no_issue", [], "")
        )
    )
    assert "'=HYPERLINK(1)" in read(client, "results_csv")


def test_a_result_shows_its_siblings(client, published):
    text = read(client, "result", published.row.pk)
    assert "同一次检查中其他部门的结果" in text
    assert "埇桥区市场监督管理局" in text
    assert "2021年9月8日" in text


def test_a_firm_that_was_never_inspected_is_a_friendly_404(client, published):
    page = client.get("/firms/91341302MAXXXX999X/")
    assert page.status_code == 404
    assert "可能尚未被抽到" in page.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "/results/999999/",
        "/tasks/nothing/",
        "/draws/nothing/",
        "/draws/341300-2021-001-1/files/secret.txt",
        "/items/341300-gongan/v9/",
        "/plans/341300-gongan/2019/",
        "/plans/341300-gongan/2021/?version=7",
        "/firms/%00/",
        "/draws/%00/",
        "/tasks/?q=%00",
    ],
)
def test_what_is_not_there_is_404(client, published, url):
    assert client.get(url).status_code == 404


def test_drafts_are_not_public(client, world):
    world.task.__class__.objects.update(status="draft")
    assert client.get(f"/tasks/{world.task.number}/").status_code == 404
    draft = make.CatalogVersionFactory(agency=world.lead, number=2)
    assert client.get(f"/items/341300-gongan/v{draft.number}/").status_code == 404
    plan = make.PlanFactory(agency=world.lead, year=2022)
    assert client.get(f"/plans/341300-gongan/{plan.year}/").status_code == 404


def test_the_second_draw_is_not_public(client, published):
    make.DrawFactory(
        task=published.task,
        draw_id="341300-2021-001-2",
        purpose="inspectors",
        status="frozen",
        serial=99,
        frozen_at=at(7, 20),
    )
    assert client.get("/draws/341300-2021-001-2/").status_code == 404
    assert client.get("/draws/341300-2021-001-2/files/plan.txt").status_code == 404


def test_the_draw_page_shows_the_arithmetic_and_the_tickets(client, published):
    text = read(client, "draw", published.made.draw_id)
    assert "1 × 100% = 1.0" in text
    assert published.made.seed[:8] in text
    assert 'class="drawn"' in text
    assert "可被操作员操纵" in text
    assert "宿州市公安局的一名有权人员" in text
    assert "python3 drs1.py verify certificate.json" in text
    for officer in ("胡同意", "钱立新", "赵秋实"):
        assert officer not in text


def test_the_certificate_verifies_with_the_program_offered(client, published, tmp_path):
    draw = published.made.draw_id
    (tmp_path / "certificate.json").write_text(read(client, "certificate", draw))
    (tmp_path / "drs1.py").write_text(read(client, "drs1"))
    done = subprocess.run(
        [sys.executable, "drs1.py", "verify", "certificate.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_exact(client, published):
    draw = published.made
    assert read(client, "draw_file", draw.draw_id, "freeze") == draw.freeze_text
    assert read(client, "draw_file", draw.draw_id, "candidates") == draw.candidates_text
    assert json.loads(read(client, "certificate", draw.draw_id)) == certificates.build(draw)


def test_a_frozen_draw_shows_its_digest_and_no_result(client, world):
    world.firm = world.target(FIRM)
    made = world.draw(world.firm, opened=False)
    text = read(client, "draw", made.draw_id)
    assert made.freeze_digest[:8] in text
    assert "尚未开启" in text
    assert client.get(f"/draws/{made.draw_id}/certificate.json").status_code == 404
    assert client.get(f"/draws/{made.draw_id}/files/closed.txt").status_code == 404
    assert client.get(f"/draws/{made.draw_id}/files/result.txt").status_code == 404


def test_plans_show_the_latest_version_and_keep_the_earlier_ones(client, world):
    line = world.task.line
    plan = line.plan
    plan.__class__.objects.filter(pk=plan.pk).update(status="superseded")
    later = make.PlanFactory(
        agency=world.lead,
        version=plan.version + 1,
        title="2021年度随机抽查计划（调整）",
        status="published",
        published_on=datetime.date(2021, 6, 1),
    )
    text = read(client, "plan", "341300-gongan", 2021)
    assert later.title in text
    text = read(client, "plan", "341300-gongan", 2021, version=plan.version)
    assert "保安从业单位联合抽查" in text
    assert "这一版计划已调整" in text


def test_empty_lists_say_what_to_do(client, db):
    for url in ("/", "/results/", "/tasks/", "/draws/", "/items/", "/plans/"):
        assert 'class="empty"' in client.get(url).content.decode(), url


def test_a_task_is_called_published_with_its_last_section(client, published):
    address = f"/tasks/{published.task.number}/"
    Section.objects.update(status="published")
    for page in (client.get("/tasks/"), client.get(address)):
        assert "结果已公示" in page.content.decode()
    last = Section.objects.earliest("pk")
    last.status = "submitted"
    last.save()
    for page in (client.get("/tasks/"), client.get(address)):
        assert "结果已公示" not in page.content.decode()
        assert "检查完成" in page.content.decode()
