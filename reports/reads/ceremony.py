"""What a ceremony waits for: consents, sealed values, the public beacon, voids to decide."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from agencies.models import User
from core import clock
from draws.ceremony_plan import beacon_name, outlook
from draws.flows import DrawStatus
from draws.models import BeaconEntry, ContributionKind, Contributor, Draw
from draws.times import time_text
from reports.reads.todo import Todo

TEXTS = (
    "plan_text",
    "candidates_text",
    "inspectors_text",
    "recusals_text",
    "result_text",
    "roster",
)


def _joins(user: User) -> QuerySet[Any]:
    """Whether the user's agency takes part in a draw."""
    through = Draw.taking_part.through.objects
    return through.filter(draw=OuterRef("pk"), agency=user.agency_id)


def consents(user: User, today: date) -> Iterator[Todo]:
    """Frozen draws of the own agency's tasks that need a second person."""
    draws = (
        Draw.objects.filter(status=DrawStatus.FROZEN, consented_by=None)
        .filter(Exists(_joins(user)))
        .exclude(frozen_by=user)
        .select_related("drawn_for__task")
        .defer(*TEXTS)
        .prefetch_related("contributors")
        .order_by("pk")
    )
    now = clock.now()
    for draw in draws:
        grade, sentence = outlook(draw, now)
        if grade == "C":
            yield Todo(
                "consent",
                f"{draw.title}：{draw.get_purpose_display()}须第二人同意",
                f"保证等级 C：{sentence}同意后才能开启，公开页会注明",
                draw.link,
                "查看并同意",
                until=draw.drawn_for.task.draw_until,
            )


def seals(user: User, today: date) -> Iterator[Todo]:
    """Random values that the own agency has to seal or to open."""
    rows = (
        Contributor.objects.filter(
            agency=user.agency_id,
            way=ContributionKind.SEALED,
            value="",
            draw__status=DrawStatus.FROZEN,
            draw__closed_digest="",
        )
        .select_related("draw")
        .defer(*(f"draw__{name}" for name in TEXTS))
        .annotate(
            unsealed=Exists(
                Contributor.objects.filter(
                    draw=OuterRef("draw"), way=ContributionKind.SEALED, commit=""
                )
            )
        )
        .order_by("pk")
    )
    now = clock.now()
    for row in rows:
        draw = row.draw
        if not row.commit and now < draw.commit_until:
            kind, what, at, label = "seal", "密封随机数", draw.commit_until, "密封"
        elif row.commit and now < draw.reveal_until:
            if row.unsealed and now < draw.commit_until:
                continue
            kind, what, at, label = "reveal", "公开随机数", draw.reveal_until, "公开"
        else:
            continue
        yield Todo(
            kind,
            f"{draw.title}：为{draw.get_purpose_display()}{what}",
            f"{time_text(at)} 截止，过时按缺席办理",
            draw.link,
            label,
            until=localtime(at).date(),
        )


def beacons(user: User, today: date) -> Iterator[Todo]:
    """Public beacons that are there and that two people have to read."""
    own = BeaconEntry.objects.filter(draw=OuterRef("pk"), entered_by=user)
    gives = Contributor.objects.filter(draw=OuterRef("pk"), agency=user.agency_id)
    draws = (
        Draw.objects.filter(status=DrawStatus.FROZEN, beacon_at__lte=clock.now(), beacon_value="")
        .filter(Exists(_joins(user)) | Exists(gives))
        .exclude(Exists(own))
        .defer(*TEXTS)
        .order_by("pk")
    )
    for draw in draws:
        yield Todo(
            "beacon",
            f"{draw.title}：录入{beacon_name(draw.beacon_kind, draw.beacon_ref)}",
            f"{time_text(draw.beacon_at)} 已产生，由两人各自对照来源录入，一致后自动开启",
            draw.link,
            "录入",
            until=today,
        )


def voids(user: User, today: date) -> Iterator[Todo]:
    """Draws of the own agency that somebody else asks to void."""
    draws = (
        Draw.objects.live()
        .filter(agency=user.agency_id, void_proposed_at__isnull=False)
        .exclude(void_proposed_by=user)
        .defer(*TEXTS)
        .order_by("pk")
    )
    for draw in draws:
        yield Todo(
            "void",
            f"{draw.title}：提请作废{draw.get_purpose_display()}",
            f"理由：{draw.void_reason}。作废后本来会抽中的结果照样公开",
            draw.link,
            "决定",
            until=today,
        )
