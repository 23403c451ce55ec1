"""Forms on plans: the shape of the input, with every error named by its line."""

import re
from typing import Any

from django import forms
from django.db.models import Q

from agencies.models import Agency, Region
from catalog.models import Item
from core.errors import DomainError
from core.forms import CodeField, Form, ModelForm, row_field
from core.templatetags.portal import percent
from plans import rules
from plans.models import Plan, PlanLine, RuleProfile
from registries.models import Grade, GradingScheme

MONTHS = [(number, f"{number}月") for number in range(1, 13)]
TIER = re.compile(r"(.+?)[\s:：]+(\S+)")


class PlanForm(ModelForm):
    """Year, title and note of a new plan, and which plan it starts from."""

    copy_from = forms.ModelChoiceField(
        label="复制自",
        queryset=Plan.objects.none(),
        required=False,
        empty_label="不复制，从空白开始",
        help_text="计划项全部带入，抽查事项自动换成现行清单中的同一事项。",
    )

    class Meta:
        model = Plan
        fields = ["year", "title", "note"]

    def __init__(self, *args: Any, agency: Agency | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Plan.objects.filter(agency=agency).order_by("-year", "-version")
        if own.exists():
            row_field(self, "copy_from").queryset = own
            row_field(self, "copy_from").label_from_instance = _with_version
        else:
            del self.fields["copy_from"]


class RevisionForm(ModelForm):
    """Title and note of a draft."""

    class Meta:
        model = Plan
        fields = ["title", "note"]
        help_texts = {"note": "调整计划时写明改了什么、为什么，随计划公开。"}


class PlanReturnForm(Form):
    """Why a plan goes back."""

    reason = forms.CharField(
        label="退回原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class ItemsField(forms.ModelMultipleChoiceField):
    """Items, each after the agency that inspects it."""

    def label_from_instance(self, obj: Item) -> str:
        """公安局：保安服务公司监督检查."""
        return f"{obj.version.agency.short_name}：{obj}"


class LineForm(ModelForm):
    """One line of a plan with all fields of P02, P03 and F13."""

    ratio = CodeField(
        label="抽查比例", max_length=12, help_text="例如 20% 或 0.5%。分级抽查时，这是总数的下限。"
    )
    estimated = forms.IntegerField(
        label="预估数量（户）",
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text="留空则按名录库现有户数和比例计算，进一取整。",
    )
    month_from = forms.TypedChoiceField(label="开始月份", choices=MONTHS, coerce=int)
    month_until = forms.TypedChoiceField(label="结束月份", choices=MONTHS, coerce=int)
    participants = forms.ModelMultipleChoiceField(
        label="参与部门",
        queryset=Agency.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则为本部门抽查；选了即为部门联合抽查。",
    )
    items = ItemsField(
        label="抽查事项",
        queryset=Item.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="只列出现行公布清单中的事项；其他部门的事项须先勾选该部门为参与部门。",
        error_messages={
            "required": "请至少选择一项抽查事项。",
            "invalid_choice": "所选事项已不在现行公布的清单中，请重新选择。",
        },
    )
    scheme = forms.ModelChoiceField(
        label="分级体系",
        queryset=GradingScheme.objects.all(),
        required=False,
        empty_label="不分级，按总比例抽取",
    )
    tiers = forms.CharField(
        label="各等级比例", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    class Meta:
        model = PlanLine
        fields = [
            "title",
            "kind",
            "trade",
            "scope",
            "estimated",
            "month_from",
            "month_until",
            "scheme",
        ]
        help_texts = {
            "title": "例如：保安从业单位联合抽查。",
            "kind": "定向只查一个行业或一类对象，不定向面向全部对象。",
            "scope": "例如：全市保安从业单位。",
        }

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency, line = plan.agency, self.instance
        row_field(self, "trade").empty_label = "请选择"
        others = Q(region=agency.region_id)
        if line.pk:
            others |= Q(pk__in=line.participants.values("pk"))
        joining = Agency.objects.inspecting().filter(others).exclude(pk=agency.pk)
        row_field(self, "participants").queryset = joining
        row_field(self, "items").queryset = (
            Item.objects.filter(version__status="published")
            .filter(Q(version__agency=agency) | Q(version__agency__in=joining))
            .select_related("version__agency")
            .order_by("version__agency__code", "position")
        )
        schemes = GradingScheme.objects.prefetch_related("grades")
        self.fields["tiers"].help_text = "每行一个等级，例如 守信 10%。" + "".join(
            f"{scheme}：{'、'.join(grade.name for grade in scheme.grades.all())}。"
            for scheme in schemes
        )
        if line.pk:
            self.initial = {
                **self.initial,
                "ratio": percent(line.ratio_ppm),
                "participants": list(line.participants.all()),
                "items": list(line.items.all()),
                "tiers": "\n".join(
                    f"{tier.grade} {percent(tier.ratio_ppm)}"
                    for tier in line.tiers.select_related("grade")
                ),
            }

    def clean_ratio(self) -> int:
        """The ratio in millionths."""
        return self._ratio(self.cleaned_data["ratio"])

    def clean(self) -> dict[str, Any]:
        """Read the tiers once the scheme is known: pairs of grade and ratio in millionths."""
        cleaned = super().clean() or {}
        if "ratio" in cleaned:
            self.instance.ratio_ppm = cleaned["ratio"]
        scheme = cleaned.get("scheme")
        grades = {grade.name: grade for grade in scheme.grades.all()} if scheme else {}
        if scheme is None and cleaned.get("tiers"):
            self.add_error("scheme", "填写了各等级比例，请选择分级体系。")
        tiers: list[tuple[Grade, int]] = []
        faults: list[str] = []
        for number, line in enumerate((cleaned.get("tiers") or "").splitlines(), 1):
            if line.strip() and scheme:
                try:
                    tiers.append(self._tier(line.strip(), scheme, grades))
                except forms.ValidationError as error:
                    faults.append(f"第 {number} 行：{error.message}")
        if faults:
            self.add_error("tiers", faults)
        return cleaned | {"tiers": tiers}

    def _tier(
        self, line: str, scheme: GradingScheme, grades: dict[str, Grade]
    ) -> tuple[Grade, int]:
        found = TIER.fullmatch(line)
        if found is None:
            raise forms.ValidationError(f"“{line}”请写成等级和比例，例如 守信 10%。")
        if found[1] not in grades:
            names = "、".join(grades)
            raise forms.ValidationError(f"“{scheme}”没有“{found[1]}”这一等级，可填{names}。")
        return grades[found[1]], self._ratio(found[2])

    @staticmethod
    def _ratio(text: str) -> int:
        try:
            return rules.ratio_of(text)
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


def _with_version(plan: Plan) -> str:
    return f"{plan.year} 年度：{plan}（第 {plan.version} 版，{plan.get_status_display()}）"


class ProfileForm(ModelForm):
    """The rules of a place; every figure says where it comes from."""

    class Meta:
        model = RuleProfile
        fields = [
            "region",
            "name",
            "source",
            "inspectors_per_agency",
            "annual_cap_per_agency",
            "annual_cap_total",
            "forbids_repeat",
            "rounding",
            "list_published",
        ]
        help_texts = {
            "source": "文件名称和文号，随任务和证书公开。",
            "inspectors_per_agency": "不少于 2 人（行政处罚法第四十二条）。",
            "annual_cap_per_agency": "留空表示还没有公布；全国示例为同一企业原则上每年不超过 2 次。",
            "annual_cap_total": "留空表示不另设合计上限。",
            "rounding": "只有“进一”能保证不低于公布的比例。",
        }

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Region.objects.filter(code__startswith=agency.region.prefix).order_by("code")
        row_field(self, "region").queryset = places
