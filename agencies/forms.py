"""Forms on accounts: the shape of the input."""

from typing import Any, cast

from django import forms

from agencies.models import Agency, Region, System, User
from agencies.reads import full_name
from agencies.roles import ROLES
from core.forms import CodeField, DayField, Form

STRONG = (
    "至少 9 个字符，含大写字母、小写字母、数字、符号中的三种；满 14 个字符的不限种类。"
    "不能含用户名，不能是常见口令或最近用过的口令。"
)
USERNAME = r"^[a-z0-9][a-z0-9._-]{2,39}$"
USERNAME_HELP = "3 至 40 个小写字母、数字、点或连字符，登记后不能修改。"
USERNAME_WRONG = "用户名应为 3 至 40 个小写字母、数字、点或连字符。"


class LogInForm(Form):
    """User name and password."""

    username = CodeField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="口令",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(Form):
    """A new password of one's own."""

    current = forms.CharField(
        label="当前口令",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="新口令",
        strip=False,
        help_text=STRONG,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新口令",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        """The current password must be right."""
        if not self.user.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError("当前口令不正确。")
        return str(self.cleaned_data["current"])

    def clean(self) -> dict[str, Any]:
        """Both new ones must be equal."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "两次输入的新口令不一致。")
        if data.get("password") and data.get("password") == data.get("current"):
            self.add_error("password", "新口令不能与当前口令相同。")
        return data


class AccountForm(Form):
    """A new account. Its roles are granted by somebody else."""

    username = forms.RegexField(
        USERNAME,
        label="用户名",
        help_text=USERNAME_HELP,
        error_messages={"invalid": USERNAME_WRONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label="姓名", max_length=40)
    agency = forms.ModelChoiceField(
        label="单位",
        queryset=Agency.objects.order_by("code"),
        required=False,
        empty_label="不属于任何单位（三员）",
    )
    email = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="到期、逾期和退回的通知立即发到这里，其余每个工作日早上合并成一封。不填则只在平台内查看。",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label="初始口令",
        strip=False,
        help_text="当面交给本人，首次登录时须修改。已随机填写，可以改。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EmailForm(Form):
    """Where the notices of an account go."""

    email = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="留空则不再发送邮件，通知只在平台内查看。",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ResetForm(Form):
    """A new initial password for somebody who has forgotten theirs."""

    password = forms.CharField(
        label="新的初始口令",
        strip=False,
        help_text="当面交给本人，下次登录时须修改。已随机填写，可以改。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RolesForm(Form):
    """Which roles an account holds."""

    roles = forms.MultipleChoiceField(
        label="角色",
        required=False,
        choices=[(slug, f"{role.label}：{role.does}") for slug, role in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
    )


class CodeForm(Form):
    """A one-time code, typed as people type: blanks, hyphens and small letters do not matter."""

    code = CodeField(
        label="设置码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class ActivationForm(Form):
    """The own code and the password its owner chooses."""

    code = CodeField(
        label="激活码",
        max_length=40,
        help_text="12 个字母和数字，在领到的激活信上。大小写和连字符都不影响。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    password = forms.CharField(
        label="口令",
        strip=False,
        max_length=4096,
        help_text=STRONG,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次口令",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be equal."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "两次输入的口令不一致。")
        return data


class PlaceForm(Form):
    """Where the portal stands, and what it is called."""

    region = forms.ModelChoiceField(
        label="行政区划",
        queryset=Region.objects.all(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "请先查找，再选择本平台所在的行政区划。"},
    )
    site = forms.CharField(
        label="平台名称",
        max_length=40,
        help_text="显示在每个页面的左上角和邮件中，以后可以修改。",
    )

    def __init__(self, *args: Any, found: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Region]", self.fields["region"])
        field.choices = [(region.pk, f"{full_name(region)}（{region.pk}）") for region in found]


class FirstAgencyForm(Form):
    """One of the first agencies; only those that are ticked are founded."""

    is_chosen = forms.BooleanField(label="设立", required=False)
    name = forms.CharField(label="单位全称", max_length=60, required=False)
    short_name = forms.CharField(label="简称", max_length=30, required=False)

    def __init__(self, *args: Any, system: System, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": system.pk})
        self.system = system
        self.fields["is_chosen"].label = system.name
        for name, word in (("name", "单位全称"), ("short_name", "简称")):
            self.fields[name].widget.attrs |= {"class": "input", "aria-label": f"{system}{word}"}

    def clean(self) -> dict[str, Any]:
        """Whoever is ticked has a name."""
        data = super().clean() or {}
        if data.get("is_chosen") and not data.get("name"):
            self.add_error("name", f"请填写{self.system}单位的全称，或取消勾选。")
        return data


class AdministratorForm(Form):
    """One of the three administrators."""

    name = forms.CharField(label="姓名", max_length=40)
    username = forms.RegexField(
        USERNAME,
        label="用户名",
        help_text=USERNAME_HELP,
        error_messages={"invalid": USERNAME_WRONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": role})
        self.role = role
        self.label, self.does = ROLES[role].label, ROLES[role].does


class RegionForm(Form):
    """A place that the national list does not have."""

    code = forms.RegexField(
        r"^[1-9][0-9]{5}$",
        label="区划代码",
        help_text="6 位数字，前几位与上级相同，登记后不能修改。",
        error_messages={"invalid": "区划代码应为 6 位数字，不以 0 开头。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    name = forms.CharField(label="名称", max_length=40)
    parent = forms.RegexField(
        r"^[1-9][0-9]{5}$",
        label="上级代码",
        help_text="省、自治区、直辖市或市的 6 位代码。",
        error_messages={"invalid": "上级代码应为 6 位数字，不以 0 开头。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    is_zone = forms.BooleanField(
        label="功能区", required=False, help_text="开发区、园区、管理区等，不是行政区划。"
    )


class NameForm(Form):
    """What something is called from now on."""

    name = forms.CharField(label="名称", max_length=40)


class RetirementForm(Form):
    """From which day something counts no more."""

    retired_on = DayField(label="撤销日期")
