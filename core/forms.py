"""Forms of the house: what is typed is read once, and what is wrong is said in our own words."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from core.days import UnknownDay, parse_day
from core.typed import as_code, as_search


def row_field(form: forms.BaseForm, name: str) -> Any:
    """The field of a form that chooses among rows: its `queryset`, `empty_label` and words."""
    return form.fields[name]


# Fields --------------------------------------------------------------------------------------


class CodeField(forms.CharField):
    """A code, a number, a phone number or a user name: full-width signs are meant as plain ones."""


class SearchField(forms.CharField):
    """What to look for: a code, or words whose punctuation stays."""


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


CODES = (
    CodeField,
    forms.IntegerField,  # and the others that count
    forms.DateField,
    forms.DateTimeField,
    forms.TimeField,
    forms.EmailField,
    forms.URLField,
    forms.SlugField,
    forms.RegexField,
    forms.UUIDField,
    forms.GenericIPAddressField,
)


def reading_of(field: forms.Field) -> Callable[[str], str] | None:
    """How a field reads full-width signs; None where the text is the reader's own."""
    if isinstance(field, SearchField):
        return as_search
    return as_code if isinstance(field, CODES) else None


class Bound(BoundField):
    """A field with what was typed: its page shows that again, its form reads it plain."""

    @property
    def data(self) -> Any:
        """What the form reads."""
        typed = super().data
        read = reading_of(self.field)
        return read(typed) if read and isinstance(typed, str) else typed

    def value(self) -> Any:
        """What the page shows."""
        if not self.form.is_bound:
            return super().value()
        return self.field.prepare_value(self.field.bound_data(super().data, self.initial))


# Forms ---------------------------------------------------------------------------------------


class House(forms.BaseForm):
    """What every form has in common; use Form or ModelForm."""

    bound_field_class = Bound


class Form(House, forms.Form):
    """A form."""


if TYPE_CHECKING:
    RowForm = forms.ModelForm[Any]
else:
    RowForm = forms.ModelForm


class ModelForm(House, RowForm):
    """A form on one row."""
