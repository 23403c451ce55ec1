"""What the pages on accounts show, and why an act on an account cannot be done now."""

import re
from collections import Counter
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from agencies import rules
from agencies.models import Agency, LogInGuard, Region, User
from agencies.roles import ADMINISTRATORS, ROLES, conflict
from core.audit import subject_of
from core.errors import Refusal
from core.models import AuditEvent
from core.workflow import NOT_YOURS, why_not_role

LOG_IN_VERBS = [
    "agencies.log_in",
    "agencies.fail_log_in",
    "agencies.lock",
    "agencies.lift_lock",
    "agencies.log_out",
    "agencies.log_out_idle",
    "agencies.log_out_everywhere",
]
# The accounts of the demonstration in the order of the work.
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
REGION_CODE = re.compile(r"[1-9][0-9]{5}")
LONGEST_NAME = 40
WEAK = {
    "password_too_short": "口令至少 {min_length} 个字符。",
    "password_too_common": "口令太常见，容易被猜到，请换一个。",
    "password_entirely_numeric": "口令不能全是数字。",
    "password_too_similar": "口令与用户名或姓名太相近，请换一个。",
}


# The portal ----------------------------------------------------------------------------------

MOST_ORGANISERS = 4


def organisers() -> str:
    """Who runs the portal: the inspecting agencies of the highest region, in the order of their codes.

    A city's bureaus lead, those of its counties carry out. Empty before the first agency.
    """
    found = list(Agency.objects.inspecting().select_related("region"))
    highest = min((len(agency.region.prefix) for agency in found), default=0)
    names = [agency.name for agency in found if len(agency.region.prefix) == highest]
    told = "、".join(names[:MOST_ORGANISERS])
    return told if len(names) <= MOST_ORGANISERS else f"{told}等 {len(names)} 个单位"


# Why not -------------------------------------------------------------------------------------


def why_not_view_accounts(actor: User | None) -> Refusal | None:
    """Why `actor` cannot look at the accounts, or None."""
    return why_not_role(actor, "view", User)


def why_not_name_portal(name: str, actor: User | None) -> Refusal | None:
    """Why the portal cannot be called `name`, or None; nobody (`None`) is the command line."""
    if actor is not None and not actor.has_perm("agencies.add_user"):
        return NOT_YOURS
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        return Refusal(f"平台名称须填写，最多 {LONGEST_NAME} 个字。", field="name", code="name")
    return None


def why_not_open_account(actor: User | None) -> Refusal | None:
    """Why `actor` cannot open accounts, or None."""
    return why_not_role(actor, "add", User)


def why_not_assign_roles(user: User, actor: User | None) -> Refusal | None:
    """Why `actor` cannot replace the roles of `user`, or None: nobody changes the own ones."""
    if actor is not None and not actor.has_perm("agencies.assign_roles_user"):
        return NOT_YOURS
    if not _is_self(user, actor):
        return None
    text = "不能修改自己的角色，请由另一位安全管理员办理。"
    return Refusal(text, field="roles", code="own_account")


def why_not_hold(roles: frozenset[str]) -> Refusal | None:
    """Why these roles cannot meet in one person, or None (三员分立)."""
    reason = conflict(roles)
    return Refusal(reason, field="roles", code="roles_conflict") if reason else None


def why_not_change_account(actor: User | None) -> Refusal | None:
    """Why `actor` cannot say where the notices of accounts go nor restore one, or None."""
    return why_not_role(actor, "change", User)


def why_not_suspend(user: User, actor: User | None) -> Refusal | None:
    """Why `actor` cannot close the account, or None: nobody closes the own one."""
    refusal = why_not_change_account(actor)
    if refusal or not _is_self(user, actor):
        return refusal
    return Refusal("不能停用自己的账号。", code="own_account")


def why_not_reset_password(user: User, actor: User | None) -> Refusal | None:
    """Why `actor` cannot give `user` a new initial password, or None.

    Never for one of the three administrators: whoever could set their password would hold their
    power too.
    """
    refusal = why_not_change_account(actor)
    if refusal:
        return refusal
    if _is_self(user, actor):
        text = "自己的口令请在“修改口令”中更改。"
        return Refusal(text, field="password", code="own_account")
    if actor is not None and set(user.roles) & ADMINISTRATORS:
        text = "三员的口令不能由系统管理员重置，请在服务器上由两人在场办理。"
        return Refusal(text, field="password", code="administrator")
    return None


def why_not_lift_lock(guard: LogInGuard, actor: User | None) -> Refusal | None:
    """Why `actor` cannot let an account or an address try again, or None."""
    refusal = why_not_change_account(actor)
    if refusal:
        return refusal
    if actor is not None and guard.user_id == actor.pk:
        return Refusal("自己的账号须由另一位系统管理员解除锁定。", code="own_account")
    if not guard.is_closed:
        return Refusal("现在没有锁定，可能已到时间或已由他人解除。", code="not_locked")
    return None


def agency_of(actor: User) -> Agency:
    """The agency of `actor`; raises NotAllowed for those who belong to none."""
    if actor.agency is None:
        raise NOT_YOURS.raised()
    return actor.agency


def why_not_sync_regions(rows: list[dict[str, str]]) -> Refusal | None:
    """Why these divisions ({code, name, parent?}) cannot be taken over, or None."""
    times = Counter(row["code"] for row in rows)
    wanted = {row["parent"] for row in rows if row.get("parent")}
    known = {*times, *Region.objects.filter(pk__in=wanted).values_list("pk", flat=True)}
    faults = (_region_fault(number, row, times, known) for number, row in enumerate(rows, 1))
    text = next((fault for fault in faults if fault), "")
    return Refusal(text, code="bad_region") if text else None


def _region_fault(number: int, row: dict[str, str], times: Counter[str], known: set[str]) -> str:
    code, name, parent = row["code"], row["name"], row.get("parent")
    if not REGION_CODE.fullmatch(code):
        return f"第 {number} 个区划：代码“{code}”应为 6 位数字。"
    if not name or len(name) > LONGEST_NAME:
        return f"第 {number} 个区划（{code}）：名称应为 1 至 {LONGEST_NAME} 个字。"
    if times[code] > 1:
        return f"区划代码 {code} 出现了两次。"
    if parent and (parent not in known or parent >= code):
        return f"第 {number} 个区划（{code}）：没有上级区划 {parent}。"
    return ""


def why_weak(user: User, password: str) -> Refusal | None:
    """Every reason why the password is too weak for this user, in one sentence after another."""
    reasons = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = [_weakness(one) for one in error.error_list]
    plain = rules.why_too_plain(password)
    if plain:
        reasons.append(plain)
    if rules.holds_name(password, user.username) and WEAK["password_too_similar"] not in reasons:
        reasons.append(WEAK["password_too_similar"])
    return Refusal("".join(reasons), field="password", code="weak") if reasons else None


def _weakness(error: ValidationError) -> str:
    """Our own words: Django's translation says 密码, and some of it is missing."""
    sentence = WEAK.get(error.code or "")
    return sentence.format(**(error.params or {})) if sentence else "".join(error.messages)


def _is_self(user: User, actor: User | None) -> bool:
    return actor is not None and actor.pk == user.pk


# What a page shows ---------------------------------------------------------------------------


def account_page(user: User, reader: User) -> dict[str, Any]:
    """One account: whose it is, what keeps it closed, its roles, and what `reader` may do."""
    lock = LogInGuard.objects.closed().filter(user=user).first()
    return {
        "account": user,
        "lock": lock,
        "roles": [ROLES[slug] for slug in user.roles],
        "is_own": user.pk == reader.pk,
        "may_change": why_not_suspend(user, reader) is None,
        "may_reset": why_not_reset_password(user, reader) is None,
        "may_assign": why_not_assign_roles(user, reader) is None,
    }


def log_in_lines(user: User) -> QuerySet[AuditEvent]:
    """Who came and went under the user's name, the latest first."""
    return AuditEvent.objects.filter(subject=subject_of(user), verb__in=LOG_IN_VERBS)


def demo_accounts() -> list[dict[str, str]]:
    """The accounts that a demonstration offers to click."""
    found = User.objects.filter(username__in=DEMO_ACCOUNTS, is_active=True)
    people = {
        user.username: user for user in found.select_related("agency").prefetch_related("groups")
    }
    return [_demo_account(people[name]) for name in DEMO_ACCOUNTS if name in people]


def _demo_account(user: User) -> dict[str, str]:
    return {
        "username": user.username,
        "name": user.name,
        "role": user.role_labels,
        "agency": user.agency.name if user.agency else "平台",
        "does": "；".join(ROLES[slug].does for slug in user.roles),
    }
