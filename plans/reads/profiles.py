"""The rules of a place: which bind, which may be copied, and why an act on them cannot be done now."""

from typing import Any

from django.db.models import Q, QuerySet

from agencies.models import Agency, Region, User
from core.errors import DomainError, Refusal
from core.workflow import NOT_YOURS, why_not_move
from plans.flows import ProfileStatus
from plans.models import RuleProfile


def why_not_propose_profile(region: Region | None, actor: User | None) -> Refusal | None:
    """Why `actor` cannot propose rules for the region (None: for any), or None.

    The own region and what lies in it; one proposal at a time.
    """
    if actor is None or not actor.has_perm("plans.propose_ruleprofile") or actor.agency is None:
        return NOT_YOURS
    if region is None:
        return None
    if not region.pk.startswith(actor.agency.region.prefix):
        text = f"只能为{actor.agency.region}及其下级拟定抽查规则。"
        return Refusal(text, field="region", code="not_your_region")
    if RuleProfile.objects.filter(region=region, status=ProfileStatus.PROPOSED).exists():
        text = f"{region}已有一版规则等待确认，请先由第二人确认或不予采用。"
        return Refusal(text, field="region", code="is_waiting")
    return None


def why_not_decide_profile(profile: RuleProfile, move: str, actor: User) -> Refusal | None:
    """Why `actor` cannot confirm or refuse (`move`) the proposed rules, or None: a second person does."""
    refusal = why_not_move(profile, move, actor)
    if refusal is None and profile.proposed_by_id == actor.pk:
        return Refusal("自己拟定的规则须由第二人确认。", code="own_proposal")
    return refusal


def profiles_for(user: User) -> QuerySet[RuleProfile]:
    """What is in force anywhere, to copy from, and what waits or was refused at home."""
    rows = RuleProfile.objects.select_related("region", "proposed_by", "decided_by")
    home = Q(status=ProfileStatus.IN_FORCE)
    if user.agency is not None:
        home |= Q(region__code__startswith=user.agency.region.prefix)
    return rows.filter(home)


COPIED = (
    "inspectors_per_agency",
    "annual_cap_per_agency",
    "annual_cap_total",
    "forbids_repeat",
    "rounding",
    "list_published",
)
NATIONAL_CAP = 2  # the example of 004 art 13, “次数不超过2次”


def profile_proposal(agency: Agency, source: RuleProfile | None) -> dict[str, Any]:
    """What a new proposal starts from: another place's figures, else the national example (F15)."""
    start = {"region": agency.region_id, "name": f"{agency.region}规则"}
    if source is None:
        return start | {"annual_cap_per_agency": NATIONAL_CAP}
    return start | {name: getattr(source, name) for name in COPIED}


def lacks_profile(user: User) -> bool:
    """Whether no rules bind the user's region yet, so that no task can be launched there."""
    return user.agency is not None and RuleProfile.objects.nearest(user.agency.region) is None


def profile_for(region: Region) -> RuleProfile:
    """The rules that bind in a region: its own, its city's or its province's."""
    profile = RuleProfile.objects.nearest(region)
    if profile is None:
        raise DomainError(
            f"{region}还没有抽查规则，没有改动。请联席办经办在“设置—抽查规则”中拟定，"
            "由第二人确认后再办理。",
            code="no_profile",
        )
    return profile
