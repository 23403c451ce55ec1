"""`{% load deadlines %}`, then `{% due deadline %}`: the chip of a running clock.

The calendar is read once per request, however many chips a page has.
"""

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString

from core import clock
from core.templatetags import portal
from deadlines import rules, services
from deadlines.flows import DeadlineStatus
from deadlines.models import Deadline

register = Library()


@register.simple_tag(takes_context=True)
def due(context: Context, deadline: Any, words: str = "", icon: str = "") -> SafeString | str:
    """The chip of a Deadline, nothing for None; `{% due "soon" "今天到期" %}` still works."""
    if isinstance(deadline, str) and words:
        return portal.due(deadline, words, icon)
    if not isinstance(deadline, Deadline):
        return ""
    chip = chip_of(deadline, context)
    return portal.due(chip.tone or "plain", chip.words, chip.icon)


def chip_of(deadline: Deadline, context: Context) -> rules.DeadlineChip:
    """What the chip of a deadline says today."""
    if deadline.status == DeadlineStatus.CANCELLED:
        return rules.DeadlineChip("", "x", "已取消")
    if deadline.is_late:
        return rules.DeadlineChip("", "check", "逾期完成")
    if deadline.status == DeadlineStatus.MET:
        return rules.DeadlineChip("done", "check", "按时完成")
    if deadline.due_on is None:
        return rules.DeadlineChip("", "alert", f"待定：{rules.missing_text(deadline.missing_year)}")
    return rules.chip(deadline.due_on, clock.today(), calendar_of(context))


def calendar_of(context: Context) -> rules.Calendar:
    """The calendar, kept on the request."""
    request = context.get("request")
    if request is None:
        return services.calendar()
    if not hasattr(request, "working_calendar"):
        request.working_calendar = services.calendar()
    return request.working_calendar
