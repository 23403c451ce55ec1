"""What agency administrators, leaders, supervisors and the three administrators have to do."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Min, Q, Window
from django.urls import reverse

from agencies.models import ROLE_PREFIX, User
from core import heartbeat
from core.audit import subject_of
from core.models import Heartbeat
from deadlines import rules
from deadlines.models import CalendarYear, Deadline, DeadlineKind
from deadlines.reads import calendar
from plans.flows import PlanStatus, ProfileStatus
from plans.models import Plan, RuleProfile
from plans.reads import why_not_decide_profile
from publication.reads import approval_queue
from registries.models import CERTIFICATE_SOON_DAYS, Inspector, Target
from reports.reads.ceremony import beacons, consents, seals, voids
from reports.reads.changes import replacements, substitutions
from reports.reads.failed_mail import undelivered
from reports.reads.todo import Todo, by, day, running
from tasks.flows import ConfirmationStatus, TaskStatus
from tasks.models import Confirmation, ListStanding

EXPIRING = timedelta(days=CERTIFICATE_SOON_DAYS)
SOON = 3  # working days
ENTER_FROM = 11  # the month in which the State Council announces the next year


def confirmations(user: User, today: date) -> Iterator[Todo]:
    """Drawn lists that the own agency has to compare and confirm."""
    rows = list(
        Confirmation.objects.filter(
            agency=user.agency_id,
            status=ConfirmationStatus.PENDING,
            task__status=TaskStatus.CONFIRMING,
        )
        .select_related("task")
        .annotate(
            drawn=Count(
                "task__selections", filter=Q(task__selections__standing=ListStanding.LISTED)
            )
        )
        .order_by("pk")
    )
    clocks = running(subject_of(row) for row in rows)
    for row in rows:
        deadline = clocks.get(subject_of(row))
        yield Todo(
            "confirm_list",
            f"{row.task}：核对并确认抽中的 {row.drawn} 户",
            by(deadline, f"{day(row.task.draw_until)}前确认"),
            reverse("tasks:draw", args=[row.task.number]),
            "核对名单",
            deadline=deadline,
            until=row.task.draw_until,
        )


def certificates(user: User, today: date) -> Iterator[Todo]:
    """Inspectors who cannot be drawn soon, or any more."""
    found = Inspector.objects.filter(
        agency=user.agency_id,
        is_active=True,
        is_adviser=False,
        certificate_valid_until__lte=today + EXPIRING,
    ).aggregate(
        n=Count("pk"),
        expired=Count("pk", filter=Q(certificate_valid_until__lt=today)),
        first=Min("certificate_valid_until"),
    )
    if found["n"]:
        expired = f"其中 {found['expired']} 人已过期，" if found["expired"] else ""
        yield Todo(
            "certificates",
            f"{found['n']} 名检查人员的执法证将在 {CERTIFICATE_SOON_DAYS} 天内到期",
            f"{expired}最早 {day(found['first'])}。过期后不能参加抽取",
            reverse("registries:inspectors"),
            "查看人员",
            until=found["first"],
        )


def stale_targets(user: User, today: date) -> Iterator[Todo]:
    """Targets of the own jurisdiction that nobody has looked at for a year."""
    rows = Target.objects.stale(today).filter(agency=user.agency_id)
    found = rows.aggregate(n=Count("pk"), first=Min("refreshed_on"))
    if found["n"]:
        yield Todo(
            "stale",
            f"{found['n']} 户检查对象超过一年没有核对",
            f"最早核对于 {day(found['first'])}。核对后更新名录，保证抽取范围准确",
            reverse("registries:targets"),
            "核对名录",
        )


def sections_to_approve(user: User, today: date) -> Iterator[Todo]:
    """The two piles of the own agency, without what the user took part in."""
    words = {
        approval_queue.PROBLEM: ("发现问题或情况特殊", "逐户核对后同意公示，或写明理由退回"),
        approval_queue.CLEAN: ("未发现问题", "核对后同意公示，可一次通过"),
    }
    for name, (what, how) in words.items():
        rows = approval_queue.pile(user, name).exclude(approval_queue.taken_part_by(user))
        rows = rows.select_related("inspection__selection__target", "inspection__selection__task")
        first = rows.annotate(size=Window(Count("pk"))).first()
        if first is None:
            continue
        deadline = running([subject_of(first)]).get(subject_of(first))
        if first.size == 1:
            title = f"{first.inspection}：{what}，请审批"
            link, label = reverse("approvals:detail", args=[first.pk]), "审批"
        else:
            title = f"{first.size} 户{what}：请审批"
            link, label = f"{reverse('approvals:list')}?pile={name}", f"审批 {first.size} 户"
        why = f"{how}。{by(deadline, '尚未起算公示期限')}"
        yield Todo(f"approve_{name}", title, why, link, label, deadline=deadline)


def plans_to_approve(user: User, today: date) -> Iterator[Todo]:
    """Submitted plans of the own agency."""
    plans = Plan.objects.filter(agency=user.agency_id, status=PlanStatus.SUBMITTED)
    for plan in plans.order_by("year", "pk"):
        link = reverse("plans:detail", args=[plan.pk])
        why = "批准后由经办公布，公布后才能发起任务"
        yield Todo("plan_approve", f"{plan}：请审批", why, link, "审批计划")


def deadlines_to_watch(user: User, today: date) -> Iterator[Todo]:
    """Overdue clocks and those due within three working days, together by agency and kind."""
    groups = (
        Deadline.objects.visible_to(user)
        .open()
        .filter(due_on__lte=_horizon(today))
        .order_by()
        .annotate(is_overdue=Q(due_on__lt=today))
        .values("agency__name", "kind", "is_overdue")
        .annotate(n=Count("pk"), first=Min("due_on"), title=Min("title"), source=Min("source"))
        .order_by("first", "agency__name", "kind")
    )
    for row in groups:
        late, matter = row["is_overdue"], DeadlineKind(row["kind"]).label
        what = "已逾期" if late else "即将到期"
        if row["n"] == 1:
            title = f"{row['title']}：{matter}{what}"
            why = f"{day(row['first'])}到期。依据：{row['source']}"
        else:
            title = f"{row['agency__name']}：{row['n']} 项{matter}{what}"
            why = f"最早 {day(row['first'])}到期"
        link = reverse("deadlines:list") + ("?tab=overdue" if late else "")
        kind = "overdue" if late else "soon"
        yield Todo(kind, title, why, link, "查看期限", until=row["first"])


def _horizon(today: date) -> date:
    try:
        return rules.add_working_days(today, SOON, calendar())
    except rules.MissingCalendarYear:
        return today + SOON * rules.DAY


def missing_years(user: User, today: date) -> Iterator[Todo]:
    """Years without an arrangement: this one, those that clocks wait for, the next from November."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    waiting = {row["missing_year"]: row["number"] for row in Deadline.objects.waiting_years()}
    wanted = {today.year, *waiting}
    if today.month >= ENTER_FROM:
        wanted.add(today.year + 1)
    for year in sorted(wanted - known):
        number = waiting.get(year, 0)
        stuck = f"{number} 条期限暂为“待定”，" if number else ""
        yield Todo(
            "calendar",
            f"录入 {year} 年节假日安排",
            f"{stuck}依据国务院办公厅的通知，录入后自动计算期限",
            reverse("deadlines:calendar"),
            "录入",
            until=min(today, date(year, 1, 1)) if number else date(year - 1, 12, 31),
        )


def silent_background(user: User, today: date) -> Iterator[Todo]:
    """Worker, beat or broker were seen once and are not seen any more."""
    if heartbeat.silent() and Heartbeat.objects.exists():
        yield Todo(
            "background",
            "后台程序没有应答",
            "邮件和到期提醒会晚发，不会丢失；页面照常使用",
            reverse("reports:mail"),
            "查看情况",
            until=today,
        )


def undelivered_mail(user: User, today: date) -> Iterator[Todo]:
    """Letters that were given up: somebody does not get the reminders."""
    number = undelivered()
    if number:
        yield Todo(
            "mail",
            f"{number} 封邮件没有送达",
            "收件人没有收到提醒；核对地址或邮件服务器后重新发送",
            reverse("reports:mail"),
            "查看邮件",
        )


def accounts_without_role(user: User, today: date) -> Iterator[Todo]:
    """Open accounts that can do nothing yet."""
    rows = User.objects.filter(is_active=True).exclude(groups__name__startswith=ROLE_PREFIX)
    number = rows.count()
    if number:
        yield Todo(
            "accounts",
            f"{number} 个账号还没有角色",
            "账号由系统管理员开通，角色由安全管理员授予；没有角色不能办理业务",
            reverse("agencies:users"),
            "查看账号",
        )


def rules_to_confirm(user: User, today: date) -> Iterator[Todo]:
    """Rules of the region that somebody else proposed."""
    waiting = RuleProfile.objects.filter(status=ProfileStatus.PROPOSED)
    for row in waiting.select_related("region", "proposed_by"):
        if why_not_decide_profile(row, "confirm", user) is None:
            yield Todo(
                "rules",
                f"{row.region}的抽查规则待确认",
                f"{row.proposed_by}拟定，{row.caps_text}；由第二人确认后生效",
                reverse("plans:profiles"),
                "查看规则",
            )


ADMIN = (confirmations, replacements, seals, consents, beacons, certificates, stale_targets)
PRINCIPAL = (sections_to_approve, plans_to_approve, voids)
DEPUTY = (substitutions, *PRINCIPAL, consents)
SUPERVISOR = (seals, beacons, deadlines_to_watch)
COORDINATOR = (seals, beacons, rules_to_confirm)
SYSADMIN = (silent_background, missing_years, accounts_without_role, undelivered_mail)
SECADMIN = (accounts_without_role,)
