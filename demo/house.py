"""The house of the Suzhou scenario: agencies, people, item lists and registries.

Agencies, items, rules and dates are real (document 000); firms and people are fictitious.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from agencies.models import ROLE_PREFIX, Agency, Region, System, User
from agencies.services import found_agency, name_portal
from catalog.models import Item, Trade
from catalog.services import create_version, publish_version, save_item
from core import clock
from demo.calendar import on
from registries.models import Grade, Inspector, Target
from registries.services import declare_recusal, grade_target, save_inspector, save_target

DATA = json.loads((Path(__file__).parent / "data" / "suzhou-2021.json").read_text())
PASSWORD = "demo-2021"  # noqa: S105 the published password of the demonstration
PORTAL = "宿州市“双随机、一公开”监管"
CITY = "341300"
HOME = "341323"
OFFICE = "office"
STAR = "灵璧石铎保安服务有限公司"
SURNAMES = "陈林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任卢姚沈钟姜崔"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Account:
    """One demonstration account: `agency` is a code, None for the three administrators."""

    username: str
    name: str
    role: str
    agency: str | None


ACCOUNTS = [
    Account("lead", "陈某", "lead", f"{CITY}-gongan"),
    Account("leader", "方某", "deputy", f"{CITY}-gongan"),
    Account("admin-gongan", "顾某", "agency_admin", f"{CITY}-gongan"),
    Account("admin-shichang", "夏某", "agency_admin", f"{CITY}-shichang"),
    Account("officer-gongan", "李某", "officer", f"{HOME}-gongan"),
    Account("officer-gongan-2", "周某", "officer", f"{HOME}-gongan"),
    Account("officer-shichang", "吴某", "officer", f"{HOME}-shichang"),
    Account("officer-shichang-2", "徐某", "officer", f"{HOME}-shichang"),
    Account("deputy-gongan", "马某", "deputy", f"{HOME}-gongan"),
    Account("deputy-shichang", "胡某", "deputy", f"{HOME}-shichang"),
    Account("principal-gongan", "朱某", "principal", f"{HOME}-gongan"),
    Account("principal-shichang", "秦某", "principal", f"{HOME}-shichang"),
    Account("supervisor", "尤某", "supervisor", f"{CITY}-gongan"),
    Account("sysadmin", "施某", "sysadmin", None),
    Account("secadmin", "孔某", "secadmin", None),
    Account("auditor", "严某", "auditor", None),
]


def found(today: date) -> None:
    """Lay agencies, accounts, item lists and registries; needs the reference data."""
    with on(today - timedelta(days=420)):
        name_portal(PORTAL, None)
        _agencies()
        _accounts()
        _item_lists()
    with on(today - timedelta(days=200)):
        _inspectors(today)
        _targets()
        _recusals()


def coordinate(today: date) -> None:
    """The office that coordinates: it inspects nobody, and seals values for the draws of others."""
    with on(today - timedelta(days=420)):
        agency = found_agency(
            f"{CITY}-zonghe",
            "宿州市“双随机、一公开”监管联席会议办公室",
            "市联席办",
            Region.objects.get(code=CITY),
            System.objects.get(slug="zonghe"),
            is_inspecting=False,
        )
        roles = [
            Group.objects.get(name=f"{ROLE_PREFIX}{slug}") for slug in ("supervisor", "coordinator")
        ]
        password = make_password(PASSWORD)
        user = User.objects.create(username=OFFICE, name="孟某", agency=agency, password=password)
        user.groups.add(*roles, agency.group)


def person(username: str) -> User:
    """A demonstration user."""
    return User.objects.get(username=username)


def _agencies() -> None:
    for row in DATA["agencies"]:
        found_agency(
            f"{row['region']}-{row['system']}",
            row["name"],
            row["short"],
            Region.objects.get(code=row["region"]),
            System.objects.get(slug=row["system"]),
            is_inspecting=True,
        )


def _accounts() -> None:
    """The accounts of the contract, and officers and deputies of the other counties."""
    sealed = make_password(PASSWORD)
    surnames = iter(SURNAMES)
    accounts = list(ACCOUNTS)
    for agency in Agency.objects.exclude(region=CITY).order_by("code"):
        slug = f"{agency.region_id}-{agency.system_id}"
        first = 3 if agency.region_id == HOME else 1
        accounts += [
            Account(f"{slug}-{n}", f"{next(surnames)}某", "officer", agency.code)
            for n in range(first, 5)
        ]
        if agency.region_id != HOME:
            accounts.append(
                Account(f"{slug}-deputy", f"{agency.short_name}分管", "deputy", agency.code)
            )
    agencies = {agency.code: agency for agency in Agency.objects.select_related("group")}
    roles = {group.name: group for group in Group.objects.filter(name__startswith=ROLE_PREFIX)}
    for account in accounts:
        agency = agencies.get(account.agency)
        user = User.objects.create(
            username=account.username, name=account.name, agency=agency, password=sealed
        )
        groups = [roles[f"{ROLE_PREFIX}{account.role}"]]
        user.groups.add(*groups, *([agency.group] if agency else []))


def _item_lists() -> None:
    for code in (f"{CITY}-gongan", f"{CITY}-shichang"):
        agency = Agency.objects.get(code=code)
        version = create_version(agency, f"{agency.name}随机抽查事项清单", "首次公布。", actor=None)
        for row in (row for row in DATA["items"] if row["agency"] == code):
            item = Item(
                code=row["code"],
                name=row["name"],
                field=row["field"],
                category=row["category"],
                target_kind="保安服务公司" if code.endswith("gongan") else "企业",
                trade=Trade.objects.get(slug="baoan") if code.endswith("gongan") else None,
                subject=row["subject"],
                content=row["content"],
                standard="逐条对照检查要点核对，如实记录。",
                methods=row["methods"],
                ratio=row["ratio"],
                frequency=row["frequency"],
            )
            save_item(version, item, row["bases"], row["checkpoints"], actor=None)
        publish_version(version, actor=None)


def citizen_id(number: int) -> str:
    """A citizen number of an unassigned county (341399), so that it is nobody's."""
    body = f"341399{1975 + number % 20}{number % 12 + 1:02d}{number % 27 + 1:02d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def _inspectors(today: date) -> None:
    """Four inspectors of each county agency, each with an account."""
    officers = User.objects.with_role("officer").select_related("agency").order_by("agency", "pk")
    for number, user in enumerate(officers, 11):
        police = user.agency.system_id == "gongan"
        save_inspector(
            Inspector(
                agency=user.agency,
                user=user,
                name=user.name,
                citizen_id=citizen_id(number),
                police_no=f"13{number:04d}" if police else "",
                department="治安管理大队" if police else "信用监管股",
                position="民警" if police else "科员",
                phone=f"1380000{number:04d}",
                specialty="治安管理" if police else "登记监管",
                enforcement_fields="保安服务业" if police else "登记事项、公示信息",
                certificate_no=f"皖L{user.agency.region_id[-2:]}{number:04d}",
                certificate_valid_until=date(today.year + 2, 12, 31),
            ),
            actor=None,
        )


def _targets() -> None:
    trade = Trade.objects.get(slug="baoan")
    grades = {grade.slug: grade for grade in Grade.objects.filter(scheme="credit")}
    for number, row in enumerate(DATA["targets"]):
        target = save_target(
            Target(
                code=row["code"],
                name=row["name"],
                agency=Agency.objects.get(code=f"{row['region']}-gongan"),
                region_id=row["region"],
                address=f"{Region.objects.get(code=row['region'])}{row['address']}",
                business_scope="门卫、巡逻、守护、随身护卫、安全检查、安全技术防范。",
                person_in_charge=row["person_in_charge"],
                phone=f"1390000{number:04d}",
                trade=trade,
                refreshed_on=clock.today(),
            ),
            actor=None,
        )
        grade_target(target, grades[row["grade"]], clock.today(), "公共信用综合评价", actor=None)


def _recusals() -> None:
    """Two officers of each home agency are related to one firm, so its team is known: a thin pool."""
    star = Target.objects.get(name=STAR)
    for system in ("gongan", "shichang"):
        for n in (3, 4):
            inspector = Inspector.objects.get(user__username=f"{HOME}-{system}-{n}")
            declare_recusal(inspector, star, "近亲属在该公司任职。", actor=None)
