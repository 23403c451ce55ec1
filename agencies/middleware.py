"""What a session may do: an initial password opens one page only, an idle session none."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from agencies import rules, services
from agencies.models import User
from core import clock

SEEN = "seen_at"  # in the session: the last act of its user, seconds of the real clock
ENDED = "idle_ended"  # in the session after it: says so on the log-in page
HEALTH = "/healthz"
STEP = 15  # seconds; not every request writes the session


def address_of(request: HttpRequest) -> str:
    """Where the request comes from; empty when unknown."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return rules.client_address(
        request.META.get("REMOTE_ADDR", ""), forwarded, settings.PORTAL_PROXIES
    )


def seconds_left(request: HttpRequest) -> int:
    """How long the session lasts when its user does nothing more."""
    now = int(clock.real_now().timestamp())
    seen: int = request.session.get(SEEN, now)
    return seen + int(settings.PORTAL_IDLE_MINUTES) * 60 - now


class IdleMiddleware:
    """End a session whose user has done nothing for PORTAL_IDLE_MINUTES, by the real clock.

    Requests that a page makes by itself carry X-Background: they neither keep a session alive nor
    find an ended one open. /healthz must answer without a database, so nobody is logged in there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == HEALTH:
            request.user = AnonymousUser()
        elif settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._look(request, request.user)
        return self.get_response(request)

    def _look(self, request: HttpRequest, user: User) -> None:
        now = int(clock.real_now().timestamp())
        if seconds_left(request) <= 0:
            services.log_out_idle(user, address=address_of(request))
            logout(request)
            request.session[ENDED] = True
            return
        acts = "X-Background" not in request.headers
        if SEEN not in request.session or (acts and now - request.session[SEEN] >= STEP):
            request.session[SEEN] = now


class PasswordChangeMiddleware:
    """Send whoever still has an initial password to the page that changes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff_page = request.path.startswith(("/desk/", "/m/", "/api/"))
        user = request.user
        if staff_page and user.is_authenticated and user.must_change_password:
            return redirect("password_change")
        return self.get_response(request)
