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
from core.workflow import advance, lock
from plans.flows import ProfileStatus
from plans.models import RuleProfile
from plans.reads.profiles import why_not_decide_profile, why_not_propose_profile

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
    profile.status, profile.agency = ProfileStatus.PROPOSED, actor.agency
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
    _decide(profile, "confirm", actor)


@transaction.atomic
def refuse_profile(profile: RuleProfile, *, actor: User) -> None:
    """Do not take the proposed rules over; those in force stay."""
    _decide(profile, "refuse", actor)


def _decide(profile: RuleProfile, move: str, actor: User) -> None:
    """The move, by whom and when; whoever proposed the rules is told."""
    lock(profile)
    demand(why_not_decide_profile(profile, move, actor))
    advance(profile, move, actor=actor, rules=profile.snapshot(), region=profile.region_id)
    profile.decided_by, profile.decided_at = actor, clock.now()
    profile.save(update_fields=["decided_by", "decided_at"])
    if profile.proposed_by is not None:
        text = f"您为{profile.region}拟定的抽查规则{profile.get_status_display()}（{actor}）。"
        notify([profile.proposed_by], text, reverse("plans:profiles"))
