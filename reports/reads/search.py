"""One search over tasks, firms, people and visits; only what the user may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.http import urlencode

from agencies.models import User
from inspections.models import Inspection
from registries.models import Inspector, Target
from tasks.models import Task

MOST = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: where it is, its code, what it is, in which state."""

    url: str
    title: str
    code: str
    about: str
    state: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The first ten hits of one kind; `all_url` leads to the rest, empty when there is none."""

    slug: str
    label: str
    hits: list[Hit]
    all_url: str

    @property
    def is_grouped(self) -> bool:
        """Whether the code reads in groups of four; the number of a task has its own hyphens."""
        return self.slug != "tasks"


def search(user: User, text: str) -> list[HitGroup]:
    """By the start of a number or code, or a part of a name; groups without a hit are left out."""
    visits = Inspection.objects.visible_to(user).matching(text)
    found = [
        _group("tasks", "抽查任务", _tasks(user, text), _task, ""),
        _group(
            "targets",
            "检查对象",
            Target.objects.visible_to(user).matching(text).select_related("region", "trade"),
            _target,
            _all("registries:targets", text),
        ),
        _group(
            "inspectors",
            "执法检查人员",
            Inspector.objects.visible_to(user).matching(text).select_related("agency"),
            _inspector,
            _all("registries:inspectors", text),
        ),
        _group(
            "inspections",
            "检查记录",
            visits.select_related("selection__target", "selection__task").order_by("-pk"),
            _inspection,
            _all("inspections:list", text),
        ),
    ]
    return [group for group in found if group.hits]


def _tasks(user: User, text: str) -> Iterable[Task]:
    words = Q(number__startswith=text) | Q(title__contains=text)
    return Task.objects.visible_to(user).filter(words).select_related("agency")


def _group(
    slug: str, label: str, rows: Iterable[Model], hit: Callable[..., Hit], all_url: str
) -> HitGroup:
    first = list(rows[: MOST + 1])
    return HitGroup(
        slug, label, [hit(row) for row in first[:MOST]], all_url if first[MOST:] else ""
    )


def _all(name: str, text: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': text})}"


def _task(task: Task) -> Hit:
    url = task.get_absolute_url()
    return Hit(url, task.title, task.number, str(task.agency), task.get_status_display())


def _target(target: Target) -> Hit:
    about = f"{target.trade}，{target.region}"
    return Hit(
        target.get_absolute_url(), target.name, target.code, about, target.get_status_display()
    )


def _inspector(inspector: Inspector) -> Hit:
    state = "在岗" if inspector.is_active else "离岗"
    return Hit(
        inspector.get_absolute_url(),
        inspector.name,
        inspector.certificate_no,
        f"{inspector.agency} {inspector.department}",
        state,
    )


def _inspection(visit: Inspection) -> Hit:
    url = reverse("inspections:detail", args=[visit.pk])
    about = f"{visit.task}（{visit.task.number}）"
    return Hit(url, str(visit), visit.target.code, about, visit.get_status_display())
