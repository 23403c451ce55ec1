"""Use cases on people and agencies."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.urls import reverse
from guardian.shortcuts import assign_perm

from agencies import reads
from agencies.models import AGENCY_PREFIX, ROLE_PREFIX, Agency, Region, System, User
from agencies.reads import regions
from agencies.roles import ROLES
from agencies.services.passwords import keep_password
from core import clock
from core.audit import record
from core.errors import DomainError, demand, unique
from core.notices import notify, try_again


@transaction.atomic
def sync_roles() -> None:
    """Make the role groups hold exactly the permissions that ROLES declares."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for slug, role in ROLES.items():
        group, _ = Group.objects.get_or_create(name=f"{ROLE_PREFIX}{slug}")
        group.permissions.set(known[name] for name in role.permissions)


@transaction.atomic
def found_agency(
    code: str,
    name: str,
    short_name: str,
    region: Region,
    system: System,
    *,
    is_inspecting: bool,
) -> Agency:
    """Create an agency with the group through which tasks are shared with it.

    Raises DomainError where the region is retired.
    """
    demand(regions.why_not_use(region, clock.today()))
    group, _ = Group.objects.get_or_create(name=f"{AGENCY_PREFIX}{code}")
    return Agency.objects.create(
        code=code,
        name=name,
        short_name=short_name,
        region=region,
        system=system,
        is_inspecting=is_inspecting,
        group=group,
    )


@transaction.atomic
def sync_agencies(rows: Iterable[dict[str, Any]]) -> int:
    """Found agencies or rename them: region and system codes, name, short_name, is_inspecting.

    All rows or none; raises DomainError naming the row with an unknown region or system or
    without a name. The code follows from region and system and never changes.
    """
    count = 0
    for count, row in enumerate(rows, 1):
        region = Region.objects.filter(code=row["region"]).first()
        system = System.objects.filter(slug=row["system"]).first()
        if region is None or system is None or not row["name"]:
            raise DomainError(
                f"第 {count + 1} 行：区划代码“{row['region']}”、系统“{row['system']}”或名称有误，"
                "没有导入任何单位。"
            )
        code = f"{region.code}-{system.slug}"
        short = row["short_name"] or row["name"]
        names = {"name": row["name"], "short_name": short, "is_inspecting": row["is_inspecting"]}
        if not Agency.objects.filter(code=code).update(**names):
            found_agency(
                code, row["name"], short, region, system, is_inspecting=row["is_inspecting"]
            )
    return count


def grant_joint_access(obj: models.Model, agencies: Iterable[Agency]) -> None:
    """Let the agencies read `obj` through their groups: the one use of django-guardian."""
    permission = f"{obj._meta.app_label}.view_{obj._meta.model_name}"
    for agency in agencies:
        assign_perm(permission, agency.group, obj)


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    agency: Agency | None,
    password: str,
    email: str = "",
    actor: User | None,
) -> User:
    """Open an account whose owner must change the password at the first log-in.

    Raises NotAllowed unless the actor is a system administrator, DomainError for a taken name or
    a weak password. Roles are granted by somebody else (`assign_roles`).
    """
    demand(reads.why_not_open_account(actor))
    user = User(username=username, name=name, agency=agency, email=email, must_change_password=True)
    demand(reads.why_weak(user, password))
    user.set_password(password)
    taken = f"用户名“{username}”已被使用，请换一个。"
    with unique("agencies_user_username_key", taken, field="username"):
        user.save()
    if agency:
        user.groups.add(agency.group)
    record("agencies.open_account", user, actor, f"开通账号：{user}（{username}）")
    return user


@transaction.atomic
def assign_roles(user: User, roles: Iterable[str], *, actor: User | None) -> None:
    """Replace the user's roles. Nobody changes the own ones; the three administrators stay apart."""
    wanted = frozenset(roles)
    demand(reads.why_not_assign_roles(user, actor) or reads.why_not_hold(wanted))
    before = list(user.roles)
    names = [f"{ROLE_PREFIX}{slug}" for slug in wanted]
    user.groups.remove(*Group.objects.filter(name__startswith=ROLE_PREFIX))
    user.groups.add(*Group.objects.filter(name__in=names))
    labels = "、".join(ROLES[slug].label for slug in ROLES if slug in wanted) or "无"
    record(
        "agencies.assign_roles",
        user,
        actor,
        f"授予角色：{user}，{labels}",
        before=before,
        after=sorted(wanted),
    )


@transaction.atomic
def set_email(user: User, email: str, *, actor: User | None) -> None:
    """Say where the notices of an account go; empty for nowhere. The trail keeps no address.

    What could not be delivered to the old address goes to the new one.
    """
    demand(reads.why_not_change_account(actor))
    user.email = email
    user.save(update_fields=["email"])
    try_again(user)
    record("agencies.set_email", user, actor, f"{'登记' if email else '清空'}邮箱：{user}")


@transaction.atomic
def suspend(user: User, *, actor: User | None) -> None:
    """Close the account to further log-ins; what its owner did stays on the trail."""
    demand(reads.why_not_suspend(user, actor))
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("agencies.suspend", user, actor, f"停用账号：{user}")


@transaction.atomic
def restore(user: User, *, actor: User | None) -> None:
    """Let a suspended account log in again."""
    demand(reads.why_not_change_account(actor))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("agencies.restore", user, actor, f"恢复账号：{user}")


@transaction.atomic
def reset_password(user: User, password: str, *, actor: User | None) -> None:
    """Give the owner a new initial password, to be changed at the next log-in.

    Whoever resets could then act under that name, so the owner and the security administrators are
    told. Raises NotAllowed, or DomainError for a weak password and for one of the three administrators.
    """
    demand(reads.why_not_reset_password(user, actor) or reads.why_weak(user, password))
    keep_password(user, password)
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    record("agencies.reset_password", user, actor, f"重置口令：{user}")
    who = actor or "系统"
    notify(
        [user],
        f"您的口令已由{who}重置。如不是您本人要求的，请立即修改口令并告知安全管理员。",
        reverse("agencies:account"),
        urgent=True,
    )
    notify(
        User.objects.with_role("secadmin"),
        f"{who}重置了{user}（{user.username}，{user.role_labels}）的口令，请向本人核实。",
        reverse("agencies:user", args=[user.pk]),
        urgent=True,
    )
