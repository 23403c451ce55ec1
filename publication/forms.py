"""Shape of the input: sending back, and the filters of the public results."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from agencies.models import Agency, Region
from catalog.models import CatalogVersion, Item, Trade
from core.errors import DomainError
from core.forms import CodeField, DayField, Form, SearchField
from inspections.rules import RESULT_LABELS
from publication import rules
from publication.models import Publication, PublicationQuerySet


class ReturnForm(Form):
    """Why a record goes back to its officers."""

    kind = forms.ChoiceField(
        label="退回理由",
        choices=[("", "请选择"), *rules.RETURN_REASONS],
        error_messages={"required": "请选择退回的理由。"},
    )
    text = forms.CharField(
        label="具体说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明要改哪一项、怎么改，检查人员会看到。",
    )

    def clean(self) -> dict[str, Any]:
        """Join both into the one reason that is stored."""
        values = super().clean() or {}
        if values.get("kind"):
            try:
                values["reason"] = rules.return_reason(values["kind"], values.get("text", ""))
            except DomainError as error:
                self.add_error("text", error.message)
        return values


class ResultFilter(Form):
    """The filters of the result list; every one is a chip that can be removed."""

    q = SearchField(label="企业名称或统一社会信用代码", required=False, max_length=120)
    region = CodeField(label="县区", required=False, max_length=6)
    agency = CodeField(label="检查部门", required=False, max_length=40)
    trade = forms.CharField(label="行业", required=False, max_length=40)
    item = CodeField(label="检查事项", required=False, max_length=40)
    result = CodeField(label="结果", required=False, max_length=30)
    task = CodeField(label="任务编号", required=False, max_length=30)
    since = DayField(label="公示日期自", required=False)
    until = DayField(label="公示日期至", required=False)

    def clean(self) -> dict[str, Any]:
        """The first day must not come after the last."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            self.add_error("until", "公示日期的止日不能早于起日。")
        return values

    @property
    def values(self) -> dict[str, Any]:
        """What is chosen; a wrong date is left out and shown as an error."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, rows: PublicationQuerySet) -> PublicationQuerySet:
        """The rows that fit. A firm or a task is only found among rows that name the firm."""
        chosen = self.values
        if "q" in chosen:
            rows = rows.matching(chosen["q"].strip())
        if "task" in chosen:
            rows = rows.named()
        lookups = {
            "region": "region_id",
            "agency": "agency__code",
            "trade": "trade_name",
            "task": "task_number",
            "since": "published_on__gte",
            "until": "published_on__lte",
        }
        found = {path: chosen[name] for name, path in lookups.items() if name in chosen}
        for name, path in (("item", "item_codes"), ("result", "result_codes")):
            if name in chosen:
                found[f"{path}__contains"] = [chosen[name]]
        return rows.filter(**found)


CHOOSABLE = [
    ("region", "县区"),
    ("agency", "检查部门"),
    ("trade", "行业"),
    ("item", "检查事项"),
    ("result", "结果"),
    ("since", "公示日期"),
]
CURSORS = ("after", "before", "choose")


def query_without(query: QueryDict, *names: str, **changes: str) -> str:
    """The query string with names left out and values put in, back on the first page."""
    changed = query.copy()
    for name in (*CURSORS, *names):
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return changed.urlencode()


def options_of(name: str) -> list[tuple[str, str]]:
    """What can be chosen for one filter: value and label. One query."""
    shown = Publication.objects.public()
    if name == "region":
        regions = Region.objects.filter(pk__in=shown.values("region"))
        return [(region.code, region.name) for region in regions]
    if name == "agency":
        rows = Agency.objects.filter(pk__in=shown.values("agency"))
        return [(row.code, row.name) for row in rows]
    if name == "trade":
        return [(row.name, row.name) for row in Trade.objects.all()]
    if name == "item":
        versions = CatalogVersion.objects.public()
        items = Item.objects.filter(version__in=versions).order_by("code", "-version__number")
        return list(items.distinct("code").values_list("code", "name"))
    if name == "result":
        return [
            (code, rules.SHORT_LABELS.get(code, label)) for code, label in RESULT_LABELS.items()
        ]
    return []


def label_of(name: str, value: str | date) -> str:
    """What a chosen value is called on its chip; unknown values stand as they are. One query."""
    if name == "since":
        return f"{value:%Y-%m-%d} 以后公示"
    if name == "until":
        return f"{value:%Y-%m-%d} 以前公示"
    if name == "task":
        return f"任务 {value}"
    if name == "q":
        return f"“{value}”"
    return dict(options_of(name)).get(value, value)
