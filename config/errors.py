"""The pages of the failures that no view handles. Named in `config.urls`."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from core.faults import is_database_gone, new_reference
from core.pages import render_page

GONE = "没有找到您要的页面或记录。"
FORBIDDEN = "您没有查看或办理这一项的权限，没有改动任何记录。"
FAILED = (
    500,
    "系统出错",
    "这一次没有完成，原因在系统，不在您的操作。已经保存的内容没有丢失，请稍后重试。",
)
AWAY = (
    503,
    "系统暂时不可用",
    "数据库暂时没有应答。已经保存的内容没有丢失，请过几分钟重试。",
)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address, or a record that does not exist for this user."""
    context = {"status": 404, "title": "没有找到", "message": GONE}
    return render_page(request, "errors/error", context, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of services, which explain their own refusals."""
    context = {"status": 403, "title": "没有权限", "message": FORBIDDEN}
    return render_page(request, "errors/error", context, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500, and 503 without the database: rendered without request and context processors.

    So nothing in it can fail. Its number is in the log line that Django writes after it.
    """
    request.reference = new_reference()
    away = is_database_gone(sys.exception())
    status, title, message = AWAY if away else FAILED
    if request.path.startswith("/api/"):
        said = {"message": f"{message}编号：{request.reference}。"}
        return _hint(JsonResponse(said, status=status))
    part = getattr(request, "htmx", None)
    context = {"status": status, "title": title, "message": message}
    if part and not part.boosted:
        name, context["message"] = "errors/_error.html", f"{message}编号：{request.reference}。"
    else:
        name, context["reference"] = "errors/500.html", request.reference
    return _hint(HttpResponse(loader.get_template(name).render(context), status=status))


def _hint(response: HttpResponse) -> HttpResponse:
    """Programs learn when to come again; nobody keeps the page."""
    response["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response["Retry-After"] = "30"
    return response
