"""The rules of each jurisdiction: some are shipped, the others are made by two people."""

import json
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import demand, unique
from core.notices import notify
from core.workflow import lock
from plans.models import ProfileStatus, RuleProfile
from plans.reads import why_not_decide_profile, why_not_propose_profile

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def sync_profiles() -> int:
    """Add the rule profiles of the seeds that are missing; returns how many there are.

    Idempotent, after the regions. A version that exists is never changed: tasks name it.
    """
    rows = json.loads((DATA / "profiles.json").read_text())
    for row in rows:
        RuleProfile.objects.get_or_create(
            region_id=row["region"],
            version=row["version"],
            defaults={name: row[name] for name in row.keys() - {"region", "version"}},
        )
    return len(rows)


@transaction.atomic
def propose_profile(profile: RuleProfile, *, actor: User) -> RuleProfile:
    """Propose the next version of the rules of a region; they bind nobody before a second person agrees.

    Raises NotAllowed, or DomainError for a region elsewhere or with a proposal that waits.
    """
    demand(why_not_propose_profile(profile.region, actor))
    last = RuleProfile.objects.filter(region=profile.region).aggregate(Max("version"))
    profile.pk, profile.version = None, (last["version__max"] or 0) + 1
    profile.status = ProfileStatus.PROPOSED
    profile.proposed_by, profile.proposed_at = actor, clock.now()
    waiting = f"{profile.region}已有一版规则等待确认，请先由第二人确认或不予采用。"
    with unique("profile_one_proposal", waiting, field="region"):
        profile.save()
    record(
        "plans.propose_profile",
        profile,
        actor,
        f"拟定抽查规则：{profile.region}，{profile}，{profile.caps_text}",
        after=profile.snapshot(),
    )
    return profile


@transaction.atomic
def confirm_profile(profile: RuleProfile, *, actor: User) -> None:
    """Put the rules into force: what is launched from now on keeps a snapshot of them (T02).

    Tasks that exist keep theirs; a frozen draw is never touched.
    """
    before = RuleProfile.objects.nearest(profile.region)
    _decide(profile, ProfileStatus.IN_FORCE, actor)
    record(
        "plans.confirm_profile",
        profile,
        actor,
        f"确认抽查规则：{profile.region}，{profile}，{profile.caps_text}",
        before=before.snapshot() if before else {},
        after=profile.snapshot(),
    )


@transaction.atomic
def refuse_profile(profile: RuleProfile, *, actor: User) -> None:
    """Do not take the proposed rules over; those in force stay."""
    _decide(profile, ProfileStatus.REFUSED, actor)
    record("plans.refuse_profile", profile, actor, f"不采用抽查规则：{profile.region}，{profile}")


def _decide(profile: RuleProfile, status: ProfileStatus, actor: User) -> None:
    lock(profile)
    demand(why_not_decide_profile(profile, actor))
    profile.status, profile.decided_by, profile.decided_at = status, actor, clock.now()
    profile.save(update_fields=["status", "decided_by", "decided_at"])
    if profile.proposed_by is not None:
        text = f"您为{profile.region}拟定的抽查规则{profile.get_status_display()}（{actor}）。"
        notify([profile.proposed_by], text, reverse("plans:profiles"))
