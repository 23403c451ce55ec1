"""Shape of the input on the phone. Business rules live in rules.py and services."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Item
from core.forms import DayField, Form
from inspections.models import Answer, SignerRole
from inspections.reads.form_state import Part
from inspections.rules import OUTCOMES, PROBLEM_BUTTONS, RESULTS
from inspections.services import AnswerEntry

CHOICE_LOOKS: dict[str, dict[str, Any]] = {
    "problem": {"icon": "alert", "first": "发现", "second": "问题", "is_problem": True},
    "no_issue": {"icon": "check", "first": "未发现", "second": "问题"},
    "not_checked": {"icon": "minus", "first": "未检查"},
}


class AnswerForm(Form):
    """One item: an explicit choice, and the details of a problem."""

    result = forms.ChoiceField(
        label="检查结果", choices=RESULTS, required=False, widget=forms.RadioSelect
    )
    problems = forms.MultipleChoiceField(
        label="问题类型（可多选）",
        choices=list(PROBLEM_BUTTONS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remark = forms.CharField(
        label="说明",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "说明最多 5000 字。"},
    )
    rectify_by = DayField(label="改正期限", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, item: Item, answer: Answer | None = None, **kwargs: Any) -> None:
        """Without data the form shows the stored answer; nothing is preset."""
        self.item, self.answer = item, answer
        self.conflict: Answer | None = None
        self.lacks: list[str] = []
        if answer:
            kwargs["initial"] = {
                "result": answer.result,
                "problems": answer.problems,
                "remark": answer.remark,
                "rectify_by": answer.rectify_by,
                "version": answer.version,
            }
        super().__init__(*args, prefix=f"i{item.pk}", **kwargs)

    def clean(self) -> dict[str, Any]:
        """Details without a choice would be lost, so the choice is asked for."""
        data = super().clean() or {}
        given = data.get("problems") or data.get("remark") or data.get("rectify_by")
        if given and not data.get("result") and "result" not in self.errors:
            self.add_error("result", "请先选择结果，填写的内容才能保存。")
        return data

    @property
    def chosen(self) -> str:
        """The choice shown, typed or stored."""
        return self["result"].value() or ""

    @property
    def has_problem(self) -> bool:
        """Whether a problem was found."""
        return self.chosen == "problem"

    @property
    def is_left_out(self) -> bool:
        """Whether the item was not checked, which takes a reason."""
        return self.chosen == "not_checked"

    @property
    def options(self) -> list[dict[str, Any]]:
        """The choices as the phone shows them: input, icon, words on two lines."""
        return [
            {"input": option.data, "id": option.id_for_label, **CHOICE_LOOKS[option.data["value"]]}
            for option in self["result"]
        ]

    @property
    def picked(self) -> list[str]:
        """The kinds of problem shown."""
        return self["problems"].value() or []

    def entry(self) -> AnswerEntry | None:
        """The input for the service, None when there is no choice."""
        data = self.cleaned_data
        if not data["result"]:
            return None
        return AnswerEntry(
            item=self.item,
            result=data["result"],
            problems=data["problems"],
            remark=data["remark"],
            rectify_by=data["rectify_by"],
            version=data["version"] or 0,
        )


class EnterForm(Form):
    """What the officers do first."""

    certificates_shown = forms.BooleanField(label="已出示执法证件", required=False)
    rights_told = forms.BooleanField(label="已告知检查事项和企业享有的权利", required=False)


class OutcomeForm(Form):
    """What was met at the door, once for the whole form."""

    outcome = forms.ChoiceField(
        label="到场情况", choices=[("", "正常检查"), *OUTCOMES], required=False
    )
    note = forms.CharField(
        label="情况说明",
        required=False,
        max_length=2000,
        help_text="除正常检查外必填：何时、何地、如何核实。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmForm(Form):
    """An officer's own password."""

    password = forms.CharField(
        label="登录口令",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class SignForm(Form):
    """The firm's signature."""

    signer_name = forms.CharField(label="签字人姓名", max_length=40)
    signer_role = forms.ChoiceField(
        label="签字人身份",
        choices=SignerRole.choices,
        widget=forms.RadioSelect,
        help_text="不要求法定代表人必须到场。",
    )
    opinion = forms.CharField(
        label="企业意见",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    strokes = forms.CharField(required=False, max_length=400_000, widget=forms.HiddenInput)

    def clean_strokes(self) -> Any:
        """The drawing as plain lists; the rule looks at what is in it."""
        try:
            return json.loads(self.cleaned_data["strokes"] or "[]")
        except ValueError:
            raise ValidationError("签名数据不完整，没有保存。请点“重签”后再签一次。") from None


class RefuseForm(Form):
    """That the firm refused to sign."""

    reason = forms.CharField(
        label="拒签理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    witness = forms.CharField(
        label="见证人", max_length=60, help_text="姓名和单位，例如社区工作人员。"
    )


class SubmitForm(Form):
    """The number of this submission, made by the client."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput)


class ManyFiles(forms.FileInput):
    """A file control that takes several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Every file of that name, from the camera and from the album."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.FileField):
    """One photo or several; what is in them is the business of the service."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """A list of uploaded files, none of them empty."""
        return [super(PhotosField, self).clean(one, initial) for one in data or [None]]


class PhotoForm(Form):
    """Photos of a section, all for one item or for the section as a whole."""

    item = forms.ModelChoiceField(
        Item.objects.none(), label="对应的检查事项", required=False, empty_label="不指定事项"
    )
    photos = PhotosField(
        label="照片",
        error_messages={
            "required": "请先选择照片，再点“上传”。",
            "invalid": "照片没有传上来，请重新选择后再上传。",
            "empty": "这个文件是空的，没有上传。请重新拍照。",
        },
    )

    def __init__(self, *args: Any, part: Part, **kwargs: Any) -> None:
        """The items are those of the part."""
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = part.section.items.order_by("version", "position")
        self.fields["item"].label_from_instance = lambda item: item.name
