"""An initial password opens one page only: the one that changes it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class PasswordChangeMiddleware:
    """Send whoever still has an initial password to the page that changes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff_page = request.path.startswith(("/desk/", "/m/", "/api/"))
        user = request.user
        if user.is_authenticated and user.must_change_password and staff_page:
            return redirect("password_change")
        return self.get_response(request)
