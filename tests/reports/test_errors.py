"""What a reader sees when something is not there, not allowed or broken."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from config import errors

HTMX = {"HX-Request": "true"}


def html(response):
    return response.content.decode()


def test_the_public_404_is_a_page_in_the_public_frame(client, db):
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert "没有找到您要的页面或记录。" in html(page)
    assert '<header class="site">' in html(page)
    assert "回到首页" in html(page)


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

    monkeypatch.setattr("reports.queries.worklist", crash)
    for headers, whole in (({}, True), (HTMX, False)):
        page = client.get("/desk/", headers=headers)
        assert page.status_code == 500
        assert ("<html" in html(page)) is whole
