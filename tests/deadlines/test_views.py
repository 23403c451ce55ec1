"""The pages: who reads, who writes, what is said."""

from datetime import date

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from deadlines import services
from deadlines.models import CalendarYear, Deadline, Holiday
from tests.factories import UserFactory, agency

LIST, CALENDAR = reverse("deadlines:list"), reverse("deadlines:calendar")
YEAR = reverse("deadlines:calendar_year", args=[2021])
SET, CLEAR = (reverse(f"deadlines:{name}", args=[2021]) for name in ("set_day", "clear_day"))
NOTICE = {"year": 2027, "source": "国办通知", "url": "", "days": "2027-01-01 休 元旦"}
TYPHOON = {"date": "2021-10-20", "state": "off", "name": "台风停工", "source": "通告"}


def start(bureau, number=1, on=date(2021, 9, 30), **more):
    return services.start(
        f"tasks.task:{number}",
        "publish_result",
        agency=bureau,
        cap_on=None,
        lead_agency=None,
        trigger_on=on,
        title=f"保安单位抽查第{number}批",
        link=f"/desk/tasks/{number}/",
        **more,
    )


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", LIST),
        ("get", CALENDAR),
        ("post", CALENDAR),
        ("get", YEAR),
        ("post", YEAR),
        ("post", SET),
        ("post", CLEAR),
    ],
)
def test_strangers_must_log_in(client, calendar_rows, method, url):
    response = getattr(client, method)(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("role", ["lead", "officer", "supervisor", "secadmin", "auditor"])
@pytest.mark.parametrize(
    ("url", "data"),
    [(CALENDAR, NOTICE), (CALENDAR, {}), (YEAR, NOTICE), (SET, TYPHOON), (CLEAR, TYPHOON)],
)
def test_only_the_system_administrator_writes(calendar_rows, as_role, role, url, data):
    before = list(Holiday.objects.values_list("pk", flat=True))
    assert as_role(role).post(url, data).status_code == 403
    assert list(Holiday.objects.values_list("pk", flat=True)) == before
    assert not CalendarYear.objects.filter(pk=2027).exists()


@pytest.mark.parametrize("url", [SET, CLEAR])
def test_changes_are_posted(calendar_rows, as_role, url):
    assert as_role("sysadmin").get(url).status_code == 405


def test_everybody_who_is_logged_in_reads_the_calendar(calendar_rows, as_role, clock):
    clock("2026-11-21")
    page = text(as_role("officer").get(CALENDAR))
    assert "已录入至 2026年12月31日，还可计算 40 天" in page
    assert "国办发明电〔2025〕7号" in page
    assert "只有系统管理员可以录入和修改" in page
    assert "<textarea" not in page


def test_the_latest_year_comes_first(calendar_rows, as_role):
    page = text(as_role("officer").get(CALENDAR))
    assert page.index("2026年</a>") < page.index("2025年</a>") < page.index("2018年</a>")


def test_a_year_reads_as_a_table(calendar_rows, as_role):
    page = text(as_role("officer").get(YEAR))
    assert "2021年10月1日 星期五" in page
    assert "10月7日 星期四" in page
    assert "2021年10月9日 星期六" in page
    assert "调休上班" in page
    assert "<textarea" not in page


def test_an_unknown_year_is_not_found(calendar_rows, as_role):
    client = as_role("sysadmin")
    for name in ("calendar_year", "set_day", "clear_day"):
        assert client.post(reverse(f"deadlines:{name}", args=[2031])).status_code == 404


def test_an_empty_calendar_says_so(as_role):
    page = text(as_role("officer").get(CALENDAR))
    assert "还没有录入任何年份" in page


def test_a_year_is_entered(calendar_rows, as_role, clock):
    clock("2026-12-20")
    client = as_role("sysadmin", agency=None)
    deadline = start(agency("341300"), on=date(2026, 12, 20))
    assert "缺2027年节假日安排。</b>有 1 条期限暂为“待定”" in text(client.get(CALENDAR))

    response = client.post(CALENDAR, NOTICE, follow=True)

    assert "2027年节假日安排已录入，共 1 天" in text(response)
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 18)


def test_an_unlikely_line_is_doubted_and_kept(calendar_rows, as_role):
    days = "2027-01-01 休 元旦\n2027-01-04 班 调休上班"
    response = as_role("sysadmin").post(CALENDAR, NOTICE | {"days": days}, follow=True)
    assert "2027-01-04 是星期一，本来就上班" in text(response)
    assert CalendarYear.objects.get(pk=2027).days.count() == 2


def test_all_errors_are_named_by_line_and_what_was_typed_stays(calendar_rows, as_role):
    days = "2027-01-01 休 元旦\n明天 休 元旦\n2027-02-30 休 春节"
    page = text(as_role("sysadmin").post(CALENDAR, NOTICE | {"days": days}))
    assert "第 2 行：应写作" in page
    assert "第 3 行：日期“2027年2月30日”不存在，是否指 2027-02-28" in page
    assert "明天 休 元旦" in page
    assert not CalendarYear.objects.filter(pk=2027).exists()


def test_a_year_is_replaced_on_its_page(calendar_rows, as_role):
    client = as_role("sysadmin")
    assert "2021-10-09 班 调休上班" in text(client.get(YEAR))
    response = client.post(
        YEAR, {"year": 2019, "source": "更正", "days": "2021-01-01 休 元旦"}, follow=True
    )
    assert "2021年节假日安排已录入" in text(response)
    assert CalendarYear.objects.get(pk=2021).days.count() == 1
    assert CalendarYear.objects.get(pk=2019).source != "更正"


def test_a_wrong_replacement_is_refused(calendar_rows, as_role):
    page = text(as_role("sysadmin").post(YEAR, {"source": "更正", "days": "元旦"}))
    assert "第 1 行：应写作" in page
    assert CalendarYear.objects.get(pk=2021).entered_by is None


def test_a_local_day_is_set_and_taken_back(calendar_rows, as_role):
    client = as_role("sysadmin")
    page = text(client.post(SET, TYPHOON, follow=True))
    assert "已设置：2021-10-20 休 台风停工" in page
    assert "地方调整，优先于全国安排" in page
    assert "撤销 10月20日" in page

    page = text(client.post(CLEAR, {"date": "2021-10-20"}, follow=True))
    assert "已撤销地方调整" in page
    assert not Holiday.objects.filter(is_local=True).exists()


def test_an_incomplete_local_day_is_refused(calendar_rows, as_role):
    client = as_role("sysadmin")
    page = text(client.post(SET, TYPHOON | {"name": ""}))
    assert "请填写“名称”" in page
    assert client.post(CLEAR, {"date": "昨天"}).status_code == 200
    assert not Holiday.objects.filter(is_local=True).exists()


class TestList:
    def test_the_most_urgent_comes_first_and_what_waits_last(self, bureau, as_role, clock):
        clock("2026-12-20")
        start(bureau, 1, on=date(2026, 12, 20))
        start(bureau, 2, on=date(2026, 11, 23))
        start(bureau, 3, on=date(2026, 11, 19))
        page = text(as_role("officer", agency=bureau).get(LIST))
        places = [page.index(f"第{number}批") for number in (3, 2, 1)]
        assert places == sorted(places)
        for words in ("已逾期 1 个工作日", "还剩 1 个工作日", "待定：缺2027年节假日安排"):
            assert words in page
        assert "2026年11月19日任务完成，此后 20 个工作日内。依据：宿州方案五（三）" in page

    def test_tabs(self, bureau, as_role, clock):
        clock("2026-12-20")
        client = as_role("officer", agency=bureau)
        assert "没有正在计算的期限" in text(client.get(LIST))
        assert "没有逾期的期限" in text(client.get(LIST, {"tab": "overdue"}))
        assert "没有待定的期限" in text(client.get(LIST, {"tab": "pending"}))
        start(bureau, 1, on=date(2026, 12, 20))
        start(bureau, 2, on=date(2026, 11, 19))
        overdue, pending = (text(client.get(LIST, {"tab": t})) for t in ("overdue", "pending"))
        assert ("第2批" in overdue, "第1批" in overdue) == (True, False)
        assert ("第1批" in pending, "第2批" in pending) == (True, False)
        assert "全部 2" in pending
        assert "录入后会自动计算" in pending

    def test_other_agencies_clocks_do_not_exist(self, bureau, as_role):
        start(agency("410202"))
        assert "第1批" not in text(as_role("officer", agency=bureau).get(LIST))

    def test_twenty_to_a_page_by_key(self, bureau, as_role, clock):
        clock("2026-12-20")
        for number in range(1, 24):
            start(bureau, number, on=date(2026, 12, 20 if number > 20 else 1))
        client = as_role("officer", agency=bureau)
        first = client.get(LIST)
        assert len(first.context["page"].items) == 20
        second = client.get(f"{LIST}?{first.context['page'].next}")
        assert [row.title for row in second.context["page"].items] == [
            f"保安单位抽查第{number}批" for number in (21, 22, 23)
        ]

    def test_the_number_of_queries_does_not_grow(
        self, bureau, as_role, clock, django_assert_max_num_queries
    ):
        clock("2021-11-01")
        client = as_role("officer", agency=bureau)
        start(bureau, 0)
        client.get(LIST)
        counts = []
        for numbers in (range(1, 2), range(2, 20)):
            for number in numbers:
                start(bureau, number)
            with django_assert_max_num_queries(20) as queries:
                client.get(LIST)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_htmx_gets_the_part(self, bureau, as_role):
        page = text(as_role("officer", agency=bureau).get(LIST, headers={"HX-Request": "true"}))
        assert "<html" not in page
        assert page.strip().startswith("<section")


class TestChip:
    def chip(self, deadline, request=None):
        context = Context({"deadline": deadline} | ({"request": request} if request else {}))
        return Template("{% load deadlines %}{% due deadline %}").render(context)

    def test_an_open_deadline(self, bureau, clock):
        clock("2021-11-03")
        assert self.chip(start(bureau)) == (
            '<span class="due due--soon"><svg class="i" aria-hidden="true">'
            '<use href="#i-clock"/></svg>今天到期</span>'
        )
        clock("2021-10-09")
        assert self.chip(Deadline.objects.get()) == (
            '<span class="due"><svg class="i" aria-hidden="true">'
            '<use href="#i-cal"/></svg>11月3日</span>'
        )

    @pytest.mark.parametrize(
        ("on", "look", "words"),
        [("2021-11-03", "due due--done", "按时完成"), ("2021-11-04", "due", "逾期完成")],
    )
    def test_a_met_deadline(self, bureau, on, look, words):
        start(bureau)
        deadline = services.meet("tasks.task:1", "publish_result", on=date.fromisoformat(on))
        assert f'class="{look}"' in self.chip(deadline)
        assert words in self.chip(deadline)

    def test_a_cancelled_one_and_none(self, bureau):
        start(bureau)
        assert "已取消" in self.chip(services.cancel("tasks.task:1", "publish_result"))
        assert self.chip(None) == ""

    def test_what_waits(self, bureau):
        assert "待定：缺2027年节假日安排" in self.chip(start(bureau, on=date(2026, 12, 20)))

    def test_words_by_hand_still_work(self):
        page = Template('{% load deadlines %}{% due "late" "已逾期" %}').render(Context())
        assert 'class="due due--late"' in page

    def test_the_calendar_is_read_once_per_request(self, bureau, django_assert_num_queries):
        deadline = start(bureau)
        request = RequestFactory().get("/")
        with django_assert_num_queries(2):
            for _ in range(3):
                self.chip(deadline, request)
        with django_assert_num_queries(2):
            self.chip(deadline)


def test_a_user_without_agency_sees_an_empty_list(calendar_rows, log_in):
    start(agency("341300"))
    response = log_in(UserFactory(agency=None)).get(LIST)
    assert response.context["page"].items == []


def test_a_day_of_a_year_that_is_not_known_is_refused_at_its_field(calendar_rows, as_role):
    page = as_role("sysadmin").post(SET, TYPHOON | {"date": "2031-10-20"})
    assert page.status_code == 422
    assert page.context["day_form"].errors["date"] == ["缺2031年节假日安排，请先录入全年安排。"]
    assert "台风停工" in text(page)
    assert not Holiday.objects.filter(date="2031-10-20").exists()
