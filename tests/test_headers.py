"""What every answer says to the browser: on plain pages, error pages, JSON, and under https."""

import runpy
from pathlib import Path

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.urls import path

from config.errors import failed
from tests.factories import UserFactory

SETTINGS = Path(__file__).resolve().parents[1] / "config" / "settings.py"
PUBLIC, DESK, PHONE, API = "/", "/desk/", "/m/", "/api/v1/schema/"
PLACES = {
    "public page": (PUBLIC, 200),
    "log-in": ("/login/", 200),
    "desk": (DESK, 200),
    "phone": (PHONE, 200),
    "api": (API, 200),
    "api refusal": ("/api/v1/inspections/999999/", 404),
    "health": ("/healthz", 200),
    "not found": ("/no-such-page/", 404),
    "not allowed": ("/desk/trail/", 403),
}
DEVICES = {"camera", "microphone", "geolocation", "usb", "payment"}
UNSAFE = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "http:", "https:", "*")


@login_not_required
def fail(request):
    raise ZeroDivisionError


# For the one test that needs a page which fails.
urlpatterns = [path("fails/", fail)]
handler500 = failed


@pytest.fixture
def production(settings, monkeypatch):
    """The security settings as config/settings.py has them with PORTAL_HTTPS=1."""
    monkeypatch.setenv("PORTAL_HTTPS", "1")
    for name in ("PORTAL_DEMO", "PORTAL_TODAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in runpy.run_path(str(SETTINGS)).items():
        if name.startswith(("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_")):
            setattr(settings, name, value)


@pytest.fixture
def visit(as_role):
    """`visit(address)` opens it as an officer, who may see all places but one."""
    return as_role("officer").get


def directives(response):
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


def allowed_devices(response):
    given = dict(part.strip().split("=", 1) for part in response["Permissions-Policy"].split(","))
    assert set(given) >= DEVICES
    return {name: who for name, who in given.items() if who != "()"}


@pytest.mark.parametrize(("address", "status"), PLACES.values(), ids=PLACES)
def test_every_answer_is_closed_to_strangers(visit, address, status):
    response = visit(address)

    assert response.status_code == status
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = directives(response)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert not [each for values in policy.values() for each in values if each.strip("'") in UNSAFE]
    assert allowed_devices(response) == ({"camera": "(self)"} if address == PHONE else {})


def test_a_failure_is_closed_as_well(client, settings, db):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    response = client.get("/fails/")
    assert response.status_code == 500
    assert "系统出错" in response.content.decode()
    assert directives(response)["default-src"] == ["'self'"]
    assert response["X-Frame-Options"] == "DENY"
    assert allowed_devices(response) == {}


def test_without_https_nothing_is_promised(client, db):
    assert "Strict-Transport-Security" not in client.get("/login/")


def test_https_is_promised_for_a_year(production, client, db):
    response = client.get("/login/", secure=True)
    assert response.status_code == 200
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_http_is_sent_to_https(production, client, db):
    response = client.get("/results/?page=2")
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/results/?page=2"


def test_the_proxy_says_what_was_https(production, client, db):
    assert client.get("/login/", headers={"x-forwarded-proto": "https"}).status_code == 200
    assert client.get("/login/", headers={"x-forwarded-proto": "http"}).status_code == 301


def test_cookies_stay_with_us(production, reference, client):
    user = UserFactory(role="officer")
    user.set_password("long-enough-2021")
    user.save()
    client.get("/login/", secure=True)
    typed = {"username": user.username, "password": "long-enough-2021"}
    response = client.post("/login/", typed, secure=True)

    assert response.status_code == 302
    assert set(response.cookies) >= {"sessionid", "csrftoken"}
    for cookie in response.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("secret", ["DJANGO_SECRET_KEY", "PORTAL_FIELD_KEY", "DATABASE_URL"])
def test_a_missing_secret_stops_the_start(monkeypatch, secret):
    monkeypatch.delenv(secret)
    with pytest.raises(ImproperlyConfigured, match=f"缺少环境变量 {secret}"):
        runpy.run_path(str(SETTINGS))
