"""Forms on the registries: the shape of the input. Rules live in rules.py and services."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from agencies.models import Agency, Region, User
from core.forms import CodeField, DayField, Form, ModelForm, row_field
from registries.imports.rows import clean, identifier, phone
from registries.models import Gender, Grade, Inspector, Target, TargetStatus
from registries.rules import UnfitValue


class PhoneField(CodeField):
    """A telephone number; the stored one is never put into a page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, required=False, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        """The number in one form, or a sentence."""
        value = super().clean(value)
        if not value:
            return ""
        try:
            return phone(value)
        except UnfitValue as error:
            raise ValidationError(f"{error.message}。") from None


class KeepsSecrets(ModelForm):
    """A form that shows no personal data: what is left empty stays as it is stored."""

    secrets: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in self.secrets}
        for name in self.secrets:
            self.initial[name] = ""
            if self.stored[name]:
                self.fields[name].required = False
                self.fields[name].help_text = "已登记，加密保存。留空则不修改。"

    def clean(self) -> dict[str, Any]:
        """Put back what was left empty."""
        cleaned = super().clean() or {}
        for name in self.secrets:
            if name in cleaned and not cleaned[name]:
                cleaned[name] = self.stored[name]
        return cleaned


class TargetForm(KeepsSecrets):
    """Register or correct a target. The status has a form of its own."""

    secrets = ("phone",)
    phone = PhoneField(label="联系人电话", help_text="手机号码或带区号的电话，加密保存。")
    refreshed_on = DayField(label="信息核对日期", help_text="最近一次核对全部信息的日期。")

    class Meta:
        model = Target
        fields = [
            "code",
            "name",
            "kind",
            "region",
            "agency",
            "trade",
            "address",
            "person_in_charge",
            "phone",
            "business_scope",
            "registration_no",
            "complaints",
            "is_key",
            "is_abnormal",
            "is_blacklisted",
            "refreshed_on",
        ]
        field_classes = {"code": CodeField, "registration_no": CodeField}
        widgets = {"business_scope": forms.Textarea(attrs={"rows": "3"})}
        error_messages = {
            "code": {"unique": "该代码已在名录中，请查找后修改，不要重复登记。"},
        }

    def __init__(
        self,
        *args: Any,
        regions: QuerySet[Region],
        agencies: QuerySet[Agency],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "region").queryset = regions
        row_field(self, "agency").queryset = agencies
        for name in ("region", "agency", "trade"):
            row_field(self, name).empty_label = "请选择"
        code: Any = self.fields["code"]
        code.max_length = 40
        code.help_text = (
            "18 位统一社会信用代码；个人、项目、行为填登记机关的唯一编码。登记后不能修改。"
        )
        if self.instance.pk:
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        """The code in capitals, without blanks."""
        return identifier(self.cleaned_data["code"])

    def clean_name(self) -> str:
        """One line without invisible characters."""
        return clean(self.cleaned_data["name"])


class StatusForm(Form):
    """Whether a target still exists."""

    status = forms.ChoiceField(label="登记状态", choices=TargetStatus.choices)


class GradeForm(Form):
    """The grade of a target in one scheme."""

    grade = forms.ModelChoiceField(
        label="等级", queryset=Grade.objects.none(), empty_label="请选择"
    )
    graded_on = DayField(label="评定日期")
    source = forms.CharField(
        label="来源", max_length=120, help_text="如：国家企业信用信息公示系统。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grade = row_field(self, "grade")
        grade.queryset = Grade.objects.select_related("scheme")
        grade.label_from_instance = lambda one: f"{one.scheme}：{one.name}"


class InspectorForm(KeepsSecrets):
    """Register or correct an inspector."""

    secrets = ("citizen_id", "phone")
    citizen_id = CodeField(
        label="身份证号",
        max_length=30,
        help_text="18 位，加密保存。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(label="联系方式", help_text="手机号码或带区号的电话，加密保存。")
    gender = forms.ChoiceField(
        label="性别",
        required=False,
        choices=[("", "按身份证号判断"), *Gender.choices],
    )
    certificate_valid_until = DayField(label="执法证有效期至", required=False)

    class Meta:
        model = Inspector
        fields = [
            "name",
            "citizen_id",
            "gender",
            "police_no",
            "department",
            "position",
            "phone",
            "certificate_no",
            "certificate_valid_until",
            "specialty",
            "enforcement_fields",
            "is_adviser",
            "is_active",
            "user",
        ]
        field_classes = {"police_no": CodeField, "certificate_no": CodeField}

    def __init__(self, *args: Any, agency: Agency | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(agency=agency, is_active=True)
        row_field(self, "user").queryset = people
        row_field(self, "user").empty_label = "不关联账号"
        row_field(self, "user").label_from_instance = lambda user: f"{user.name}（{user.username}）"
        self.fields["user"].help_text = "本人登录用的账号，用于接收派发和填写检查表。"

    def clean_citizen_id(self) -> str:
        """The number in capitals, without blanks."""
        return identifier(self.cleaned_data["citizen_id"])

    def clean_certificate_no(self) -> str:
        """The number in capitals, without blanks."""
        return identifier(self.cleaned_data["certificate_no"])


class RecusalForm(Form):
    """Keep an inspector away from one target, or from all."""

    target = CodeField(
        label="检查对象的统一社会信用代码",
        max_length=40,
        required=False,
        help_text="留空表示回避全部检查对象。",
    )
    reason = forms.CharField(label="回避原因", max_length=200)

    def __init__(self, *args: Any, targets: QuerySet[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets

    def clean_target(self) -> Target | None:
        """The target with the code; None when left empty."""
        code = identifier(self.cleaned_data["target"])
        if not code:
            return None
        target = self.targets.filter(code=code).first()
        if target is None:
            raise ValidationError(f"名录中没有代码为 {code} 的检查对象，请核对。")
        return target


class LeaveForm(Form):
    """Days on which an inspector cannot be sent."""

    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="结束日期")
    why = forms.CharField(
        label="请假原因", max_length=100, help_text="如：培训、借调、产假；不写病情。"
    )


class ReachForm(Form):
    """The counties where an inspector may be sent besides the own one."""

    regions = forms.ModelMultipleChoiceField(
        Region.objects.none(),
        label="还可派往的县区",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "只能派往本市的其他县区。"},
    )

    def __init__(
        self, *args: Any, inspector: Inspector, reachable: list[Region], **kwargs: Any
    ) -> None:
        chosen = [region.pk for region in inspector.also_in.all()]
        super().__init__(*args, **kwargs | {"initial": {"regions": chosen}})
        codes = [region.pk for region in reachable]
        row_field(self, "regions").queryset = Region.objects.filter(pk__in=codes)


class UploadForm(Form):
    """A list to be imported."""

    file = forms.FileField(
        label="名录文件",
        help_text="Excel（.xlsx、.xls）或 CSV，不超过 10 MB、2 万行。",
        max_length=200,
        error_messages={"empty": "文件是空的，请选择填好的名录文件。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )
