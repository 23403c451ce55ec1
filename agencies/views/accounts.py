"""Log-in, log-out, the own password, and the accounts of others."""

from secrets import token_urlsafe
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies import reads, services
from agencies.forms import AccountForm, EmailForm, LogInForm, PasswordForm, ResetForm, RolesForm
from agencies.middleware import ENDED, address_of, seconds_left
from agencies.models import LogInGuard, User
from agencies.reads.settings import settings_tabs
from agencies.requests import StaffRequest
from core.errors import demand, demand_access
from core.pages import attempt, one_of, paginate, searched

DEMO_PASSWORD = "demo-2021"  # noqa: S105 published in the contract, for demonstrations only


class LogIn(LoginView):
    """The log-in page; a demonstration lists its accounts to click."""

    template_name = "agencies/login.html"
    form_class = LogInForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form needs no request: the service looks at the password."""
        return {key: value for key, value in super().get_form_kwargs().items() if key != "request"}

    def form_valid(self, form: LogInForm) -> HttpResponse:
        """Let in, or say why not and, when locked, for how long."""
        come = attempt(form, services.log_in, **form.cleaned_data, address=address_of(self.request))
        if not come:
            return self.form_invalid(form)
        entered = come.result
        login(self.request, entered)
        if entered.password_days >= settings.PORTAL_PASSWORD_DAYS:
            messages.warning(self.request, _old_password(entered))
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and in a demonstration the accounts."""
        context = super().get_context_data(**kwargs)
        if settings.SESSION_COOKIE_NAME in self.request.COOKIES:
            context["idle_ended"] = self.request.session.pop(ENDED, False)
        if settings.PORTAL_DEMO:
            context |= {"demo_accounts": reads.demo_accounts(), "demo_password": DEMO_PASSWORD}
        return context


class LogOut(LogoutView):
    """Back to the public home page; by POST only."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave on this device."""
        services.log_out(cast(User, request.user), address=address_of(request))
        return super().post(request, *args, **kwargs)


def _old_password(user: User) -> str:
    return f"口令已使用 {user.password_days} 天，建议在“我的账号”中修改。"


@never_cache
@require_GET
def session_state(request: HttpRequest) -> HttpResponse:
    """Who is logged in here, for how many seconds more, and the token its forms need now."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None, "left": 0, "csrf": ""})
    left = max(0, seconds_left(request))
    return JsonResponse({"user": request.user.pk, "left": left, "csrf": get_token(request)})


@never_cache
@require_GET
def own_account(request: StaffRequest) -> HttpResponse:
    """The own account: its password, and who came and went under its name."""
    context = {
        "lines": reads.log_in_lines(request.user)[:20],
        "idle_minutes": settings.PORTAL_IDLE_MINUTES,
        "password_days": request.user.password_days,
        "is_old": request.user.password_days >= settings.PORTAL_PASSWORD_DAYS,
    }
    return render(request, "agencies/account.html", context)


@require_POST
def end_sessions(request: StaffRequest) -> HttpResponse:
    """Log out on every device, this one too."""
    services.log_out_everywhere(request.user, address=address_of(request))
    logout(request)
    messages.success(request, "已在全部设备上退出登录。如怀疑口令泄露，请登录后立即修改。")
    return redirect("login")


@require_POST
def lift_lock(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a locked account or address try again."""
    demand(reads.why_not_change_account(request.user))
    guard = get_object_or_404(LogInGuard, pk=pk)
    services.lift_lock(guard, actor=request.user)
    messages.success(request, "已解除登录锁定，现在可以再试。")
    return redirect("agencies:user", guard.user_id) if guard.user_id else redirect("agencies:users")


@require_http_methods(["GET", "POST"])
def password(request: StaffRequest) -> HttpResponse:
    """Change the own password; an initial one has to be changed before anything else."""
    form = PasswordForm(*_posted(request), user=request.user)
    if form.is_valid():
        password = form.cleaned_data["password"]
        if attempt(form, services.change_password, request.user, password):
            update_session_auth_hash(request, request.user)
            messages.success(request, "口令已修改，其他设备上的登录已退出。")
            return redirect("reports:worklist")
    return render(request, "agencies/password.html", {"form": form})


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    """What a form is bound to: the posted data, or nothing when the page is only looked at."""
    return (request.POST,) if request.method == "POST" else ()


def _initial_password() -> str:
    return token_urlsafe(12)  # 16 characters: long enough without a choice of classes


def account(request: StaffRequest, pk: int) -> User:
    """The account, for those who look after accounts or roles; NotAllowed for everybody else."""
    demand(reads.why_not_view_accounts(request.user))
    users = User.objects.select_related("agency").prefetch_related("groups")
    return get_object_or_404(users, pk=pk)


@require_GET
def user_list(request: StaffRequest) -> HttpResponse:
    """All accounts, to search."""
    demand(reads.why_not_view_accounts(request.user))
    text = searched(request)
    users = User.objects.matching(text) if text else User.objects.all()
    states = {"suspended": {"is_active": False}, "initial": {"must_change_password": True}}
    tab = one_of(request, "tab", states, "分类")
    users = users.filter(**states.get(tab, {}))
    rows = users.select_related("agency").prefetch_related("groups")
    context = {
        "settings_tabs": settings_tabs(request.user, "agencies:users"),
        "page": paginate(rows, request, ("username",)),
        "q": text,
        "tab": tab,
        "tabs": [("", "全部"), ("suspended", "已停用"), ("initial", "未改初始口令")],
        "may_add": reads.why_not_open_account(request.user) is None,
        "may_lift": reads.why_not_change_account(request.user) is None,
        "locks": LogInGuard.objects.closed().filter(scope=LogInGuard.Scope.ADDRESS),
    }
    return render(request, "agencies/users.html", context)


@never_cache
@require_GET
def user(request: StaffRequest, pk: int) -> HttpResponse:
    """One account: whose it is, its roles, and what may be done."""
    return _user_page(request, account(request, pk))


def _user_page(
    request: StaffRequest, found: User, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        **reads.account_page(found, request.user),
        "roles_form": RolesForm(initial={"roles": found.roles}),
        "email_form": EmailForm(initial={"email": found.email}, auto_id="mail_%s"),
        "reset_form": ResetForm(initial={"password": _initial_password()}),
    }
    return render(request, "agencies/user.html", context | forms, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def user_create(request: StaffRequest) -> HttpResponse:
    """Open an account."""
    demand(reads.why_not_open_account(request.user))
    form = AccountForm(*_posted(request), initial={"password": _initial_password()})
    if form.is_valid():
        opened = attempt(form, services.open_account, **form.cleaned_data, actor=request.user)
        if opened:
            user = opened.result
            messages.success(request, f"账号“{user.username}”已开通，请安全管理员授予角色。")
            return redirect("agencies:user", user.pk)
    return render(request, "agencies/user_create.html", {"form": form})


@require_POST
def user_roles(request: StaffRequest, pk: int) -> HttpResponse:
    """Replace the roles of an account."""
    found = account(request, pk)
    demand_access(reads.why_not_assign_roles(found, request.user))
    form = RolesForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data["roles"]
        if attempt(form, services.assign_roles, found, wanted, actor=request.user):
            messages.success(request, f"已更新{found}的角色，下一次打开页面时生效。")
            return redirect("agencies:user", pk)
    return _user_page(request, found, roles_form=form, status=422)


@require_POST
def user_suspend(request: StaffRequest, pk: int) -> HttpResponse:
    """Close an account to log-ins."""
    found = account(request, pk)
    services.suspend(found, actor=request.user)
    messages.success(request, f"{found}的账号已停用，已登录的设备随即退出。")
    return redirect("agencies:user", pk)


@require_POST
def user_restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a suspended account log in again."""
    found = account(request, pk)
    services.restore(found, actor=request.user)
    messages.success(request, f"{found}的账号已恢复。")
    return redirect("agencies:user", pk)


@require_POST
def user_email(request: StaffRequest, pk: int) -> HttpResponse:
    """Say where the notices of an account go."""
    found = account(request, pk)
    demand(reads.why_not_change_account(request.user))
    form = EmailForm(request.POST, auto_id="mail_%s")
    if form.is_valid():
        services.set_email(found, form.cleaned_data["email"], actor=request.user)
        messages.success(request, f"{found}的邮箱已保存。")
        return redirect("agencies:user", pk)
    return _user_page(request, found, email_form=form, status=422)


@never_cache
@require_POST
def user_reset(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the owner of an account a new initial password."""
    found = account(request, pk)
    demand_access(reads.why_not_reset_password(found, request.user))
    form = ResetForm(request.POST)
    if form.is_valid():
        password = form.cleaned_data["password"]
        if attempt(form, services.reset_password, found, password, actor=request.user):
            messages.success(request, f"{found}的口令已重置，请当面告知本人。")
            return redirect("agencies:user", pk)
    return _user_page(request, found, reset_form=form, status=422)
