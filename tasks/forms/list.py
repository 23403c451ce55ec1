"""Forms on the drawn list and its people. Business rules live in the services."""

from collections.abc import Collection
from typing import Any

from django import forms

from core.forms import Form
from draws.reasons import ReplacementReason, SubstitutionReason
from tasks import replacement_proof
from tasks.eligibility.inspectors import Roster
from tasks.models import SubstitutionScope


class ReportForm(Form):
    """名单有误: what is wrong with a drawn target, and the proof."""

    fault = forms.ChoiceField(
        label="情形",
        choices=ReplacementReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择属于哪一种情形。"},
    )
    note = forms.CharField(
        label="说明",
        max_length=200,
        help_text="何时、何地、如何核实。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请说明具体情况：何时、何地、如何核实。"},
    )
    evidence = forms.FileField(
        label="证明材料",
        max_length=200,
        help_text="现场照片、登记信息截图或 PDF，不超过 10 MB。原件保存，其指纹写入摇号证书。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,.pdf"}),
        error_messages={
            "required": "请选择一份证明材料：照片或 PDF。",
            "invalid": "证明材料没有传上来，请重新选择。",
            "empty": replacement_proof.EMPTY,
            "max_length": "文件名过长，请改短后重新选择。",
        },
    )


class DecisionForm(Form):
    """A second agency, or a deputy head, decides."""

    note = forms.CharField(label="意见", max_length=200, required=False)


class StaffingForm(Form):
    """What the second draw asks of its people: specialties by system, and the load cap."""

    load_cap = forms.IntegerField(
        label="每名检查人员最多负责（户）",
        required=False,
        min_value=1,
        max_value=9999,
        help_text="不填就不限。填得过小会配不齐。",
        error_messages={
            "min_value": "应为 1 以上的整数；不限户数请留空。",
            "max_value": "应不超过 9999；不限户数请留空。",
            "invalid": "请填写整数，例如 5；不限户数请留空。",
        },
    )

    def __init__(self, *args: Any, roster: Roster, **kwargs: Any) -> None:
        initial = {"load_cap": roster.task.load_cap}
        super().__init__(*args, initial=initial, **kwargs)
        for slug, words in roster.specialties.items():
            wanted = roster.needs.get(slug, [])
            choices = [(word, word) for word in sorted({*words, *wanted})]
            if choices:
                self.fields[f"needs_{slug}"] = forms.MultipleChoiceField(
                    label=f"{roster.systems[slug]}检查人员须有的专业类别",
                    choices=choices,
                    required=False,
                    initial=wanted,
                    widget=forms.CheckboxSelectMultiple,
                )

    @property
    def needs(self) -> list[tuple[str, str]]:
        """(system, specialty), of valid input."""
        return [
            (name.removeprefix("needs_"), word)
            for name, words in self.cleaned_data.items()
            if name.startswith("needs_")
            for word in words
        ]


class SubstitutionForm(Form):
    """Why an inspector leaves a team."""

    cause = forms.ChoiceField(
        label="原因",
        choices=SubstitutionReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择更换的原因。"},
    )
    note = forms.CharField(
        label="说明",
        max_length=200,
        help_text="供分管负责人审批，只有本单位能看到。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明具体情况。"},
    )
    scope = forms.ChoiceField(
        label="范围",
        choices=SubstitutionScope.choices,
        initial=SubstitutionScope.ONE,
        help_text="执行回避只涉及有利害关系的这一户。",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, causes: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = [
            pair for pair in SubstitutionReason.choices if pair[0] in causes
        ]
