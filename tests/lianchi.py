"""The Lianchi scenario (003): 312 venues by risk class, five agencies, two batches, drawn by alias."""

from datetime import date
from pathlib import Path

import yaml

from agencies.models import Agency, User
from catalog.models import Trade
from demo.reference import sync_all
from draws import services as draws
from plans.models import PlanLine
from plans.rules import ratio_of
from registries.models import GradingScheme, Target
from tasks import services
from tasks.reads.timetable import proposal
from tasks.services import Sampling, TierAsked
from tests import building
from tests.building import SYSTEMS
from tests.laying import laid

SCENARIO = yaml.safe_load((Path(__file__).parent / "scenarios" / "lianchi-2024.yaml").read_text())
EXPECT = SCENARIO["expect"]
TODAY = date(2024, 4, 8)
REGION = "130606"
WITNESS = {"witness": "区司法局监督科", "phrase": "318550"}


def lay_house():
    """Reference data, the five agencies with accounts, their lists, 312 targets, 50 inspectors."""
    laid("lianchi", _build_house)


def _build_house():
    sync_all()
    for row in SCENARIO["agencies"]:
        if row.get("kind") == "coordinator":
            continue
        agency = building.found(row["name"], REGION, SYSTEMS[row["system"]])
        building.staff(agency, "", "agency_admin", *building.FIELD_ROLES)
        building.inspectors(
            agency,
            "",
            SCENARIO["inspectors"][row["system"]],
            SCENARIO["inspectors"]["certificate_valid_until"],
        )
        names = enumerate(SCENARIO["items"][row["name"]], 1)
        building.item_list(agency, [(f"{agency.system_id}-{n}", name) for n, name in names])
    police = Agency.objects.get(code=f"{REGION}-gongan")
    building.UserFactory(username="lead", name="陈某", role="lead", agency=police)
    building.UserFactory(username="leader", name="方某", role="deputy", agency=police)
    _targets(police)


def _targets(police):
    trade = Trade.objects.create(slug="teye", name="娱乐场所和特种行业")
    first = 1
    for name, count in SCENARIO["targets"]["by_risk_class"].items():
        made = building.targets(police, REGION, trade, count, TODAY, first)
        building.grade(made, scheme().grades.get(name=name), TODAY)
        first += count


def scheme():
    return GradingScheme.objects.get(slug="credit_risk")


def person(username):
    return User.objects.get(username=username)


def tiers():
    """Grade and ratio in millionths, as the task has them."""
    grades = {grade.name: grade for grade in scheme().grades.all()}
    return [(grades[name], ratio_of(text)) for name, text in SCENARIO["task"]["tier_ratio"].items()]


def published_line():
    asked = SCENARIO["plan_line"]
    line = PlanLine(
        title=asked["title"],
        trade=Trade.objects.get(slug="teye"),
        scope="全区娱乐场所和特种行业",
        ratio_ppm=ratio_of(asked["ratio"]),
        estimated=asked["estimated"],
        month_from=asked["months"][0],
        month_until=asked["months"][1],
        scheme=scheme(),
    )
    joining = Agency.objects.filter(region=REGION).exclude(system="gongan")
    return building.published_line(
        line, asked["year"], joining, tiers(), lead=person("lead"), leader=person("leader")
    )


def draft_task(line):
    """The task of the document in two batches; its last day is one that exists."""
    asked = SCENARIO["task"]
    task = proposal(line)
    task.title = asked["title"]
    task.starts_on, task.ends_on = asked["window"]
    task.draw_until, task.onsite_from = date(2024, 4, 15), date(2024, 4, 16)
    task.onsite_until = date(2024, 8, 31)
    sampling = Sampling(
        ratio_of(asked["overall_floor"]),
        "up",
        asked["batches"],
        tiers=tuple(TierAsked(grade, ppm) for grade, ppm in tiers()),
    )
    return services.create_task(task, line, sampling, actor=person("lead"))


def opened_draw(task):
    draw = services.freeze_targets(task, actor=person("lead"))
    draws.consent(draw, actor=person("admin-gongan"))
    return services.open_targets(draw, actor=person("lead"), **WITNESS)


def drawn_targets(task):
    return Target.objects.filter(selections__task=task)
