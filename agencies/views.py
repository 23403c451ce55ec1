"""Log-in, log-out, the own password, and the accounts of others."""

from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies import services
from agencies.forms import AccountForm, EmailForm, LogInForm, PasswordForm, ResetForm, RolesForm
from agencies.middleware import ENDED, address_of, seconds_left
from agencies.models import LogInGuard, User
from agencies.roles import ADMINISTRATORS, ROLES
from core.audit import subject_of
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from core.pages import one_of, paginate
from core.workflow import REFUSED, authorize_role, has_role_permission

DEMO_ACCOUNTS = [
    "lead",
    "leader",
    "admin-gongan",
    "admin-shichang",
    "officer-gongan",
    "officer-gongan-2",
    "officer-shichang",
    "officer-shichang-2",
    "deputy-gongan",
    "deputy-shichang",
    "principal-gongan",
    "principal-shichang",
    "supervisor",
    "office",
    "sysadmin",
    "secadmin",
    "auditor",
]
DEMO_PASSWORD = "demo-2021"  # noqa: S105 published in the contract, for demonstrations only


class LogIn(LoginView):
    """The log-in page; a demonstration lists its accounts to click."""

    template_name = "agencies/login.html"
    form_class = LogInForm

    def get_form_kwargs(self) -> dict:
        """The form needs no request: the service looks at the password."""
        return {key: value for key, value in super().get_form_kwargs().items() if key != "request"}

    def form_valid(self, form: LogInForm) -> HttpResponse:
        """Let in, or say why not and, when locked, for how long."""
        try:
            entered = services.log_in(**form.cleaned_data, address=address_of(self.request))
        except DomainError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        login(self.request, entered)
        if entered.password_days >= settings.PORTAL_PASSWORD_DAYS:
            messages.warning(self.request, _old_password(entered))
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs) -> dict:
        """The form, and in a demonstration the accounts."""
        context = super().get_context_data(**kwargs)
        if settings.SESSION_COOKIE_NAME in self.request.COOKIES:
            context["idle_ended"] = self.request.session.pop(ENDED, False)
        if settings.PORTAL_DEMO:
            context |= {"demo_accounts": demo_accounts(), "demo_password": DEMO_PASSWORD}
        return context


class LogOut(LogoutView):
    """Back to the public home page; by POST only."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave on this device."""
        services.log_out(request.user, address=address_of(request))
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


LOG_IN_VERBS = [
    "agencies.log_in",
    "agencies.fail_log_in",
    "agencies.lock",
    "agencies.lift_lock",
    "agencies.log_out",
    "agencies.log_out_idle",
    "agencies.log_out_everywhere",
]


@never_cache
@require_GET
def own_account(request: HttpRequest) -> HttpResponse:
    """The own account: its password, and who came and went under its name."""
    lines = AuditEvent.objects.filter(subject=subject_of(request.user), verb__in=LOG_IN_VERBS)
    context = {
        "lines": lines[:20],
        "idle_minutes": settings.PORTAL_IDLE_MINUTES,
        "password_days": request.user.password_days,
        "is_old": request.user.password_days >= settings.PORTAL_PASSWORD_DAYS,
    }
    return render(request, "agencies/account.html", context)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Log out on every device, this one too."""
    services.log_out_everywhere(request.user, address=address_of(request))
    logout(request)
    messages.success(request, "已在全部设备上退出登录。如怀疑口令泄露，请登录后立即修改。")
    return redirect("login")


@require_POST
def lift_lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a locked account or address try again."""
    authorize_role(request.user, "change", User)
    guard = get_object_or_404(LogInGuard, pk=pk)
    services.lift_lock(guard, actor=request.user)
    messages.success(request, "已解除登录锁定，现在可以再试。")
    return redirect("agencies:user", guard.user_id) if guard.user_id else redirect("agencies:users")


def demo_accounts() -> list[dict[str, str]]:
    """The accounts of the demonstration in the order of the work."""
    found = User.objects.filter(username__in=DEMO_ACCOUNTS, is_active=True)
    people = {
        user.username: user for user in found.select_related("agency").prefetch_related("groups")
    }
    return [
        {
            "username": name,
            "name": people[name].name,
            "role": people[name].role_labels,
            "agency": people[name].agency.name if people[name].agency else "平台",
            "does": "；".join(ROLES[slug].does for slug in people[name].roles),
        }
        for name in DEMO_ACCOUNTS
        if name in people
    ]


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; an initial one has to be changed before anything else."""
    form = PasswordForm(*_posted(request), user=request.user)
    if form.is_valid():
        try:
            services.change_password(request.user, form.cleaned_data["password"])
        except DomainError as error:
            form.add_error("password", error.message)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "口令已修改，其他设备上的登录已退出。")
            return redirect("reports:worklist")
    return render(request, "agencies/password.html", {"form": form})


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    """What a form is bound to: the posted data, or nothing when the page is only looked at."""
    return (request.POST,) if request.method == "POST" else ()


def _initial_password() -> str:
    return token_urlsafe(12)  # 16 characters: long enough without a choice of classes


def account(request: HttpRequest, pk: int) -> User:
    """The account, for those who look after accounts or roles; NotAllowed for everybody else."""
    authorize_role(request.user, "view", User)
    users = User.objects.select_related("agency").prefetch_related("groups")
    return get_object_or_404(users, pk=pk)


@require_GET
def user_list(request: HttpRequest) -> HttpResponse:
    """All accounts, to search."""
    authorize_role(request.user, "view", User)
    text = request.GET.get("q", "").strip()
    users = User.objects.matching(text) if text else User.objects.all()
    states = {"suspended": {"is_active": False}, "initial": {"must_change_password": True}}
    tab = one_of(request, "tab", states, "分类")
    users = users.filter(**states.get(tab, {}))
    rows = users.select_related("agency").prefetch_related("groups")
    context = {
        "page": paginate(rows, request, ("username",)),
        "q": text,
        "tab": tab,
        "tabs": [("", "全部"), ("suspended", "已停用"), ("initial", "未改初始口令")],
        "may_add": has_role_permission(request.user, "add", User),
        "may_lift": has_role_permission(request.user, "change", User),
        "locks": LogInGuard.objects.closed().filter(scope=LogInGuard.Scope.ADDRESS),
    }
    return render(request, "agencies/users.html", context)


@never_cache
@require_GET
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: whose it is, its roles, and what may be done."""
    return _user_page(request, account(request, pk))


def _user_page(
    request: HttpRequest, found: User, *, status: int = 200, **forms: Any
) -> HttpResponse:
    is_own = found.pk == request.user.pk
    may_change = has_role_permission(request.user, "change", User) and not is_own
    context = {
        "account": found,
        "lock": LogInGuard.objects.closed().filter(user=found).first(),
        "roles": [ROLES[slug] for slug in found.roles],
        "is_own": is_own,
        "may_change": may_change,
        "may_reset": may_change and not ADMINISTRATORS & set(found.roles),
        "may_assign": request.user.has_perm("agencies.assign_roles_user") and not is_own,
        "roles_form": RolesForm(initial={"roles": found.roles}),
        "email_form": EmailForm(initial={"email": found.email}, auto_id="mail_%s"),
        "reset_form": ResetForm(initial={"password": _initial_password()}),
    }
    return render(request, "agencies/user.html", context | forms, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    authorize_role(request.user, "add", User)
    form = AccountForm(*_posted(request), initial={"password": _initial_password()})
    if form.is_valid():
        try:
            opened = services.open_account(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"账号“{opened.username}”已开通，请安全管理员授予角色。")
            return redirect("agencies:user", opened.pk)
    return render(request, "agencies/user_create.html", {"form": form})


@require_POST
def user_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace the roles of an account."""
    found = account(request, pk)
    if not request.user.has_perm("agencies.assign_roles_user"):
        raise NotAllowed(REFUSED)
    form = RolesForm(request.POST)
    if form.is_valid():
        try:
            services.assign_roles(found, form.cleaned_data["roles"], actor=request.user)
        except DomainError as error:
            form.add_error("roles", error.message)
        else:
            messages.success(request, f"已更新{found}的角色，下一次打开页面时生效。")
            return redirect("agencies:user", pk)
    return _user_page(request, found, roles_form=form, status=422)


@require_POST
def user_suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account to log-ins."""
    found = account(request, pk)
    services.suspend(found, actor=request.user)
    messages.success(request, f"{found}的账号已停用，已登录的设备随即退出。")
    return redirect("agencies:user", pk)


@require_POST
def user_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a suspended account log in again."""
    found = account(request, pk)
    services.restore(found, actor=request.user)
    messages.success(request, f"{found}的账号已恢复。")
    return redirect("agencies:user", pk)


@require_POST
def user_email(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where the notices of an account go."""
    found = account(request, pk)
    authorize_role(request.user, "change", User)
    form = EmailForm(request.POST, auto_id="mail_%s")
    if form.is_valid():
        services.set_email(found, form.cleaned_data["email"], actor=request.user)
        messages.success(request, f"{found}的邮箱已保存。")
        return redirect("agencies:user", pk)
    return _user_page(request, found, email_form=form, status=422)


@never_cache
@require_POST
def user_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the owner of an account a new initial password."""
    found = account(request, pk)
    authorize_role(request.user, "change", User)
    form = ResetForm(request.POST)
    if form.is_valid():
        try:
            services.reset_password(found, form.cleaned_data["password"], actor=request.user)
        except DomainError as error:
            form.add_error("password", error.message)
        else:
            messages.success(request, f"{found}的口令已重置，请当面告知本人。")
            return redirect("agencies:user", pk)
    return _user_page(request, found, reset_form=form, status=422)
