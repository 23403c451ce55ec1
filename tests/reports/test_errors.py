"""What a reader sees when something is not there, not allowed or broken."""

import io
import logging
import re

import psycopg2
import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseFailure
from django.db import connection
from django.test import RequestFactory
from django.urls import path

from config import errors, urls
from core.faults import is_database_gone

HTMX = {"HX-Request": "true"}
NUMBER = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")


@login_not_required
def break_down(request):
    raise RuntimeError("内部的原因")


@login_not_required
def lose_the_database(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


# For the tests that need pages which fail.
urlpatterns = [
    path("fails/", break_down),
    path("api/v1/fails/", break_down),
    path("loses/", lose_the_database),
    *urls.urlpatterns,
]
handler404, handler500 = errors.not_found, errors.failed


@pytest.fixture
def failing(client, settings):
    """A client that gets the page of a failure instead of the failure."""
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


@pytest.fixture
def log():
    """What the log of the web server gets, through the handler that the settings lay."""
    (handler,) = [one for one in logging.getLogger().handlers if one.filters]
    before = handler.setStream(io.StringIO())
    yield handler.stream.getvalue
    handler.setStream(before)


def html(response):
    return response.content.decode()


def test_the_public_404_is_a_page_in_the_public_frame(client, db):
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert "没有找到您要的页面或记录。" in html(page)
    assert '<header class="site">' in html(page)
    assert "回到首页" in html(page)
    assert 'role="search" action="/results/"' in html(page)


def test_the_404_of_the_desk_stands_in_the_staff_frame(as_role):
    page = as_role("lead").get("/desk/tasks/000000-2021-999/")
    assert page.status_code == 404
    assert '<header class="bar">' in html(page)
    assert "回到工作台" in html(page)


def test_htmx_gets_a_notice_instead_of_a_page(as_role):
    page = as_role("lead").get("/desk/tasks/000000-2021-999/", headers=HTMX)
    assert page.status_code == 404
    assert html(page).lstrip().startswith('<div class="notice notice--danger">')


def test_a_refusal_is_a_notice_for_htmx_and_a_page_otherwise(as_role):
    client = as_role("lead")
    part, page = client.get("/desk/trail/", headers=HTMX), client.get("/desk/trail/")
    assert (part.status_code, page.status_code) == (403, 403)
    assert "<html" not in html(part)
    assert "<html" in html(page)
    assert "没有权限" in html(part)


def test_a_boosted_request_gets_the_whole_page(as_role):
    headers = HTMX | {"HX-Boosted": "true"}
    assert "<html" in html(as_role("lead").get("/desk/trail/", headers=headers))


def test_an_expired_form_is_explained(as_role, client, settings):
    client.handler.enforce_csrf_checks = True
    page = as_role("lead").post("/desk/notices/read/")
    assert page.status_code == 403
    assert "页面已过期" in html(page)
    part = client.post("/desk/notices/read/", headers=HTMX)
    assert html(part).lstrip().startswith('<div class="notice notice--danger">')


def test_a_refusal_of_the_framework_says_that_nothing_changed(rf, db):
    request = rf.get("/")
    request.htmx = False
    page = errors.forbidden(request, PermissionDenied())
    assert page.status_code == 403
    assert "没有改动任何记录" in html(page)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_failure_tells_what_is_safe_without_asking_the_database(headers):
    request = RequestFactory().get("/desk/", headers=headers)
    page = errors.failed(request)
    assert page.status_code == 500
    assert "系统出错" in html(page)
    assert "没有丢失" in html(page)


def test_a_crash_becomes_the_500_page(as_role, monkeypatch):
    client = as_role("lead")
    client.raise_request_exception = False

    def crash(user):
        raise RuntimeError

    monkeypatch.setattr("reports.reads.worklist", crash)
    for headers, whole in (({}, True), (HTMX, False)):
        page = client.get("/desk/", headers=headers)
        assert page.status_code == 500
        assert ("<html" in html(page)) is whole


def test_a_failure_has_a_number_by_which_its_log_line_is_found(failing, log):
    numbers = set()
    for address, headers in (("/fails/", {}), ("/fails/", HTMX), ("/api/v1/fails/", {})):
        page = failing.get(address, headers=headers)
        assert (page.status_code, page["Cache-Control"]) == (500, "no-store")
        said = page.json()["message"] if "api" in address else html(page)
        assert "编号" in said
        assert "内部的原因" not in said
        (number,) = set(NUMBER.findall(said))
        line = f"ERROR django.request: [编号 {number}] Internal Server Error: {address}\nTraceback"
        assert log().count(line) == 1
        assert "RuntimeError: 内部的原因" in log()
        numbers.add(number)
    assert len(numbers) == 3


def test_what_is_not_found_has_no_number(failing, log, db):
    failing.get("/no/such/page/")
    assert "WARNING django.request: Not Found: /no/such/page/" in log()
    assert "编号" not in log()


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_is_a_page_that_says_so(failing, log):
    page = failing.get("/loses/")
    connection.close()
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "数据库暂时没有应答" in html(page)
    assert "Traceback" not in html(page)
    (number,) = set(NUMBER.findall(html(page)))
    assert f"[编号 {number}] Service Unavailable: /loses/ (" in log()
    assert len(log().splitlines()) == 1  # a minute without it must not fill the disk with traces


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "gone"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SET statement_timeout = 1; SELECT pg_sleep(5)", False),
        ("SELECT 1 FROM no_such_table", False),
    ],
)
def test_a_refused_statement_is_no_lost_database(statement, gone):
    with pytest.raises(DatabaseFailure) as failure, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
    assert is_database_gone(failure.value) is gone


def test_a_server_that_cannot_be_reached_is_a_lost_database(tmp_path):
    with pytest.raises(DatabaseFailure) as failure, connection.wrap_database_errors:
        psycopg2.connect(host=str(tmp_path), dbname="portal")
    assert is_database_gone(failure.value)
