"""The tags and filters every page is built from. They are built in: no page needs to load them.

Frames (blocks `title`, `head`, `main`, `scripts`)
    {% extends "base.html" %}     staff: bar, rail, main; main opens with <header class="page-head">
    {% extends "public.html" %}   public: site header, navigation, footer; pages bring their own .wrap
    {% extends "phone.html" %}    field work, one column; also blocks `back`, `heading`, `aside`, `sync`

Tags
    {% icon "clock" %}                        a symbol of components/_sprite.html
    {% code target.uscc %}                    groups of four; {% code digest 8 %} groups of eight
    {% status "problem" "发现问题" %}         problem, ok, wait, neutral; icon="minus" for another icon
    {% due "soon" "还剩 2 个工作日" %}        plain, soon, late, done
    {% progress done total %}                 thin bar with 11/14 beside it
    {% field form.name %}                     label, hint, error, control; look="seg" or look="list";
                                              js/day puts a calendar beside a date
    {% errors form %}                         the summary; takes several forms and formsets
    {% public_nav as links %}                 url, label, current
    {% back_url as url %}                     the page the reader came from, when it is ours
    {% site_name %}

Filters
    masked_name 陈立伟 → 陈某 · masked_id 3413…… → 341302********0011 · masked_phone 138****5678
    percent 200000 → 20% (millionths) · capped_count 10001 → 超过1万
    cn_date 2021年7月15日 · cn_day 7月15日 · cn_datetime 2021年7月15日 10:12
    cn_time 7月15日 10:12 · cn_weekday 星期四

Includes (each names its context in its first line)
    components/_pager.html _messages.html _steps.html _modes.html _account.html _logout.html
Blocks: see core/templatetags/parts.py
Forms that change something: <form method="post" novalidate>, so that the summary speaks, not the
browser. js/portal marks the pressed button 正在提交…; data-busy="正在抽取…" changes the words,
data-again on the form leaves it usable (downloads).
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template import Context, Library
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from core import masking
from core.models import NAMELESS

register = Library()

COUNT_LIMIT = 10_000
WEEKDAYS = "一二三四五六日"

# The symbols of components/_sprite.html.
SYMBOLS = """
alert back bell books cal cam chart check chev clock cloud doc down eye flag gear help home img info
list lock log mail menu minus next out pen phone plus print search shield stamp target up user users x
"""
ICONS = SYMBOLS.split()
STATUS_ICONS = {"problem": "alert", "ok": "check", "wait": "clock", "neutral": "check"}
DUE_ICONS = {"plain": "cal", "soon": "clock", "late": "alert", "done": "check"}

# A page belongs to the entry whose address it begins with; firms are reached from the results.
PUBLIC_NAV = [
    ("/", "首页"),
    ("/results/", "检查结果"),
    ("/tasks/", "抽查公告"),
    ("/items/", "事项清单"),
    ("/plans/", "年度计划"),
    ("/draws/", "摇号验证"),
    ("/data/", "数据开放"),
    ("/help/", "说明与申诉"),
]


# Icons, codes, states ------------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite; always beside a word."""
    if name not in ICONS:
        raise ValueError(f"no icon {name!r}; there are {', '.join(ICONS)}")
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def code(value: Any, size: int = 4) -> SafeString:
    """A code in groups; the gaps are margins, so that copying yields the bare value."""
    text = "" if value is None else str(value)
    groups = ((text[at : at + size],) for at in range(0, len(text), size))
    return format_html(
        '<span class="code">{}</span>', format_html_join("", "<span>{}</span>", groups)
    )


def _marked(name: str, icons: dict[str, str], kind: str, text: str, symbol: str) -> SafeString:
    if kind not in icons:
        raise ValueError(f"no {name} {kind!r}; there are {', '.join(icons)}")
    plain = kind in {"neutral", "plain"}
    return format_html(
        '<span class="{}">{}{}</span>',
        name if plain else f"{name} {name}--{kind}",
        icon(symbol or icons[kind]),
        text,
    )


@register.simple_tag
def status(kind: str, text: str, icon: str = "") -> SafeString:
    """A state: icon, word and colour. 未发现问题 is neutral; ok is for 完成 and 按时 only."""
    return _marked("status", STATUS_ICONS, kind, text, icon)


@register.simple_tag
def due(kind: str, text: str, icon: str = "") -> SafeString:
    """A deadline: plain with its date, soon from three working days, late, done."""
    return _marked("due", DUE_ICONS, kind, text, icon)


@register.simple_tag
def progress(done: int, total: int) -> SafeString:
    """A thin bar with its number beside it."""
    share = min(100, round(100 * done / total)) if total else 0
    return format_html(
        '<span class="progress"><svg aria-hidden="true">'
        '<rect class="track" width="100%" height="6" rx="3"/>'
        '<rect class="{}" width="{}%" height="6" rx="3"/></svg>{}/{}</span>',
        "all" if total and done >= total else "fill",
        share,
        done,
        total,
    )


# Forms ---------------------------------------------------------------------------------------

ISO_FORMATS = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.TimeInput: ("time", "%H:%M"),
}


def _words(bound: BoundField) -> list[str]:
    """The errors of a field as sentences."""
    return [str(text) for text in bound.errors]


def _anchor(bound: BoundField) -> str:
    """The id of the control, or of the first of a group."""
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label


def _prepare(bound: BoundField) -> None:
    """A day is text with a calendar beside it, native controls take ISO; what was typed stays as typed."""
    bound.form.use_required_attribute = False
    widget = bound.field.widget
    if isinstance(widget, forms.DateInput):
        widget.format, widget.input_type = "%Y-%m-%d", "text"
        widget.attrs |= {"data-day": "", "autocomplete": "off"}
        return
    for kind, (input_type, pattern) in ISO_FORMATS.items():
        if isinstance(widget, kind):
            widget.format = pattern
            widget.input_type = "text" if _unknown(input_type, bound.value()) else input_type
            return
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        widget.attrs["rows"] = "4"


def _unknown(input_type: str, value: Any) -> bool:
    """Whether a native control would show nothing: it takes days and hours that exist, in ISO form."""
    if not isinstance(value, str) or not value:
        return False
    if input_type == "time":
        return re.match(r"\d\d:", value) is None
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return True
    return re.match(r"\d{4}-\d\d-\d\d", value) is None


def _classes(widget: forms.Widget) -> str:
    own: str = widget.attrs.get("class", "")
    if isinstance(widget, forms.CheckboxInput):
        return own
    if isinstance(widget, forms.DateInput | forms.DateTimeInput | forms.TimeInput):
        own = f"input--date {own}"
    elif isinstance(widget, forms.NumberInput):
        own = f"input--num {own}"
    elif isinstance(widget, forms.FileInput):
        own = f"input--file {own}"
    return f"input {own}".strip()


def _control(bound: BoundField) -> SafeString:
    attrs = {"class": _classes(bound.field.widget)}
    if bound.field.required and not isinstance(bound.field.widget, forms.CheckboxInput):
        attrs["aria-required"] = "true"
    return bound.as_widget(attrs={name: value for name, value in attrs.items() if value})


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, look: str = "pick") -> dict[str, Any]:
    """Label, hint, error, control, in this order. look: how a group of choices stands."""
    _prepare(bound)
    group = bound.use_fieldset
    return {
        "field": bound,
        "hidden": bound.is_hidden,
        "group": group,
        "check": isinstance(bound.field.widget, forms.CheckboxInput),
        "look": look,
        "options": bound.subwidgets if group else [],
        "required": bound.field.required,
        "words": _words(bound),
        "control": "" if group else _control(bound),
    }


def _summary(form: forms.BaseForm, prefix: str = "") -> list[dict[str, str]]:
    found = [{"href": "", "text": f"{prefix}{text}"} for text in form.non_field_errors()]
    for bound in form:
        for text in _words(bound):
            said = text if bound.label and str(bound.label) in text else f"{bound.label}：{text}"
            href = "" if bound.is_hidden else f"#{_anchor(bound)}"
            found.append({"href": href, "text": f"{prefix}{said}"})
    return found


@register.inclusion_tag("components/_errors.html")
def errors(*sources: Any) -> dict[str, Any]:
    """What is wrong, in the words that stand at the fields, with a link to each."""
    found: list[dict[str, str]] = []
    for source in sources:
        if isinstance(source, forms.BaseFormSet):
            found += [{"href": "", "text": str(text)} for text in source.non_form_errors()]
            for number, form in enumerate(source.forms, 1):
                found += _summary(form, f"第 {number} 行：")
        elif source is not None and source.is_bound:
            found += _summary(source)
    return {"found": found}


# Frames --------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def site_name(context: Context) -> str:
    """The name of the portal; log-in views put a host name under `site_name`, which is not it."""
    return str(context.get("portal_name") or settings.PORTAL_SITE_NAME or NAMELESS)


@register.simple_tag(takes_context=True)
def public_nav(context: Context) -> list[dict[str, Any]]:
    """The public sections; `current` is page, true (a page below it) or empty."""
    request = context.get("request")
    path = request.path.replace("/firms/", "/results/", 1) if request else ""
    links = []
    for url, label in PUBLIC_NAV:
        below = url != "/" and path.startswith(url)
        links.append(
            {"url": url, "label": label, "current": "page" if path == url else "true" * below}
        )
    return links


@register.simple_tag(takes_context=True)
def back_url(context: Context) -> str:
    """The page the reader came from, empty when unknown, elsewhere, or this very page."""
    request = context.get("request")
    if request is None:
        return ""
    url: str = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not ours or (request.method == "GET" and url == request.build_absolute_uri()):
        return ""
    return url


# Words ---------------------------------------------------------------------------------------


@register.filter
def masked_name(value: Any) -> str:
    """陈立伟 → 陈某, 欧阳峰 → 欧阳某."""
    return masking.masked_name(str(value or ""))


@register.filter
def masked_id(value: Any) -> str:
    """A citizen number with birthday and sequence hidden."""
    return masking.masked_citizen_id(str(value or ""))


@register.filter
def masked_phone(value: Any) -> str:
    """13812345678 → 138****5678."""
    return masking.masked_phone(str(value or ""))


@register.filter
def percent(ppm: int | None) -> str:
    """Millionths as a percentage without needless zeros: 200000 → 20%, 5000 → 0.5%."""
    if ppm is None:
        return ""
    return f"{(Decimal(ppm) / 10_000).normalize():f}%"


@register.filter
def capped_count(value: int | None) -> str:
    """Exact up to ten thousand, then 超过1万."""
    if value is None:
        return ""
    return "超过1万" if value > COUNT_LIMIT else str(value)


def _local(value: Any) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else None


@register.filter
def cn_date(value: Any) -> str:
    """2021年7月15日."""
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def cn_day(value: Any) -> str:
    """7月15日."""
    day = _local(value)
    return f"{day.month}月{day.day}日" if day else ""


@register.filter
def cn_datetime(value: Any) -> str:
    """2021年7月15日 10:12."""
    moment = _local(value)
    return f"{cn_date(moment)} {moment:%H:%M}" if isinstance(moment, datetime) else cn_date(moment)


@register.filter
def cn_time(value: Any) -> str:
    """7月15日 10:12."""
    moment = _local(value)
    return f"{cn_day(moment)} {moment:%H:%M}" if isinstance(moment, datetime) else cn_day(moment)


@register.filter
def cn_weekday(value: Any) -> str:
    """星期四."""
    day = _local(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else ""
