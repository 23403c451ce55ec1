"""Form fields that every app uses."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.days import UnknownDay, parse_day


def row_field(form: forms.BaseForm, name: str) -> Any:
    """The field of a form that chooses among rows: its `queryset`, `empty_label` and words."""
    return form.fields[name]


class DayField(forms.DateField):
    """A date, however written; an impossible one is refused by name, with the day that was meant."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """The day, or a sentence that names the field."""
        if value in self.empty_values:
            return None
        try:
            return parse_day(value)
        except UnknownDay as error:
            name = f"{self.label}：" if self.label else ""
            end = "" if error.meant else "。"
            raise ValidationError(f"{name}{error.sentence()}{end}") from None
