"""The slip of a draw by aliases: who is who, told to one enterprise at a time."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies.requests import StaffRequest
from core.errors import demand_access
from core.pages import attempt
from draws import services as draws
from draws.forms import SlipForm
from draws.models import Purpose
from draws.reads.minutes import qr
from draws.reads.refusals import why_not_print_slip
from registries.models import Target
from tasks.views.base import current, page, visible_task


@never_cache
@require_http_methods(["GET", "POST"])
def slip(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a code; with one of the list, the slip to print."""
    task = visible_task(request, number)
    draw = current(task, Purpose.TARGETS)
    if draw is None:
        raise Http404
    refusal = why_not_print_slip(draw, request.user)
    demand_access(refusal)
    form, found = SlipForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        found = attempt(
            form, draws.print_slip, draw, form.cleaned_data["code"], actor=request.user
        ).value
    address = settings.PORTAL_URL.rstrip("/") + reverse("publication:draw", args=[draw.draw_id])
    context = {
        "draw": draw,
        "form": form,
        "slip": found,
        "target": Target.objects.get(pk=found.pk) if found else None,
        "is_alias": refusal is None,
        "address": address,
        "qr": qr(address, scales=True).decode() if found else "",
    }
    response = page(request, task, "slip", context)
    response.status_code = 422 if form.errors else 200
    return response
