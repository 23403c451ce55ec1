"""A drawn, dispatched task with handed-in sections, made of model rows only."""

import datetime
import uuid

from agencies.models import Region
from catalog.models import CatalogVersion
from core.audit import subject_of
from deadlines.models import Deadline
from draws import drs1
from draws.models import Contributor, Draw, DrawRecord
from draws.times import utc
from inspections.models import Answer, Inspection, OfficerConfirmation, Section, Signature
from plans.models import Plan
from publication.models import Publication
from tasks.models import Assignment, Selection, Task, TaskTier
from tests import factories as make

UTC8 = datetime.timezone(datetime.timedelta(hours=8))
PHRASE = "银杏叶落七十二片"
WITNESS = "宿州市保安协会见证人"


def at(month, day, hour=10, minute=0):
    """A moment of 2021, Beijing time."""
    return datetime.datetime(2021, month, day, hour, minute, tzinfo=UTC8)


def region(code, name):
    return Region.objects.get_or_create(code=code, defaults={"name": name})[0]


def item_list(agency, *rows, number=1):
    """A published list; rows are keyword arguments of items, `points` checkpoints each."""
    version = make.CatalogVersionFactory(agency=agency, number=number)
    items = []
    for place, row in enumerate(rows, 1):
        points = row.pop("points", 2)
        item = make.ItemFactory(version=version, position=place, **row)
        make.LegalBasisFactory(item=item)
        make.CheckpointFactory.create_batch(points, item=item)
        items.append(item)
    CatalogVersion.objects.filter(pk=version.pk).update(
        status="published", published_on=datetime.date(2021, 1, 4)
    )
    return items


class World:
    """宿州 2021: 公安 leads, 市场监管 joins; the county agencies of 埇桥区 inspect."""

    def __init__(self):
        self.city = region("341300", "宿州市")
        self.county = region("341302", "埇桥区")
        self.lead = make.agency("341300", "gongan", name="宿州市公安局", short_name="宿州市公安局")
        self.police = make.agency(
            "341302", "gongan", name="宿州市公安局埇桥分局", short_name="埇桥公安分局"
        )
        self.market = make.agency(
            "341302", "shichang", name="埇桥区市场监督管理局", short_name="埇桥区市场监管局"
        )
        self.items = item_list(
            self.lead, {"code": "baoan-1", "name": "保安服务公司监督检查", "points": 2}
        )
        self.market_items = item_list(
            self.market, {"code": "dengji-1", "name": "登记事项检查", "points": 8}
        )
        self.grades = [
            make.GradeFactory(slug=slug) for slug in ("good", "warning", "bad", "severe")
        ]
        self.task = None

    def plan_line(self, items):
        year = 2021 + Plan.objects.filter(agency=self.lead).count()
        title = f"宿州市公安局{year}年度随机抽查计划"
        plan = make.PlanFactory(agency=self.lead, year=year, title=title)
        line = make.PlanLineFactory(plan=plan)
        line.items.set(items)
        Plan.objects.filter(pk=plan.pk).update(
            status="published", published_on=datetime.date(2021, 3, 1)
        )
        return line

    def make_task(self, *items, number="341300-2021-001", list_published="after_onsite", **more):
        items = items or (*self.items, *self.market_items)
        profile = make.RuleProfileFactory(region=self.city, list_published=list_published)
        values = {
            "number": number,
            "line": self.plan_line(items),
            "agency": self.lead,
            "title": "全市保安从业单位联合抽查",
            "trade": make.TradeFactory(),
            "starts_on": datetime.date(2021, 7, 15),
            "ends_on": datetime.date(2021, 10, 20),
            "draw_until": datetime.date(2021, 7, 20),
            "onsite_from": datetime.date(2021, 7, 21),
            "onsite_until": datetime.date(2021, 9, 30),
            "ratio_ppm": 200_000,
            "scheme": self.grades[0].scheme,
            "profile": profile,
            "rules": profile.snapshot(),
            "status": "dispatched",
        }
        self.task = Task.objects.create(**values | more)
        self.task.items.set(items)
        self.task.participants.set([self.market])
        for grade, ppm in zip(self.grades, (100_000, 300_000, 500_000, 1_000_000), strict=True):
            TaskTier.objects.create(task=self.task, grade=grade, ratio_ppm=ppm)
        return self.task

    def target(self, name, **more):
        return make.TargetFactory(name=name, region=self.county, agency=self.market, **more)

    def draw(self, *targets, opened=True):
        """The first draw over the targets; everything is severe, so all are drawn."""
        draw_id = f"{self.task.number}-1"
        texts = self._files(draw_id, targets)
        chain = drs1.chain(draw_id, b"\7" * 32, 64)
        last = DrawRecord.objects.filter(agency=self.lead).order_by("-seq").first()
        prev = last.head if last else drs1.ZERO
        freeze = drs1.freeze_text(draw_id, chain[0], prev, texts)
        draw = Draw(
            draw_id=draw_id,
            occasion=f"plans.planline:{self.task.line_id}",
            reference=self.task.number,
            title=self.task.title,
            link=f"/desk/tasks/{self.task.number}/draw/",
            agency=self.lead,
            purpose="targets",
            status="frozen",
            year=2021,
            serial=Draw.objects.count() + 1,
            period=f"{self.task.starts_on}/{self.task.ends_on}",
            plan_text=texts["plan"],
            candidates_text=texts["candidates"],
            inspectors_text=texts["inspectors"],
            recusals_text=texts["recusals"],
            freeze_text=freeze,
            freeze_digest=drs1.digest(freeze),
            anchor=chain[0],
            prev=prev,
            secret=chain[-1],
            frozen_at=at(7, 16),
            consented_by=make.UserFactory(agency=self.lead, name="胡同意"),
            consented_at=at(7, 19, 9, 30),
        )
        if opened:
            self._open(draw, texts, chain)
        draw.save()
        make.hold(draw, self.task)
        Contributor.objects.create(
            draw=draw,
            code="见证人",
            way="open",
            value=PHRASE if opened else "",
            speaker=WITNESS if opened else "",
            revealed_at=draw.closed_at,
        )
        self._log(draw, freeze)
        return draw

    def _files(self, draw_id, targets):
        plan = [
            ("suite", drs1.SHA256),
            ("beacon", "none", "-"),
            ("contributor", "见证人", "open"),
            ("missing", "void"),
            ("title", self.task.title),
            ("authority", self.lead.name),
            ("floor", "200000", "0"),
            ("stratum", "good", "up", "100000", "0", "-", "1"),
            ("stratum", "severe", "up", "1000000", "0", "-", "1"),
        ]
        rows = [(t.code, "severe", "P", "-", t.region_id, "-") for t in targets]
        return {
            "plan": drs1.file_text("DRS1-plan", draw_id, plan),
            "candidates": drs1.file_text("DRS1-candidates", draw_id, rows),
            "inspectors": drs1.file_text("DRS1-inspectors", draw_id, []),
            "recusals": drs1.file_text("DRS1-recusals", draw_id, []),
        }

    def _open(self, draw, texts, chain):
        data = texts | {
            "draw_id": draw.draw_id,
            "prev": draw.prev,
            "anchor": chain[0],
            "chain": [chain[1]],
            "commits": {},
            "reveals": {"见证人": PHRASE},
            "beacon_value": "-",
            "events": [],
        }
        outcome = drs1.draw(data)
        draw.status = "opened"
        draw.closed_text, draw.closed_digest = outcome.closed_text, outcome.closed
        draw.closed_at = draw.opened_at = at(7, 19, 10, 12)
        draw.seed, draw.result_text = outcome.seed, outcome.result_text
        draw.result_digest = outcome.result
        draw.opened_secret = chain[1]
        draw.assurance = drs1.assurance(outcome.plan, outcome.contributions, [])

    def _log(self, draw, freeze):
        bodies = [("freeze", draw.frozen_at, freeze)]
        if draw.opened_at:
            bodies.append(("open", draw.opened_at, draw.result_text))
        prev = draw.prev
        for seq, (kind, moment, body) in enumerate(bodies, DrawRecord.objects.count() + 1):
            _, head = drs1.log_record(seq, prev, utc(moment), kind, draw.draw_id, body)
            DrawRecord.objects.create(
                agency=self.lead,
                seq=seq,
                draw=draw,
                type=kind,
                at=moment,
                prev=prev,
                body=body,
                head=head,
            )
            prev = head

    def selection(self, target):
        number = self.task.selections.count() + 1
        return Selection.objects.create(
            task=self.task,
            target=target,
            number=number,
            stratum="severe",
            how="draw",
            ticket=drs1.digest(target.code),
        )

    def visit(self, target, **more):
        """A completed visit, signed by the firm."""
        values = {
            "status": "completed",
            "entered_at": at(9, 8, 9, 40),
            "certificates_shown": True,
            "rights_told": True,
            "completed_on": datetime.date(2021, 9, 8),
        }
        found = self.task.selections.filter(target=target).first() or self.selection(target)
        inspection = Inspection.objects.create(selection=found, **values | more)
        Signature.objects.create(
            inspection=inspection,
            kind="signed",
            signer_name="孙经理",
            signer_role="onsite",
            strokes=[],
            digest="0" * 64,
            recorded_by=make.UserFactory(agency=self.police),
            at=at(9, 8, 10, 20),
        )
        return inspection

    def section(self, inspection, agency, *answers, status="submitted", officers=True):
        """A section; answers are (item, result, problems, remark)."""
        submitted = status != "filling"
        section = Section.objects.create(
            inspection=inspection,
            agency=agency,
            status=status,
            submission_id=uuid.uuid4() if submitted else None,
            submitted_at=at(9, 8, 10, 25) if submitted else None,
        )
        section.items.set([answer[0] for answer in answers])
        team = self.team(section) if officers else []
        for item, result, problems, remark in answers:
            Answer.objects.create(
                section=section,
                item=item,
                result=result,
                problems=problems,
                remark=remark,
                updated_by=team[0].user if team else None,
                updated_at=at(9, 8, 10, 10),
            )
        if team and submitted:
            section.submitted_by = team[0].user
            section.save(update_fields=["submitted_by"])
        return section

    def team(self, section):
        """Two officers who confirmed the section."""
        names = {"gongan": ("钱立新", "赵秋实"), "shichang": ("周文远", "吴思齐")}
        people = []
        for name in names[section.agency.system_id]:
            user = make.UserFactory(agency=section.agency, name=name)
            inspector = make.InspectorFactory(agency=section.agency, user=user, name=name)
            Assignment.objects.create(
                selection=section.inspection.selection,
                agency=section.agency,
                inspector=inspector,
                is_lead=not people,
            )
            OfficerConfirmation.objects.create(
                section=section, inspector=inspector, digest="0" * 64, at=at(9, 8, 10, 15)
            )
            people.append(inspector)
        return people

    def clock_for(self, section, due_on):
        """The running publication clock of a section."""
        return Deadline.objects.create(
            subject=subject_of(section),
            kind="publish_result",
            agency=section.agency,
            title=str(section),
            link="/",
            due_on=due_on,
            roll=False,
            source="宿州方案",
        )


def publish(section, **more):
    """A publication row as the service would leave it, from plain values."""
    target = section.inspection.selection.target
    task = section.inspection.selection.task
    item = section.items.first()
    values = {
        "scope": "full",
        "uscc": target.code,
        "firm_name": target.name,
        "region": target.region,
        "agency": section.agency,
        "task_number": task.number,
        "task_title": task.title,
        "trade_name": task.trade.name,
        "item_codes": [item.code],
        "item_names": [item.name],
        "result_codes": ["no_issue"],
        "has_problem": False,
        "details": {"items": [], "outcome": ""},
        "inspected_on": datetime.date(2021, 9, 8),
        "published_on": datetime.date(2021, 10, 12),
        "due_on": datetime.date(2021, 10, 20),
    }
    return Publication.objects.create(section=section, **values | more)
