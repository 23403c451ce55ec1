"""`{% load reports %}`, then `{% chip todo %}`: by when a thing has to be done."""

from django.template import Context, Library
from django.utils.safestring import SafeString

from core import clock
from core.templatetags import portal
from deadlines import rules
from deadlines.templatetags.deadlines import calendar_of, due
from reports.reads import Todo

register = Library()


@register.simple_tag(takes_context=True)
def chip(context: Context, todo: Todo) -> SafeString | str:
    """The chip of its clock; where none runs, of its last day by plan or certificate."""
    if todo.deadline:
        return due(context, todo.deadline)
    if todo.until is None:
        return portal.due("plain", "不限期", "minus")
    seen = rules.chip(todo.until, clock.today(), calendar_of(context))
    return portal.due(seen.tone or "plain", seen.words, seen.icon)
