"""The plan file of the first draw, and what both draws say of themselves (2.2)."""

from dataclasses import dataclass

from agencies.models import System
from draws import drs1
from draws.ceremony_plan import SHORT, Ceremony
from draws.reasons import EVERYBODY
from tasks.models import Task


@dataclass(frozen=True)
class Tier:
    """What one stratum asks for: a ratio in millionths, or a fixed count (户)."""

    code: str
    name: str
    ratio_ppm: int
    count: int | None = None

    def line(self, rounding: str) -> tuple[str, ...]:
        """The stratum line; every tier may be topped up to reach the overall floor."""
        mode, value = (rounding, self.ratio_ppm) if self.count is None else ("fixed", self.count)
        return ("stratum", self.code, mode, str(value), "0", "-", "1")


def tiers_of(task: Task) -> list[Tier]:
    """The strata of a task in the order of the grades; one for everybody without a grading."""
    if task.scheme_id is None:
        return [Tier(EVERYBODY, "全部对象", task.ratio_ppm)]
    given = {tier.grade_id: tier for tier in task.tiers.all()}
    return [
        Tier(grade.slug, grade.name, given[grade.pk].ratio_ppm, given[grade.pk].count)
        if grade.pk in given
        else Tier(grade.slug, grade.name, task.ratio_ppm)
        for grade in task.scheme.grades.all()
    ]


def plan_text(
    task: Task,
    draw_id: str,
    tiers: list[Tier],
    ceremony: Ceremony = SHORT,
    codes: dict[str, str] | None = None,
) -> str:
    """The plan file of the first draw; the flat ratio of the task is the overall floor (F14)."""
    known = codes or {}
    strata = [tier.line(task.rules["rounding"]) for tier in tiers]
    rows = [
        *common(task, ceremony),
        ("floor", str(task.ratio_ppm), "0"),
        ("batches", str(task.batches)),
        *((key, known.get(code, code), *rest) for key, code, *rest in strata),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


def common(task: Task, ceremony: Ceremony) -> list[tuple[str, ...]]:
    """The lines that the plans of both draws share."""
    return [
        ("suite", drs1.SHA256),
        *ceremony.lines,
        ("title", task.title),
        ("authority", task.agency.name),
        ("period", f"{task.starts_on}/{task.ends_on}"),
    ]


def systems(task: Task) -> list[str]:
    """The systems that inspect, as they are today, the lead's first."""
    today = dict(System.objects.exclude(succeeded_by=None).values_list("slug", "succeeded_by"))
    names = (agency.system_id for agency in task.agencies)
    return list(dict.fromkeys(today.get(slug, slug) for slug in names))
