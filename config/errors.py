"""The pages of the failures that no view handles. Named in `config.urls`."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

from core.pages import render_page

GONE = "没有找到您要的页面或记录。"
FORBIDDEN = "您没有查看或办理这一项的权限，没有改动任何记录。"
FAILED = "这一次没有完成，原因在系统，不在您的操作。已经保存的内容没有丢失，请稍后重试。"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address, or a record that does not exist for this user."""
    context = {"status": 404, "title": "没有找到", "message": GONE}
    return render_page(request, "errors/error", context, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of services, which explain their own refusals."""
    context = {"status": 403, "title": "没有权限", "message": FORBIDDEN}
    return render_page(request, "errors/error", context, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500: rendered without request and context processors, so that nothing in it can fail."""
    part = getattr(request, "htmx", None)
    name = "errors/_error.html" if part and not part.boosted else "errors/500.html"
    context = {"title": "系统出错", "message": FAILED}
    return HttpResponse(loader.get_template(name).render(context), status=500)
