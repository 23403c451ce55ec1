"""What the pages on accounts show, and why an act on an account cannot be done now."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from agencies import rules
from agencies.models import ROLE_PREFIX, Agency, LogInGuard, Region, System, User
from agencies.roles import ADMINISTRATORS, ROLES, conflict
from core import clock
from core.audit import subject_of
from core.errors import IllegalMove, Refusal
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
ADMINISTRATOR_GROUPS = [f"{ROLE_PREFIX}{slug}" for slug in sorted(ADMINISTRATORS)]
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


# The first run ------------------------------------------------------------------------------

MOST_PLACES = 30
# What the agency of a system is usually called; the page proposes it, people correct it.
USUAL_NAMES = {
    "gongan": "公安局",
    "shichang": "市场监督管理局",
    "xiaofang": "消防救援局",
    "weijian": "卫生健康委员会",
    "renshe": "人力资源和社会保障局",
    "wenlv": "文化和旅游局",
    "jiaoyu": "教育局",
    "zhujian": "住房和城乡建设局",
    "jiaotong": "交通运输局",
    "yingji": "应急管理局",
    "huanbao": "生态环境局",
    "shuiwu": "税务局",
    "shangwu": "商务局",
    "fagai": "发展和改革委员会",
    rules.COORDINATION: "“双随机、一公开”监管联席会议办公室",
}


def full_name(region: Region) -> str:
    """The place with what it lies in: 安徽省宿州市埇桥区."""
    names, at = [region.name], region.parent
    while at is not None:
        names.insert(0, at.name)
        at = at.parent
    return "".join(names)


def places(text: str) -> list[Region]:
    """The regions of today whose code begins with the text or whose name holds it, the larger first."""
    words = text.strip()
    if not words:
        return []
    found = Region.objects.standing(clock.today()).matching(words)
    return list(found.select_related("parent__parent").order_by("code")[:MOST_PLACES])


def systems_to_found() -> list[System]:
    """The lines of government of today, the coordinating office last."""
    found = System.objects.filter(succeeded_by=None)
    return sorted(found, key=lambda one: (one.pk == rules.COORDINATION, one.pk))


def usual_name(region: Region, system: System) -> str:
    """What an agency is probably called: 埇桥区 + 公安局."""
    return f"{region.name}{USUAL_NAMES.get(system.pk, f'{system.name}局')}"


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


def why_not_set_up() -> Refusal | None:
    """Why the first-run pages are closed, or None: somebody holds one of the three roles."""
    if not User.objects.filter(groups__name__in=ADMINISTRATOR_GROUPS).exists():
        return None
    text = "平台已经完成首次设置，没有改动。请登录；新的账号由系统管理员在“账号”页面开通。"
    return Refusal(text, code="is_set_up", error=IllegalMove)


def why_not_found(agencies: Sequence[Any]) -> Refusal | None:
    """Why a portal cannot begin with these agencies (system, name), or None."""
    if not agencies:
        return Refusal("请至少选择一个执法单位。", code="no_agency")
    names = Counter(one.name for one in agencies)
    twice = next((name for name, times in names.items() if times > 1), "")
    if twice:
        return Refusal(f"单位名称“{twice}”出现了两次，请改为各自的全称。", code="agency_twice")
    return None


def why_not_staff(people: Sequence[Any]) -> Refusal | None:
    """Why these are not the three administrators, or None: three roles, three people (三员分立)."""
    if {one.role for one in people} != ADMINISTRATORS or len(people) != len(ADMINISTRATORS):
        return Refusal("三员须各有一人。", code="not_three")
    if len({one.username for one in people}) < len(people):
        return Refusal("三员的用户名不能相同，须由三个人分别担任。", code="same_username")
    if len({one.name for one in people}) < len(people):
        text = "三员须由三个人分别担任。同名的请在姓名后加上区别，如“王某（信息科）”。"
        return Refusal(text, code="same_person")
    return None


def why_not_issue_activation(user: User, actor: User | None) -> Refusal | None:
    """Why `actor` cannot hand out a code for the account, or None; nobody (`None`) is the server."""
    refusal = why_not_change_account(actor)
    if refusal:
        return refusal
    if user.has_usable_password():
        return Refusal("账号已经激活，忘记口令的请重置口令。", code="is_active")
    if actor is not None and set(user.roles) & ADMINISTRATORS:
        text = "三员的激活码只能在服务器上由两人在场重新发放。"
        return Refusal(text, code="administrator")
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
