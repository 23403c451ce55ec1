"""The Suzhou scenario as tests see it: the document's figures, and the house laid on its dates."""

from datetime import date
from pathlib import Path

import yaml

from agencies.models import Agency, User
from catalog.models import Item, Trade
from demo.house import found
from demo.reference import sync_all
from draws import services as draws
from plans import services as plans
from plans.models import Plan, PlanLine
from registries.models import Grade, GradingScheme
from tasks import services
from tasks.reads.timetable import proposal
from tests.laying import laid

SCENARIO = yaml.safe_load((Path(__file__).parent / "scenarios" / "suzhou-2021.yaml").read_text())
EXPECT = SCENARIO["expect"]
TODAY = date(2021, 7, 15)
TIERS = {"good": 100_000, "warning": 300_000, "bad": 500_000, "severe": 1_000_000}
SHORT = {"witness": "phrase", "missing": "void", "beacon_kind": "none"}
WITNESS = {"witness": "市保安协会见证人", "phrase": "704218"}


def lay_house():
    """Reference data, agencies, people, lists and registries, seen from 2021-07-15."""
    laid("suzhou", _build_house)


def _build_house():
    sync_all()
    found(TODAY)


def person(username):
    return User.objects.get(username=username)


def published_line():
    """The plan of 2021 with its one line, approved and published."""
    lead = person("lead")
    plan = plans.create_plan(lead.agency, 2021, "2021年度抽查计划", "", actor=lead)
    line = PlanLine(
        title="保安从业单位联合抽查",
        trade=Trade.objects.get(slug="baoan"),
        scope="全市保安从业单位",
        ratio_ppm=200_000,
        estimated=3,
        month_from=7,
        month_until=10,
        scheme=GradingScheme.objects.get(slug="credit"),
    )
    plans.save_line(
        plan,
        line,
        Item.objects.filter(version__status="published"),
        [Agency.objects.get(code="341300-shichang")],
        [(Grade.objects.get(scheme="credit", slug=slug), ppm) for slug, ppm in TIERS.items()],
        actor=lead,
    )
    plans.submit(plan, actor=lead)
    plans.approve(plan, actor=person("leader"))
    plans.publish(plan, actor=lead)
    return Plan.objects.get(pk=plan.pk).lines.get()


def draft_task(line):
    """The task of the document, with its three stages."""
    task = proposal(line)
    task.starts_on, task.draw_until = date(2021, 7, 15), date(2021, 7, 20)
    task.onsite_from, task.onsite_until = date(2021, 7, 21), date(2021, 9, 30)
    task.ends_on, task.report_due_on = date(2021, 10, 20), date(2021, 10, 31)
    return services.create_task(task, line, actor=person("lead"))


def lay_task():
    """The house with the task of the document, still a draft."""
    return laid("task of suzhou", _build_task)


def _build_task():
    lay_house()
    return draft_task(published_line())


def frozen_draw(task):
    return services.freeze_targets(task, actor=person("lead"))


def opened_draw(task):
    draw = frozen_draw(task)
    draws.consent(draw, actor=person("admin-gongan"))
    return services.open_targets(draw, actor=person("lead"), **WITNESS)


def locked(task):
    opened_draw(task)
    services.request_confirmation(task, actor=person("lead"))
    for confirmation in task.confirmations.select_related("agency"):
        services.confirm(confirmation, actor=person(f"admin-{confirmation.agency.system_id}"))
    services.lock_list(task, actor=person("lead"))
    return task


def assigned(task):
    locked(task)
    draw = services.freeze_people(task, actor=person("lead"))
    draws.consent(draw, actor=person("admin-shichang"))
    return services.open_people(draw, actor=person("lead"), **WITNESS)
