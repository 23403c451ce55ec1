"""A refusal becomes a page; every answer says what a page may ask of the device."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from core.errors import DomainError
from core.pages import render_page

DEVICE = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb",
)  # fmt: skip
NOTHING = ", ".join(f"{name}=()" for name in DEVICE)
CAMERA = NOTHING.replace("camera=()", "camera=(self)")


class PermissionsPolicyMiddleware:
    """The phone pages may use the camera; no page may use anything else of the device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = CAMERA if request.path.startswith("/m/") else NOTHING
        return response


NOT_BY_ADDRESS = {
    "status": 405,
    "title": "这个地址不能直接打开",
    "message": "它只接受页面上按钮的提交，没有做任何改动。请返回上一页，从页面上继续。",
}


class DomainErrorMiddleware:
    """Show every DomainError with its status and its sentence, so that no view needs a try."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; an address that only takes a button's POST says so when it is opened."""
        response = self.get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/"):
            return response
        page = render_page(request, "errors/error", NOT_BY_ADDRESS, status=405)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a refusal; other errors go on to Django."""
        if not isinstance(error, DomainError):
            return None
        context = {"status": error.status, "title": error.title, "message": error.message}
        return render_page(request, "errors/error", context, status=error.status)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that was open too long or came from elsewhere."""
    context = {
        "status": 403,
        "title": "页面已过期",
        "message": "页面打开时间过长或登录状态已变化，本次没有提交任何内容。请返回上一页，刷新后再提交。",
    }
    return render_page(request, "errors/error", context, status=403)
