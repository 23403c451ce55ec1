"""What a ceremony waits for: consents, sealed values, the public beacon, voids to decide."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localtime

from agencies.models import User
from core import clock
from reports.reads.todo import Todo
from tasks.ceremony import beacon_name, outlook
from tasks.flows import DrawStatus
from tasks.models import BeaconEntry, Contributor, Draw, Task, Way
from tasks.services.ceremony import draw_url
from tasks.times import time_text

TEXTS = (
    "plan_text",
    "candidates_text",
    "inspectors_text",
    "recusals_text",
    "result_text",
    "roster",
)


def consents(user: User, today: date) -> Iterator[Todo]:
    """Frozen draws of the own agency's tasks that need a second person."""
    joins = Task.participants.through.objects.filter(task=OuterRef("task"), agency=user.agency_id)
    draws = (
        Draw.objects.filter(status=DrawStatus.FROZEN, consented_by=None)
        .filter(Q(task__agency=user.agency_id) | Exists(joins))
        .exclude(frozen_by=user)
        .select_related("task")
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
                f"{draw.task}：{draw.get_purpose_display()}须第二人同意",
                f"保证等级 C：{sentence}同意后才能开启，公开页会注明",
                draw_url(draw),
                "查看并同意",
                until=draw.task.draw_until,
            )


def seals(user: User, today: date) -> Iterator[Todo]:
    """Random values that the own agency has to seal or to open."""
    rows = (
        Contributor.objects.filter(
            agency=user.agency_id,
            way=Way.SEALED,
            value="",
            draw__status=DrawStatus.FROZEN,
            draw__closed_digest="",
        )
        .select_related("draw__task")
        .defer(*(f"draw__{name}" for name in TEXTS))
        .annotate(
            unsealed=Exists(
                Contributor.objects.filter(draw=OuterRef("draw"), way=Way.SEALED, commit="")
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
            f"{draw.task}：为{draw.get_purpose_display()}{what}",
            f"{time_text(at)} 截止，过时按缺席办理",
            draw_url(draw),
            label,
            until=localtime(at).date(),
        )


def beacons(user: User, today: date) -> Iterator[Todo]:
    """Public beacons that are there and that two people have to read."""
    own = BeaconEntry.objects.filter(draw=OuterRef("pk"), entered_by=user)
    joins = Task.participants.through.objects.filter(task=OuterRef("task"), agency=user.agency_id)
    gives = Contributor.objects.filter(draw=OuterRef("pk"), agency=user.agency_id)
    draws = (
        Draw.objects.filter(status=DrawStatus.FROZEN, beacon_at__lte=clock.now(), beacon_value="")
        .filter(Q(task__agency=user.agency_id) | Exists(joins) | Exists(gives))
        .exclude(Exists(own))
        .select_related("task")
        .defer(*TEXTS)
        .order_by("pk")
    )
    for draw in draws:
        yield Todo(
            "beacon",
            f"{draw.task}：录入{beacon_name(draw.beacon_kind, draw.beacon_ref)}",
            f"{time_text(draw.beacon_at)} 已产生，由两人各自对照来源录入，一致后自动开启",
            draw_url(draw),
            "录入",
            until=today,
        )


def voids(user: User, today: date) -> Iterator[Todo]:
    """Draws of the own agency that somebody else asks to void."""
    draws = (
        Draw.objects.live()
        .filter(agency=user.agency_id, void_proposed_at__isnull=False)
        .exclude(void_proposed_by=user)
        .select_related("task")
        .defer(*TEXTS)
        .order_by("pk")
    )
    for draw in draws:
        yield Todo(
            "void",
            f"{draw.task}：提请作废{draw.get_purpose_display()}",
            f"理由：{draw.void_reason}。作废后本来会抽中的结果照样公开",
            draw_url(draw),
            "决定",
            until=today,
        )
