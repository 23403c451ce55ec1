"""Forms on the calendar: the shape of the input, with every error named by its line."""

from typing import Any

from django import forms

from core.forms import DayField, Form
from deadlines import arrangement

STATES = [("off", "休"), ("work", "班")]


class YearForm(Form):
    """A year's notice as typed, one day per line."""

    year = forms.IntegerField(label="年份", min_value=2018, max_value=2100)
    source = forms.CharField(
        label="通知文号", max_length=200, help_text="例如：国办发明电〔2025〕7号。"
    )
    url = forms.URLField(label="原文地址", max_length=300, required=False, assume_scheme="https")
    days = forms.CharField(
        label="放假和调休",
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=(
            "每行一天：日期、休或班、名称，例如 2027-01-01 休 元旦；2027-01-09 班 调休上班。"
            "只写与平常周一至周五不同的日期，假期中的周末也写上。"
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Read the lines once the year is known; `days` becomes a list of arrangement.Day."""
        cleaned = super().clean() or {}
        if "year" in cleaned and "days" in cleaned:
            days, faults = arrangement.parse(cleaned["days"], cleaned["year"])
            cleaned["days"] = days
            if faults:
                self.add_error("days", [str(fault) for fault in faults])
        return cleaned


class DayForm(Form):
    """One day that differs in this place only."""

    date = DayField(label="日期")
    state = forms.ChoiceField(label="安排", choices=STATES, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=30, help_text="例如：台风停工。")
    source = forms.CharField(label="依据", max_length=200, help_text="文件名称或文号。")


class ClearForm(Form):
    """Which local day to take back."""

    date = DayField(label="日期", widget=forms.HiddenInput)
