"""`{% load deadlines %}`, then `{% due deadline %}`: the chip of a running clock.

The calendar is read once per request, however many chips a page has.
"""

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString

from core import clock
from core.templatetags import portal
from deadlines import reads, rules
from deadlines.models import Deadline

register = Library()


@register.simple_tag(takes_context=True)
def due(context: Context, deadline: Any, words: str = "", icon: str = "") -> SafeString | str:
    """The chip of a Deadline, nothing for None; `{% due "soon" "今天到期" %}` still works."""
    if isinstance(deadline, str) and words:
        return portal.due(deadline, words, icon)
    if not isinstance(deadline, Deadline):
        return ""
    runs = deadline.is_open and deadline.due_on is not None
    chip = reads.chip_of(deadline, clock.today(), calendar_of(context) if runs else None)
    return portal.due(chip.tone or "plain", chip.words, chip.icon)


def calendar_of(context: Context) -> rules.Calendar:
    """The calendar, kept on the request."""
    request = context.get("request")
    if request is None:
        return reads.calendar()
    if not hasattr(request, "working_calendar"):
        request.working_calendar = reads.calendar()
    known: rules.Calendar = request.working_calendar
    return known
