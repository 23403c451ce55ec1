"""From the draft of a plan to its publication and adjustment."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from agencies.models import ROLE_PREFIX, Agency, User
from catalog.flows import VersionStatus
from catalog.models import Item
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import advance, lock
from plans import reads
from plans.models import Plan, PlanLine, PlanTier


@transaction.atomic
def create_plan(
    agency: Agency,
    year: int,
    title: str,
    note: str,
    *,
    actor: User | None,
    copy_from: Plan | None = None,
) -> Plan:
    """Draft the agency's plan of a year: empty, or with the lines of `copy_from`.

    Copied lines take the items of the lists now in force, by code; an item no longer listed is
    left out. Raises NotAllowed, and DomainError when the year has a plan already (which is then
    adjusted) or `copy_from` belongs to another agency.
    """
    lock(agency)
    demand(reads.why_not_create_plan(agency, year, actor))
    if copy_from is not None:
        demand(reads.why_not_copy(copy_from, agency))
    plan = Plan.objects.create(agency=agency, year=year, title=title, note=note)
    if copy_from is not None:
        _copy_lines(copy_from, plan)
    record("plans.create", plan, actor, f"新建计划：{plan}", year=year)
    return plan


@transaction.atomic
def adjust(plan: Plan, *, actor: User | None) -> Plan:
    """Draft a new version of a published plan, which stays in force until then (P01 动态调整).

    Raises NotAllowed, IllegalMove unless the plan is in force, and DomainError while an earlier
    adjustment is still on its way.
    """
    lock(plan)
    demand(reads.why_not_adjust(plan, actor))
    draft = Plan.objects.create(
        agency=plan.agency, year=plan.year, version=plan.version + 1, title=plan.title
    )
    _copy_lines(plan, draft)
    record("plans.adjust", draft, actor, f"调整计划：{draft}第{draft.version}版", source=plan.pk)
    return draft


@transaction.atomic
def revise_plan(plan: Plan, title: str, note: str, *, actor: User | None) -> None:
    """Correct the title and the note of a draft."""
    lock(plan)
    demand(reads.why_not_change(plan, actor))
    plan.title, plan.note = title, note
    plan.save(update_fields=["title", "note"])
    record("plans.revise", plan, actor, f"修改计划说明：{plan}")


@transaction.atomic
def submit(plan: Plan, *, actor: User | None) -> None:
    """Hand the plan to the leaders of the agency.

    Raises NotAllowed, IllegalMove, and DomainError for an empty plan or a line without items or
    with items no longer in force.
    """
    lock(plan)
    demand(reads.why_not_submit(plan, actor))
    advance(plan, "submit", actor=actor)
    leaders = _people([plan.agency_id], "deputy", "principal")
    if actor is not None:
        leaders = leaders.exclude(pk=actor.pk)
    notify(leaders, f"“{plan}”已提交，请审批。", plan.get_absolute_url())


@transaction.atomic
def approve(plan: Plan, *, actor: User | None) -> None:
    """Approve the plan; never by the person who submitted it."""
    lock(plan)
    demand(reads.why_not_approve(plan, actor))
    advance(plan, "approve", actor=actor)
    notify(_people([plan.agency_id], "lead"), f"“{plan}”已批准，请公布。", plan.get_absolute_url())


@transaction.atomic
def return_plan(plan: Plan, reason: str, *, actor: User | None) -> None:
    """Send the plan back for correction, with the reason its authors will read."""
    lock(plan)
    demand(reads.why_not_return(plan, actor))
    if not reason.strip():
        raise DomainError("请写明退回原因，便于经办人修改。", field="reason")
    advance(plan, "return", actor=actor, reason=reason.strip())
    notify(
        _people([plan.agency_id], "lead"),
        f"“{plan}”被退回：{reason.strip()}",
        plan.get_absolute_url(),
        urgent=True,
    )


@transaction.atomic
def publish(plan: Plan, *, actor: User | None) -> None:
    """Put the plan into force in place of the year's previous version (P01)."""
    lock(plan)
    demand(reads.why_not_publish(plan, actor))
    same_year = Plan.objects.in_force().filter(agency=plan.agency_id, year=plan.year)
    previous = same_year.first()
    if previous is not None:
        advance(previous, "supersede", actor=None, successor=plan.pk)
    advance(plan, "publish", actor=actor)
    plan.published_on = clock.today()
    plan.save(update_fields=["published_on"])
    joined = Agency.objects.filter(pk__in=plan.lines.values("participants")).exclude(
        pk=plan.agency_id
    )
    notify(
        _people(joined.values("pk"), "lead", "agency_admin"),
        f"{plan.agency}公布“{plan}”，有计划项由贵单位参与，请核对名录库。",
        plan.get_absolute_url(),
    )


def _people(agencies: Any, *roles: str) -> QuerySet[User]:
    """Active users of the agencies (ids) who hold one of the roles."""
    groups = [f"{ROLE_PREFIX}{role}" for role in roles]
    users = User.objects.filter(is_active=True, agency__in=agencies, groups__name__in=groups)
    return users.distinct()


def _copy_lines(source: Plan, plan: Plan) -> None:
    """Copy lines with items of the lists now in force. Inside a year a line keeps its origin."""
    current = _in_force(source)
    for line in source.lines.prefetch_related("items__version", "participants", "tiers"):
        origin = (line.origin_id or line.pk) if source.year == plan.year else None
        copy = PlanLine.objects.create(
            plan=plan,
            position=line.position,
            title=line.title,
            kind=line.kind,
            trade_id=line.trade_id,
            scope=line.scope,
            ratio_ppm=line.ratio_ppm,
            estimated=line.estimated,
            month_from=line.month_from,
            month_until=line.month_until,
            scheme_id=line.scheme_id,
            origin_id=origin,
        )
        known = [(item.version.agency_id, item.code) for item in line.items.all()]
        copy.items.set(current[key] for key in known if key in current)
        copy.participants.set(line.participants.all())
        PlanTier.objects.bulk_create(
            PlanTier(line=copy, grade_id=tier.grade_id, ratio_ppm=tier.ratio_ppm)
            for tier in line.tiers.all()
        )


def _in_force(plan: Plan) -> dict[tuple[int, str], Item]:
    """The items now in force of every agency of the plan, by agency and code."""
    agencies = Item.objects.filter(pk__in=plan.lines.values("items")).values("version__agency")
    items = Item.objects.filter(
        version__agency__in=agencies, version__status=VersionStatus.PUBLISHED
    )
    return {(item.version.agency_id, item.code): item for item in items.select_related("version")}
