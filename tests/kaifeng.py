"""The Kaifeng scenario (004): at most two draws a year, exemptions, no item twice in a year."""

from datetime import date
from pathlib import Path

import yaml

from agencies.models import Agency, Region, User
from catalog.models import Item, Trade
from demo.reference import sync_all
from draws import services as ceremony
from draws.reasons import ExemptionReason
from plans.models import PlanLine
from plans.rules import ratio_of
from registries.models import Target
from tasks import services
from tasks.models import Selection, Task
from tasks.reads.timetable import proposal
from tests import building
from tests.factories import ItemPassFactory, PlanLineFactory
from tests.laying import laid

SCENARIO = yaml.safe_load((Path(__file__).parent / "scenarios" / "kaifeng.yaml").read_text())
EXPECT = SCENARIO["expect"]
TODAY = date(2026, 10, 28)
CITY, LONGTING = "410200", "410202"
WITNESS = {"witness": "市司法局监督科", "phrase": "902617"}
HOTELS = "对旅馆业特种行业的检查"
ITEMS = {
    "开封市公安局": [("ga-lvguan", HOTELS), ("ga-yule", "对娱乐场所的检查")],
    "开封市市场监督管理局": [("sj-dengji", "登记事项检查")],
}


def lay_house():
    """Reference data, city and county agencies with accounts, lists, hotels, inspectors, history."""
    laid("kaifeng", _build_house)


def _build_house():
    sync_all()
    for row in SCENARIO["agencies"][:2]:
        agency = building.found(row["name"], CITY, building.SYSTEMS[row["system"]])
        building.staff(agency, "", "agency_admin", *building.FIELD_ROLES)
        building.item_list(agency, ITEMS[row["name"]])
    police = Agency.objects.get(code=f"{CITY}-gongan")
    building.UserFactory(username="lead", name="陈某", role="lead", agency=police)
    building.UserFactory(username="leader", name="方某", role="deputy", agency=police)
    for number, region in enumerate(counties()):
        _county(region, number)


def counties():
    return [row["code"] for row in SCENARIO["regions"] if "parent" in row]


def _county(region, number):
    name = Region.objects.get(code=region).name
    asked = SCENARIO["inspectors"]
    for slug, words in (("gongan", "公安局"), ("shichang", "市场监督管理局")):
        agency = building.found(f"{name}{words}", region, slug)
        building.staff(agency, f"{region}-", *building.FIELD_ROLES)
        building.inspectors(
            agency, f"{region}-", asked["per_county_agency"], asked["certificate_valid_until"]
        )
    trade = Trade.objects.get(slug="lvguan")
    police = Agency.objects.get(code=f"{region}-gongan")
    per_county = SCENARIO["targets"]["per_county"]
    building.targets(police, region, trade, per_county, TODAY, number * per_county + 1)


def person(username):
    return User.objects.get(username=username)


def target(number, region=LONGTING):
    """The first, second, third … hotel of a county."""
    return Target.objects.filter(region=region).order_by("code")[number - 1]


def published_line():
    asked = SCENARIO["plan_line"]
    line = PlanLine(
        title=asked["title"],
        trade=Trade.objects.get(slug=("lvguan")),
        scope="全市旅馆",
        ratio_ppm=ratio_of(asked["ratio"]),
        estimated=9,
        month_from=asked["months"][0],
        month_until=asked["months"][1],
    )
    return building.published_line(
        line,
        asked["year"],
        [Agency.objects.get(code=f"{CITY}-shichang")],
        [],
        lead=person("lead"),
        leader=person("leader"),
    )


def draft_task(line):
    """The autumn inspection of the document."""
    asked = SCENARIO["task"]
    task = proposal(line)
    task.title = asked["title"]
    task.starts_on, task.ends_on = asked["window"]
    task.draw_until, task.onsite_from = date(2026, 11, 6), date(2026, 11, 9)
    task.onsite_until = asked["onsite_until"]
    return services.create_task(task, line, actor=person("lead"))


def lay_history(task):
    """What happened earlier in the year: two targets drawn twice, one item passed in March."""
    capped, exempt, passed = SCENARIO["history"]
    for place, row in ((1, capped), (2, exempt)):
        for day in row["drawn"]:
            _drawn(task, target(place), date.fromisoformat(str(day)))
    third = target(3)
    item = Item.objects.get(name=passed["item"], version__status="published")
    ItemPassFactory(
        target=third,
        agency=Agency.objects.get(code=f"{LONGTING}-gongan"),
        item_code=item.code,
        passed_on=passed["passed"],
    )


def _drawn(task, found, day):
    """A joint task of the two city agencies on that day; drawn before the portal was in use."""
    number = f"{CITY}-2026-{day:%m%d}"
    earlier = Task.objects.filter(number=number).first()
    if earlier is None:
        earlier = Task.objects.get(pk=task.pk)
        earlier.pk, earlier.number, earlier.status = None, number, "completed"
        earlier.line = PlanLineFactory(trade=task.trade)
        for name in ("starts_on", "draw_until", "onsite_from", "onsite_until", "ends_on"):
            setattr(earlier, name, day)
        earlier.draw_until = day
        earlier.onsite_from = earlier.onsite_until = earlier.ends_on = day.replace(day=day.day + 1)
        earlier._state.adding = True
        earlier.save()
        earlier.participants.set(task.participants.all())
    last = earlier.selections.count()
    Selection.objects.create(
        task=earlier, target=found, number=last + 1, stratum="all", how="draw", ticket="0" * 64
    )


def exempt_second(task):
    """The second target stays in, with the reason of the document."""
    ground = next(g for g in ExemptionReason if g.label == SCENARIO["history"][1]["exempt"])
    return services.exempt(task, target(2), ground, "今年收到投诉举报 3 件", actor=person("lead"))


def opened_draw(task):
    draw = services.freeze_targets(task, actor=person("lead"))
    ceremony.consent(draw, actor=person("admin-gongan"))
    return services.open_targets(draw, actor=person("lead"), **WITNESS)


def assigned(task):
    """Drawn, confirmed, locked and staffed."""
    opened_draw(task)
    services.request_confirmation(task, actor=person("lead"))
    for confirmation in task.confirmations.select_related("agency"):
        services.confirm(confirmation, actor=person(f"admin-{confirmation.agency.system_id}"))
    services.lock_list(task, actor=person("lead"))
    draw = services.freeze_people(task, actor=person("lead"))
    ceremony.consent(draw, actor=person("admin-shichang"))
    return services.open_people(draw, actor=person("lead"), **WITNESS)
