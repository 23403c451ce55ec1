"""Forms on accounts: the shape of the input."""

from typing import Any

from django import forms

from agencies.models import Agency, User
from agencies.roles import ROLES
from core.forms import CodeField, Form

STRONG = (
    "至少 9 个字符，含大写字母、小写字母、数字、符号中的三种；满 14 个字符的不限种类。"
    "不能含用户名，不能是常见口令或最近用过的口令。"
)


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
        r"^[a-z0-9][a-z0-9._-]{2,39}$",
        label="用户名",
        help_text="3 至 40 个小写字母、数字、点或连字符，登记后不能修改。",
        error_messages={"invalid": "用户名应为 3 至 40 个小写字母、数字、点或连字符。"},
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
