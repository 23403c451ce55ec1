"""Launch a task."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from core.errors import DomainError
from core.forms import CodeField, DayField, ModelForm
from core.templatetags.portal import percent
from core.typed import as_code
from draws import drs1
from plans.models import PlanTier
from plans.rules import ratio_of
from registries.models import Grade, GradingScheme
from tasks.models import Exemption, Task, TaskTier
from tasks.services.setup import ROUNDING, Sampling, TierAsked

# Earlier, later, days between them at least.
ORDER = [
    ("starts_on", "draw_until", 0),
    ("draw_until", "onsite_from", 1),
    ("onsite_from", "onsite_until", 0),
    ("onsite_until", "ends_on", 0),
]
DATES = ["starts_on", "draw_until", "onsite_from", "onsite_until", "ends_on", "report_due_on"]
OWN = ["title", "inspection_kind", *DATES]
TIER = re.compile(r"(.+?)[\s:：]+(\S+)")
COUNT = re.compile(r"([0-9]{1,7})户")


class TaskForm(ModelForm):
    """Launch a task or correct it before the freeze; everything is prefilled from the plan line."""

    ratio = CodeField(
        label="总抽查比例",
        max_length=12,
        help_text="例如 20% 或 0.5%。分级抽查时，这是总数的下限，不够的按抽签号补抽。",
    )
    rounding = forms.ChoiceField(
        label="小数取整",
        choices=list(ROUNDING.items()),
        help_text="规定“不低于”的，只有进一总能达到。最大余数按各档小数大小分配，总数进一。",
    )
    tiers = forms.CharField(
        label="各等级比例", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    class Meta:
        model = Task
        fields = [*OWN, "batches", "load_cap"]
        field_classes = dict.fromkeys(DATES, DayField)
        help_texts = {
            "draw_until": "摇号、确认和锁定在此日之前完成。",
            "onsite_until": "检查人员的执法证须在此日仍然有效。",
            "ends_on": "结果公示以此日和规则期限两者较早的为准。",
            "report_due_on": "没有要求可以不填。",
            "batches": "按抽签号先后分批，每户只在一批。",
            "load_cap": "不填则只求均衡，不设上限。",
        }

    def __init__(
        self,
        *args: Any,
        scheme: GradingScheme | None = None,
        tiers: Iterable[PlanTier | TaskTier] = (),
        **kwargs: Any,
    ) -> None:
        """tiers: those of the plan line, or of the task that is corrected."""
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        task = self.instance
        rules = task.rules or task.profile.snapshot()
        self.initial |= {"ratio": percent(task.ratio_ppm), "rounding": rules["rounding"]}
        if scheme is None:
            del self.fields["tiers"]
            return
        self.grades = {grade.name: grade for grade in scheme.grades.all()}
        self.fields["tiers"].required = True
        self.fields["tiers"].help_text = (
            "每行一个等级，写比例或定数，例如 守信 10%，严重失信 5户。"
            f"{scheme}：{'、'.join(self.grades)}。"
        )
        self.initial["tiers"] = "\n".join(tier_text(tier) for tier in tiers)

    def clean(self) -> dict:
        """The stages follow one another; what is wrong stands at the later of the two dates."""
        asked = super().clean()
        for earlier, later, gap in ORDER:
            first, last = asked.get(earlier), asked.get(later)
            if first and last and (last - first).days < gap:
                words = "须晚于" if gap else "不能早于"
                label = self.fields[earlier].label
                self.add_error(later, f"{self.fields[later].label}{words}{label}（{first}）。")
        return asked

    def clean_title(self) -> str:
        """The title enters the draw files, where a field holds 200 bytes and no tab."""
        title = " ".join(self.cleaned_data["title"].split())
        if len(title.encode()) > 200:
            raise forms.ValidationError("任务名称过长，请控制在 66 个汉字以内。")
        try:
            drs1.file_text("DRS1-plan", "title", [("title", title)])
        except drs1.Refused:
            raise forms.ValidationError(
                "任务名称含有看不见的字符，不能写入抽取文件，请重新输入。"
            ) from None
        return title

    def clean_ratio(self) -> int:
        """The overall ratio in millionths."""
        return _ratio(self.cleaned_data["ratio"])

    def clean_tiers(self) -> tuple[TierAsked, ...]:
        """One tier per line; every fault is named by its line."""
        tiers, faults = [], []
        for number, line in enumerate(self.cleaned_data["tiers"].splitlines(), 1):
            if line.strip():
                try:
                    tiers.append(self._tier(line.strip()))
                except forms.ValidationError as error:
                    faults.append(f"第 {number} 行：{error.message}")
        if faults:
            raise forms.ValidationError(faults)
        return tuple(tiers)

    def _tier(self, line: str) -> TierAsked:
        found = TIER.fullmatch(line)
        if found is None:
            raise forms.ValidationError(f"“{line}”请写成等级和比例，例如 守信 10%。")
        grade: Grade | None = self.grades.get(found[1])
        if grade is None:
            names = "、".join(self.grades)
            raise forms.ValidationError(f"“{self.scheme}”没有“{found[1]}”这一等级，可填{names}。")
        count = COUNT.fullmatch(as_code(found[2]))
        if count:
            return TierAsked(grade, drs1.PPM, int(count[1]))
        return TierAsked(grade, _ratio(found[2]))

    @property
    def sampling(self) -> Sampling:
        """What was asked for, once the form is valid."""
        asked = self.cleaned_data
        return Sampling(
            asked["ratio"],
            asked["rounding"],
            asked["batches"],
            asked["load_cap"],
            asked.get("tiers", ()),
        )

    @property
    def own_values(self) -> dict:
        """The fields of the task itself."""
        return {name: self.cleaned_data[name] for name in OWN}


def tier_text(tier: PlanTier | TaskTier) -> str:
    """`守信 10%` or `严重失信 5户`."""
    count = getattr(tier, "count", None)
    return f"{tier.grade} {percent(tier.ratio_ppm) if count is None else f'{count}户'}"


def _ratio(text: str) -> int:
    try:
        return ratio_of(text)
    except DomainError as error:
        raise forms.ValidationError(error.message) from None


class ExemptForm(ModelForm):
    """Why a target is inspected in any case."""

    class Meta:
        model = Exemption
        fields = ["ground", "argument"]
        widgets = {"argument": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "argument": "写明事实和依据，例如投诉件数、文件文号；随任务留痕。情形将写入公开的抽取证书。"
        }
