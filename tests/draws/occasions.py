"""A draw with no task behind it: three of twelve libraries, drawn by a bureau of culture."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from agencies.models import Region
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import SHORT, WITNESS, Ceremony, Party, sealed
from draws.models import Purpose
from draws.occasion import Occasion
from draws.reads.known import Tiers
from tests.factories import UserFactory, agency

MORNING = "2021-07-15T09:00"
SSQ = "02-15-19-24-31-32+04"
SPOKEN = {"witness": "读者代表", "phrase": "704218"}
LIBRARIES = {f"LIB{n:02d}": f"第{n}图书馆" for n in range(1, 13)}
DRAWN = 3


def at(text):
    """`10:30` of 2021-07-15, or a whole `2021-07-16T09:00`."""
    text = text if "T" in text else f"2021-07-15T{text}"
    return timezone.make_aware(datetime.fromisoformat(text))


@dataclass(frozen=True)
class Library:
    """Somebody behind an id of the files."""

    code: str
    name: str
    region: Region


class Shelf:
    """What the holder of these draws knows of them (`draws.reads.known.Known`); no row anywhere."""

    def __init__(self, region):
        self.region = region

    def codes(self, pks):
        return {}

    def by_pk(self, pks):
        return {}

    def by_code(self, codes):
        return {one: Library(one, LIBRARIES[one], self.region) for one in codes}

    def tiers(self, draw):
        return Tiers({"all": "全部图书馆"})

    def lines(self, draw):
        return []


class Hall:
    """The people of a ceremony: who draws, who takes part, who watches from above."""

    def __init__(self):
        self.culture = agency("341300", "wenhua", name="宿州市文化局", short_name="市文化局")
        self.finance = agency("341300", "caizheng", name="宿州市财政局", short_name="市财政局")
        self.audit = agency("341300", "shenji", name="宿州市审计局", short_name="市审计局")
        self.lead = UserFactory(username="culture-lead", role="lead", agency=self.culture)
        self.principal = UserFactory(username="head", role="principal", agency=self.culture)
        self.admins = {
            one.pk: UserFactory(username=f"admin-{one.code}", role="agency_admin", agency=one)
            for one in (self.culture, self.finance, self.audit)
        }
        self.known = Shelf(self.culture.region)

    @property
    def occasion(self):
        return Occasion(
            key="culture.visit:7",
            reference="WH-2021-07",
            title="公共图书馆开放情况走访",
            link="/culture/visits/7/",
            period="2021-07-15/2021-10-20",
            agency=self.culture,
            taking_part=(self.finance, self.audit),
        )

    def ceremony(self, *agencies, **more):
        """The agencies seal, a witness speaks."""
        parties = (*(sealed(one, self.culture.pk) for one in agencies), Party(WITNESS))
        times = {"commit_until": at("10:00"), "reveal_until": at("10:30")} if agencies else {}
        return Ceremony(**{"parties": parties, "missing": "proceed", **times, **more})

    def freeze(self, ceremony=SHORT, draw_id="WH-2021-07-1", supersedes=None):
        texts = texts_of(self.occasion, draw_id, ceremony)
        return draws.freeze(
            self.occasion,
            Purpose.TARGETS,
            draw_id,
            texts,
            {},
            ceremony,
            supersedes=supersedes,
            actor=self.lead,
        )

    def give(self, draw, *agencies):
        """Everybody seals as the browser does, the witness speaks, everybody reveals."""
        values = {one.pk: secrets.token_bytes(32) for one in agencies}
        for one in agencies:
            row = draw.contributors.get(agency=one)
            digest = drs1.commit_digest(row.code, draw.freeze_digest, values[one.pk])
            draws.commit(row, digest, actor=self.admins[one.pk])
        draws.speak(draw, actor=self.lead, **SPOKEN)
        for one in agencies:
            row = draw.contributors.get(agency=one)
            draws.reveal(row, values[one.pk].hex(), actor=self.admins[one.pk])
        draw.refresh_from_db()

    def read_beacon(self, draw):
        for reader in (self.lead, self.admins[self.finance.pk]):
            draws.enter_beacon(draw, value=SSQ, source="中国福利彩票网", actor=reader)
        draw.refresh_from_db()

    def void(self, draw, reason="名单漏了一馆"):
        draws.propose_void(draw, reason, actor=self.lead)
        draws.void(draw, actor=self.principal)


def texts_of(occasion, draw_id, ceremony):
    """The four files; whoever holds a draw writes them."""
    plan = [
        ("suite", drs1.SHA256),
        *ceremony.lines,
        ("title", occasion.title),
        ("authority", occasion.agency.name),
        ("period", occasion.period),
        ("stratum", "all", "fixed", str(DRAWN), "0", "-", "1"),
    ]
    rows = [(code, "all", "P", "-", "-", "-") for code in LIBRARIES]
    return {
        "plan": drs1.file_text("DRS1-plan", draw_id, plan),
        "candidates": drs1.file_text("DRS1-candidates", draw_id, rows),
        "inspectors": drs1.file_text("DRS1-inspectors", draw_id, []),
        "recusals": drs1.file_text("DRS1-recusals", draw_id, []),
    }
