"""Forms that ask, and change nothing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils import timezone

from core.forms import CodeField, DayField, Form, SearchField

AREAS = [
    ("agencies.", "账号与角色"),
    ("catalog.", "事项清单"),
    ("registries.", "名录库"),
    ("plans.", "抽查计划"),
    ("tasks.", "任务与摇号"),
    ("inspections.", "现场检查"),
    ("publication.", "审批与公示"),
    ("deadlines.", "期限与日历"),
    ("core.", "留痕的核验与导出"),
]
SEARCH_LENGTH = 60


class SearchForm(Form):
    """What to look for."""

    q = SearchField(label="搜索", max_length=SEARCH_LENGTH, required=False)


class TrailForm(Form):
    """Which lines of the trail to show."""

    verb = CodeField(
        label="动作",
        required=False,
        max_length=60,
        validators=[RegexValidator(r"^[a-z_.]+$", "动作由小写字母、下划线和点组成。")],
        widget=forms.TextInput({"list": "verbs", "autocomplete": "off", "spellcheck": "false"}),
    )
    actor = SearchField(label="操作人", required=False, max_length=60)
    since = DayField(label="起始日期", required=False)
    until = DayField(label="截止日期", required=False)

    def clean(self) -> dict[str, Any]:
        """The first day must not lie after the last."""
        asked = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if since and until and since > until:
            raise ValidationError("起始日期晚于截止日期，请核对。")
        return asked

    def condition(self) -> Q:
        """The filter that was asked for."""
        asked = self.cleaned_data
        condition = Q(verb__startswith=asked["verb"])
        if asked["actor"]:
            condition &= Q(actor__name__contains=asked["actor"]) | Q(actor__username=asked["actor"])
        if asked["since"]:
            condition &= Q(at__gte=_midnight(asked["since"]))
        if asked["until"]:
            condition &= Q(at__lt=_midnight(asked["until"]) + timedelta(days=1))
        return condition

    def asked(self) -> dict[str, str]:
        """The filter as a line of the trail may hold it: no names of people."""
        asked = {name: str(value) for name, value in self.cleaned_data.items() if value}
        if "actor" in asked:
            asked["actor"] = "***"
        return asked


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
