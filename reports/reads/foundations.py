"""What a new portal still lacks before work can begin, told to the person who can mend it.

Each of these goes away by itself once it exists; nobody ticks anything off.
"""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from agencies.models import User
from catalog.models import CatalogVersion
from core import clock
from plans.models import Plan
from plans.reads import lacks_profile, why_not_propose_profile
from registries.models import Inspector, Target
from reports.reads.todo import Todo

FEWEST = 2  # inspectors a visit takes (I03)


def people(user: User, today: date) -> Iterator[Todo]:
    """Nobody but the administrators has an account yet."""
    if not User.objects.exclude(agency=None).exists():
        yield Todo(
            "begin",
            "还没有各单位人员的账号",
            "先为每个单位的部门管理员、经办和负责人开通账号，再由安全管理员授予角色",
            reverse("agencies:user_create"),
            "开通账号",
        )


def rules(user: User, today: date) -> Iterator[Todo]:
    """No rules bind the region: nobody can launch a task."""
    if lacks_profile(user) and why_not_propose_profile(None, user) is None:
        yield Todo(
            "begin",
            f"{user.agency.region}还没有抽查规则" if user.agency else "还没有抽查规则",
            "没有规则不能发起任务；可以从别处的规则复制，由第二人确认后生效",
            reverse("plans:profile_new"),
            "拟定规则",
        )


def item_list(user: User, today: date) -> Iterator[Todo]:
    """The agency has no published item list: nothing may be inspected (C01)."""
    if user.agency and not CatalogVersion.objects.filter(agency=user.agency).exists():
        yield Todo(
            "begin",
            "本单位还没有抽查事项清单",
            "检查只能从已公布的清单中选取事项",
            reverse("catalog:create"),
            "新建清单",
        )


def targets(user: User, today: date) -> Iterator[Todo]:
    """Nobody can be drawn in the region."""
    if user.agency and not Target.objects.visible_to(user).exists():
        yield Todo(
            "begin",
            "本地区还没有检查对象",
            "名录导入以后，才能核对范围和抽取",
            reverse("registries:target_import"),
            "导入名录",
        )


def inspectors(user: User, today: date) -> Iterator[Todo]:
    """The agency cannot send two officers (I03)."""
    own = Inspector.objects.filter(agency=user.agency, is_active=True)[:FEWEST]
    if user.agency and len(own) < FEWEST:
        yield Todo(
            "begin",
            f"本单位可以抽取的检查人员不足 {FEWEST} 人",
            f"每户每部门至少 {FEWEST} 名持有效执法证的人员",
            reverse("registries:inspector_import"),
            "导入人员",
        )


def plan(user: User, today: date) -> Iterator[Todo]:
    """The agency leads nothing this year (P01)."""
    if user.agency and not Plan.objects.filter(agency=user.agency, year__gte=today.year).exists():
        yield Todo(
            "begin",
            f"本单位还没有 {today.year} 年度抽查计划",
            "抽查任务只能从已公布的计划发起",
            reverse("plans:create"),
            "编制计划",
        )


SOURCES = {
    "lead": (item_list, targets, plan),
    "agency_admin": (item_list, targets, inspectors),
    "coordinator": (rules,),
    "sysadmin": (people,),
}


def foundations(user: User) -> list[Todo]:
    """What the user can lay now, in the order in which work begins; empty once all of it stands."""
    today = clock.today()
    sources = dict.fromkeys(source for role in user.roles for source in SOURCES.get(role, ()))
    return [todo for source in sources for todo in source(user, today)]
