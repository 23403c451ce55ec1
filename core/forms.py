"""Forms of the house: what is typed is read once, and what is wrong is said in our own words."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models.constraints import BaseConstraint
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


# Words ---------------------------------------------------------------------------------------

CHOSEN = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)
HIDDEN = "本页自动填写的数据不完整，没有保存。请刷新本页后重新提交。"
GONE = "所选的一项已不在可选范围内，没有保存。请重新选择。"
UNFIT = "填写的格式不对，没有保存。请按说明修改后再提交。"
NULLS = "含有看不见的空字符，没有保存。请删去后重新填写。"
AT_ODDS = "填写的各项互相矛盾，没有保存。请核对后再提交。"
TWICE = "已有一条相同的记录，没有保存。请先查找已有的那一条。"

# What a field says, by its class, where it brings no words of its own.
WORDS: list[tuple[type[forms.Field], dict[str, str]]] = [
    (
        forms.Field,
        {
            "invalid": UNFIT,
            "max_length": "最多 %(limit_value)d 个字，现在有 %(show_value)d 个，没有保存。请缩短后再提交。",
            "min_length": "至少 %(limit_value)d 个字，现在只有 %(show_value)d 个，没有保存。请补充后再提交。",
            "min_value": "不能小于 %(limit_value)s，没有保存。请修改后再提交。",
            "max_value": "不能大于 %(limit_value)s，没有保存。请修改后再提交。",
            "step_size": "应为 %(limit_value)s 的整数倍，没有保存。请修改后再提交。",
            "null_characters_not_allowed": NULLS,
            "invalid_choice": GONE,
            "invalid_list": GONE,
            "invalid_pk_value": GONE,
            "unique": "已有相同的一条，没有保存。请换一个，或查找已有的那一条。",
            "unique_for_date": TWICE,
            "unique_together": TWICE,
        },
    ),
    (
        forms.ChoiceField,
        {"invalid_choice": "所选的“%(value)s”不在可选范围内，没有保存。请重新选择。"},
    ),
    (forms.ModelChoiceField, {"invalid_choice": GONE}),  # its value is a number
    (forms.IntegerField, {"invalid": "请填写整数，例如 5。"}),
    (
        forms.DecimalField,
        {
            "invalid": "请填写数字，例如 0.5。",
            "max_digits": "最多 %(max)s 位数字，没有保存。请修改后再提交。",
            "max_decimal_places": "最多 %(max)s 位小数，没有保存。请修改后再提交。",
            "max_whole_digits": "小数点前最多 %(max)s 位，没有保存。请修改后再提交。",
        },
    ),
    (forms.DateField, {"invalid": "这不是日期，请写成 2024-09-30。"}),
    (
        forms.DateTimeField,
        {"invalid": "这不是日期和时间，或者这一天不存在。请写成 2024-09-30 10:00。"},
    ),
    (forms.TimeField, {"invalid": "这不是时间，请写成 10:00。"}),
    (forms.EmailField, {"invalid": "请填写完整的电子邮箱，例如 name@example.cn。"}),
    (forms.URLField, {"invalid": "请填写完整的网址，例如 https://www.example.cn/。"}),
    (forms.SlugField, {"invalid": "只能用字母、数字、连字符和下划线，例如 a-01。"}),
    (
        forms.FileField,
        {
            "invalid": "文件没有传上来，请重新选择后再提交。",
            "missing": "文件没有传上来，请重新选择后再提交。",
            "empty": "文件是空的，没有上传。请重新选择。",
            "max_length": "文件名有 %(length)d 个字，最多 %(max)d 个。请改短后重新选择。",
            "contradiction": "请只做一项：上传新文件，或者勾选删除原文件。",
        },
    ),
    (forms.ImageField, {"invalid_image": "这个文件不是图片或已损坏，没有上传。请重新选择。"}),
]


def speak(bound: BoundField) -> None:
    """Give a field our words for every error that would speak the framework's."""
    given, ours = bound.field.error_messages, _ours(bound)
    theirs = _defaults(type(bound.field))
    written = {one.code for one in _validators(bound) if one.message is not type(one).message}
    for code, words in ours.items():
        if given.get(code) is theirs.get(code) and code not in written:
            given[code] = HIDDEN if bound.is_hidden else words


def _ours(bound: BoundField) -> dict[str, str]:
    """What a field says where it brings no words of its own."""
    found = {"required": _ask(bound)}
    for kind, words in WORDS:
        if isinstance(bound.field, kind):
            found |= words
    return found


def _ask(bound: BoundField) -> str:
    """What is asked for where nothing was given."""
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return f"请勾选“{bound.label}”。"
    return f"请{'选择' if isinstance(widget, CHOSEN) else '填写'}“{bound.label}”。"


def _is_djangos(kind: type) -> bool:
    return kind.__module__.startswith("django.")


def _defaults(kind: type) -> dict[str, Any]:
    """The framework's words for a class of fields; words of our own classes are not among them."""
    found: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        words = vars(one).get("default_error_messages", {})
        found |= words if _is_djangos(one) else dict.fromkeys(words, "")
    return found


def _validators(bound: BoundField) -> list[Any]:
    """What looks at the value and has a code and words: of the field, and of the row behind it."""
    field = bound.field
    found = [one for one in field.validators if one not in type(field).default_validators]
    about = getattr(bound.form, "_meta", None)
    if about is not None and bound.name in (about.fields or ()):
        found += about.model._meta.get_field(bound.name).validators
    return [one for one in found if hasattr(one, "message") and hasattr(one, "code")]


def retell(error: ValidationError) -> None:
    """Put our words where the framework speaks of a whole row, or of a choice with a null in it."""
    template = str(BaseConstraint.default_violation_error_message)
    start, _, end = template.partition("%(name)s")
    by_field = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
    for one in by_field.get(NON_FIELD_ERRORS, ()):
        text = str(one.message)
        if one.code == "unique_together":
            one.message = TWICE
        elif one.code == "null_characters_not_allowed":
            one.message = NULLS
        elif text.startswith(start) and text.endswith(end):
            one.message = AT_ODDS


# Forms ---------------------------------------------------------------------------------------


class House(forms.BaseForm):
    """What every form has in common; use Form or ModelForm."""

    bound_field_class = Bound

    def full_clean(self) -> None:
        """Check what was typed, in our words."""
        for bound in self:
            speak(bound)
        super().full_clean()

    def add_error(self, field: str | None, error: Any) -> None:
        """Note what is wrong, in our words."""
        if isinstance(error, ValidationError):
            retell(error)
        super().add_error(field, error)


class Form(House, forms.Form):
    """A form."""


if TYPE_CHECKING:
    RowForm = forms.ModelForm[Any]
else:
    RowForm = forms.ModelForm


class ModelForm(House, RowForm):
    """A form on one row."""
