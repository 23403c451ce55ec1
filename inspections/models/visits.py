"""Field records: one visit and one form per drawn enterprise, one section per agency (一企一表)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, User, overseen
from catalog.models import Item
from inspections.flows import (
    HANDED_IN,
    INSPECTION_FLOW,
    SECTION_FLOW,
    InspectionStatus,
    SectionStatus,
)
from inspections.rules import (
    ENDING,
    OUTCOMES,
    PROBLEMS,
    RESULTS,
    AnswerLook,
    Finding,
    look_of,
)
from inspections.rules.strokes import svg_box, svg_path
from registries.models import Inspector, Target
from tasks.models import Assignment, Selection, Task


class InspectionQuerySet(models.QuerySet):
    """Reads on visits. Every view starts from `visible_to`."""

    def visible_to(self, user: User) -> "InspectionQuerySet":
        """Visits with a section of an agency the user oversees, or on whose team the user is.

        And all of the tasks that the user's agency leads.
        """
        if user.agency_id is None:
            return self.none()
        sections = Section.objects.visible_to(user)
        return self.filter(
            Q(selection__task__agency=user.agency_id) | Q(pk__in=sections.values("inspection_id"))
        )

    def assigned_to(self, user: User) -> "InspectionQuerySet":
        """Visits on whose team the user is."""
        return self.filter(
            pk__in=Inspection.objects.filter(
                selection__assignments__inspector__user=user, selection__assignments__ended_at=None
            ).values("pk")
        )

    def todo_for(self, user: User) -> "InspectionQuerySet":
        """Visits of the user's team whose section still has to be handed in."""
        return self.assigned_to(user).exclude(pk__in=self._handed_in(user))

    def done_by(self, user: User) -> "InspectionQuerySet":
        """Visits of the user's team whose section has been handed in."""
        return self.assigned_to(user).filter(pk__in=self._handed_in(user))

    def _handed_in(self, user: User) -> models.QuerySet:
        sections = Section.objects.filter(status__in=HANDED_IN).worked_by(user)
        return sections.values("inspection_id")

    def matching(self, text: str) -> "InspectionQuerySet":
        """By the start of the firm's code or a part of its name."""
        return self.filter(
            Q(selection__target__code__startswith=text.upper())
            | Q(selection__target__name__contains=text)
        )

    def with_form(self) -> "InspectionQuerySet":
        """Together with everything that stands on the form, in a constant number of queries."""
        items = Item.objects.order_by("version", "position").prefetch_related("checkpoints")
        sections = Section.objects.order_by("pk").select_related("agency__system", "agency__region")
        team = Assignment.objects.order_by("-is_lead", "pk").select_related("inspector__user")
        return self.select_related(
            "selection__task__agency", "selection__target__region", "entered_by"
        ).prefetch_related(
            models.Prefetch("sections", sections),
            models.Prefetch("left_off", LeftOff.objects.select_related("item", "agency")),
            models.Prefetch("sections__items", items),
            models.Prefetch("sections__answers", Answer.objects.select_related("updated_by")),
            "sections__confirmations",
            "signatures__recorded_by",
            models.Prefetch("selection__assignments", team),
        )


class Inspection(models.Model):
    """One joint visit to one drawn enterprise (进一次门、查多项事, I01-I05)."""

    selection = models.OneToOneField(
        Selection, models.PROTECT, related_name="inspection", verbose_name="抽中对象"
    )
    status = models.CharField(
        "状态",
        max_length=12,
        choices=InspectionStatus.choices,
        default=InspectionStatus.PENDING,
        editable=False,
    )
    entered_at = models.DateTimeField("到场时间", null=True, editable=False)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    certificates_shown = models.BooleanField("已出示执法证件", default=False)
    rights_told = models.BooleanField("已告知检查事项和权利", default=False)
    outcome = models.CharField("到场情况", max_length=30, choices=OUTCOMES, blank=True)
    outcome_note = models.TextField("情况说明", blank=True)
    completed_on = models.DateField("检查完成日期", null=True, editable=False)

    # A joint visit belongs to the agencies of all its sections; a service that moves it says for
    # which of them its actor stands.
    agency_id: int | None = None

    flow = INSPECTION_FLOW
    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        ordering = ["selection"]
        permissions = INSPECTION_FLOW.permissions("inspection")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=InspectionStatus.values), name="inspection_status_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | ~Q(outcome_note=""),
                name="inspection_outcome_explained",
                violation_error_message="请说明到场情况。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.selection.target)

    def get_absolute_url(self) -> str:
        """The phone page."""
        return reverse("inspections:form", args=[self.pk])

    @property
    def task(self) -> Task:
        """The task this visit belongs to."""
        return self.selection.task

    @property
    def target(self) -> Target:
        """The enterprise visited."""
        return self.selection.target

    @property
    def is_ended(self) -> bool:
        """Whether nothing could be inspected (contracts section 5)."""
        return self.outcome in ENDING


class SectionQuerySet(models.QuerySet):
    """Reads on sections."""

    def visible_to(self, user: User) -> "SectionQuerySet":
        """Sections of agencies the user oversees, all of the tasks it leads, and the user's own."""
        if user.agency_id is None:
            return self.none()
        mine = Section.objects.worked_by(user)
        return self.filter(
            overseen(user)
            | Q(inspection__selection__task__agency=user.agency_id)
            | Q(pk__in=mine.values("pk"))
        )

    def worked_by(self, user: User) -> "SectionQuerySet":
        """Sections on whose team the user is, of the own agency or sent to help another."""
        teams = Assignment.objects.filter(
            selection=models.OuterRef("inspection__selection"),
            agency=models.OuterRef("agency"),
            inspector__user=user,
        )
        return self.filter(models.Exists(teams))

    def waiting_for_approval(self, user: User) -> "SectionQuerySet":
        """Submitted sections of the user's own agency."""
        return self.filter(agency=user.agency_id, status=SectionStatus.SUBMITTED)


class Section(models.Model):
    """One agency's part of the form. Written only by its own agency's team."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="sections")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="sections", verbose_name="单位")
    items = models.ManyToManyField(Item, related_name="+", verbose_name="检查事项")
    status = models.CharField(
        "状态",
        max_length=12,
        choices=SectionStatus.choices,
        default=SectionStatus.FILLING,
        editable=False,
    )
    submission_id = models.UUIDField("提交编号", null=True, unique=True, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    return_reason = models.TextField("退回理由", blank=True)

    flow = SECTION_FLOW
    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门记录"
        ordering = ["inspection", "pk"]
        permissions = SECTION_FLOW.permissions("section")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "agency"], name="section_once"),
            models.CheckConstraint(
                condition=Q(status__in=SectionStatus.values), name="section_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[SectionStatus.SUBMITTED, SectionStatus.PUBLISHED])
                | Q(submission_id__isnull=False),
                name="section_submitted_has_id",
            ),
        ]

    @property
    def is_returned(self) -> bool:
        """Whether the leader sent it back and nobody has handed it in since."""
        return self.status == SectionStatus.RETURNED

    def __str__(self) -> str:
        return f"{self.inspection}　{self.agency}"


class LeftOff(models.Model):
    """An item that this form does not ask for: the agency found it in order earlier this year (F17)."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="left_off")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="检查单位")
    passed_on = models.DateField("检查日期")
    task_number = models.CharField("任务编号", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "不重复检查的事项"
        ordering = ["inspection", "item__version", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="left_off_once"),
        ]

    def __str__(self) -> str:
        day = f"{self.passed_on.month}月{self.passed_on.day}日"
        return f"{self.item}：{self.agency}今年{day}已检查，未发现问题，本次不再检查"


class Answer(models.Model):
    """What was found on one item: an explicit choice, nothing is preset."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name="事项")
    result = models.CharField("结果", max_length=12, choices=RESULTS)
    problems = ArrayField(
        models.CharField(max_length=20, choices=PROBLEMS),
        verbose_name="问题类型",
        default=list,
        blank=True,
    )
    remark = models.TextField("说明", blank=True)
    rectify_by = models.DateField("改正期限", null=True, blank=True)
    version = models.PositiveIntegerField("修改次数", default=1)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查情况"
        ordering = ["section", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["section", "item"], name="answer_once_per_item"),
            models.CheckConstraint(
                condition=Q(result__in=[value for value, _ in RESULTS]), name="answer_result_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.get_result_display()}"

    @property
    def finding(self) -> Finding:
        """The answer as a plain value for the rules."""
        return Finding(self.result, tuple(self.problems), self.remark, self.rectify_by)

    @property
    def look(self) -> AnswerLook:
        """How the result is shown."""
        return look_of(self.result)

    @property
    def problem_labels(self) -> str:
        """The kinds of problem in Chinese."""
        return "；".join(label for code, label in PROBLEMS if code in self.problems)

    @property
    def words(self) -> str:
        """The whole answer in one line, so that two versions can be compared."""
        parts = [self.get_result_display(), self.problem_labels, self.remark]
        if self.rectify_by:
            parts.append(f"改正期限 {self.rectify_by:%Y-%m-%d}")
        return "。".join(part.rstrip("。") for part in parts if part)


class OfficerConfirmation(models.Model):
    """An officer of the team stands for the section as it was then (password, I03)."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="confirmations")
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="+")
    digest = models.CharField("内容指纹", max_length=64)
    at = models.DateTimeField("确认时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查人员确认"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["section", "inspector"], name="officer_confirms_once"),
        ]

    def __str__(self) -> str:
        return f"{self.inspector}确认{self.section}"


class SignatureKind(models.TextChoices):
    """How the enterprise answered the form (I04, I05)."""

    SIGNED = "signed", "已签字"
    REFUSED = "refused", "拒绝签字"


class SignerRole(models.TextChoices):
    """Who signed; insisting on the legal representative is not allowed (国办发〔2024〕54号)."""

    LEGAL = "legal", "法定代表人"
    PRINCIPAL = "principal", "负责人"
    AGENT = "agent", "委托代理人"
    ONSITE = "onsite", "现场负责人"


class Signature(models.Model):
    """The enterprise's signature under the whole form, or its refusal with reason and witness."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="signatures")
    kind = models.CharField("方式", max_length=10, choices=SignatureKind.choices)
    signer_name = models.CharField("签字人", max_length=40, blank=True)
    signer_role = models.CharField(
        "签字人身份", max_length=10, choices=SignerRole.choices, blank=True
    )
    strokes = models.JSONField("笔迹", null=True)
    opinion = models.TextField("企业意见", blank=True)
    reason = models.TextField("拒签理由", blank=True)
    witness = models.CharField("见证人", max_length=60, blank=True)
    digest = models.CharField("表格指纹", max_length=64)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "企业签字"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind=SignatureKind.SIGNED, strokes__isnull=False)
                    & ~Q(signer_name="")
                    & ~Q(signer_role="")
                )
                | (Q(kind=SignatureKind.REFUSED) & ~Q(reason="") & ~Q(witness="")),
                name="signature_complete",
                violation_error_message="签字须有笔迹和签字人；拒签须有理由和见证人。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspection}　{self.get_kind_display()}"

    @property
    def is_refusal(self) -> bool:
        """Whether the firm refused to sign."""
        return self.kind == SignatureKind.REFUSED

    @property
    def path(self) -> str:
        """The drawing as the `d` of an SVG path."""
        return svg_path(self.strokes or [])

    @property
    def box(self) -> str:
        """The view box of the drawing."""
        return svg_box(self.strokes or [])
