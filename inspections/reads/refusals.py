"""Why an act of field work cannot be done now: one answer per act, for its page and its service."""

from django.db.models import Exists, OuterRef, Q

from agencies.models import User
from core.errors import IllegalMove, NotAllowed, Refusal
from core.workflow import NOT_YOURS, can, has_role_permission, why_not_move
from inspections.flows import HANDED_IN, InspectionStatus, SectionStatus
from inspections.models import Answer, Inspection, Section
from inspections.reads.form_state import Part, Sheet, TeamMember
from registries.models import Inspector
from tasks.models import Assignment, Substitution, Task
from tasks.reads import substitutions
from tasks.rules import FEWEST

NOT_ON_TEAM = "您不在这一户的检查组内，只能查看。如需调整人员，请联系牵头单位。"
NOT_ENTERED = "还没有进入检查。请先出示证件、告知权利并点“进入检查”，再填写结果。"
OWN_RECORD = "您是这份记录的检查人员，不能审批自己的记录，请由另一位负责人审批。"
PUBLISHED = (
    "结果已公示，不能直接修改。更正功能尚未开通；发现错误请报告本单位主要负责人，"
    "原内容和编号保持不变。"
)
SUBMITTED = "这份记录已提交审批，不能再修改。已填内容没有变化；如需修改，请联系审批人退回。"


def is_on_team(section: Section, user: User | None) -> bool:
    """Whether the user was sent to this firm for the section's agency."""
    return Assignment.objects.filter(
        selection__inspection=section.inspection_id,
        agency=section.agency_id,
        inspector__user=user,
        inspector__user__isnull=False,
    ).exists()


def section_of(inspection: Inspection, actor: User) -> Section | None:
    """The section on whose team the actor is on this joint visit."""
    return Section.objects.filter(inspection=inspection).worked_by(actor).first()


def why_not_work_on(section: Section, action: str, actor: User) -> Refusal | None:
    """Only a role that allows `action`, and whom the draw sent here.

    The draw also sends officers of other agencies to help out (G12, T12): they work on the section
    of the team that they joined, so the team decides, not the agency.
    """
    if not is_on_team(section, actor):
        if not can(actor, action, section):
            return NOT_YOURS
        return Refusal(NOT_ON_TEAM, code="not_on_team", error=NotAllowed)
    return None if has_role_permission(actor, action, section) else NOT_YOURS


def why_not_change(section: Section) -> Refusal | None:
    """A section that left its officers' hands stays as it is, whoever asks."""
    if section.status not in HANDED_IN:
        return None
    text = PUBLISHED if section.status == SectionStatus.PUBLISHED else SUBMITTED
    return Refusal(text, code="handed_in", error=IllegalMove)


def why_not_attach(section: Section, actor: User) -> Refusal | None:
    """Photos come and go until the section is handed in, before entry too."""
    return why_not_work_on(section, "change", actor) or why_not_change(section)


def why_not_answer(section: Section, actor: User) -> Refusal | None:
    """Answers are given by the team, inside the firm, while the section is open."""
    refusal = why_not_work_on(section, "change", actor)
    if refusal is None and section.inspection.status == InspectionStatus.PENDING:
        refusal = Refusal(NOT_ENTERED, code="not_entered", error=IllegalMove)
    return refusal or why_not_change(section)


def why_not_enter(inspection: Inspection, actor: User) -> Refusal | None:
    """The visit begins once, by somebody of one of its teams."""
    return _why_not_on_team(inspection, actor) or _why_not_move_visit(inspection, "enter", actor)


def why_not_set_outcome(inspection: Inspection, actor: User) -> Refusal | None:
    """What was met at the door can be changed until the first section is handed in."""
    section = section_of(inspection, actor)
    if section is None:
        return _why_not_on_team(inspection, actor)
    refusals = map(why_not_change, inspection.sections.all())
    return why_not_work_on(section, "change", actor) or next(filter(None, refusals), None)


def why_not_be_asked(part: Part, inspector: Inspector, actor: User) -> Refusal | None:
    """Whose password may be asked for on this phone: of a team member, by a team member."""
    refusal = why_not_work_on(part.section, "change", actor)
    if refusal:
        return refusal
    if all(one.inspector != inspector for one in part.team):
        return Refusal(f"{inspector}不是这一户的检查人员，不能确认。", error=NotAllowed)
    if inspector.user is None or not inspector.user.is_active:
        text = f"{inspector}没有可用的登录账号，不能用口令确认。请联系本单位管理员开通账号。"
        return Refusal(text, field="password", code="no_account")
    return None


def why_not_stand_for(part: Part) -> Refusal | None:
    """The officers stand for a section that is complete and still in their hands."""
    visit = part.sheet.inspection
    if refusal := why_not_change(part.section):
        return refusal
    if visit.status == InspectionStatus.PENDING and not visit.is_ended:
        text = "还没有进入检查，不能确认。请先出示证件、告知权利并点“进入检查”。"
        return Refusal(text, field="password", code="not_entered", error=IllegalMove)
    if len(part.team) < FEWEST:
        text = f"检查人员不足 {FEWEST} 名，不能确认。请联系牵头单位补充人员。"
        return Refusal(text, field="password", code="too_few")
    if part.missing:
        text = f"还有 {len(part.missing)} 处没有填完，不能确认。{part.missing[0][1]}"
        return Refusal(text, field="password", code="incomplete")
    return None


def why_not_confirm(part: Part, inspector: Inspector, actor: User) -> Refusal | None:
    """Why this officer cannot stand for the section on the actor's phone now."""
    return why_not_be_asked(part, inspector, actor) or why_not_stand_for(part)


def why_not_sign(sheet: Sheet, actor: User) -> Refusal | None:
    """The firm signs, or refuses to, once all sections are confirmed."""
    if refusal := _why_not_on_team(sheet.inspection, actor):
        return refusal
    if sheet.inspection.is_ended:
        text = "按到场情况，本次检查不需要企业签字，可直接确认后提交。"
        return Refusal(text, code="not_needed")
    if sheet.unconfirmed:
        names = "、".join(part.section.agency.system.name for part in sheet.unconfirmed)
        text = f"{names}的检查人员还没有全部确认。请全部确认后再请企业签字。"
        return Refusal(text, code="unconfirmed", error=IllegalMove)
    if not sheet.may_be_signed:
        text = "已有部门凭现在的签字提交，不能再签。已有的签字没有变化。"
        return Refusal(text, code="signature_used", error=IllegalMove)
    return _why_not_move_visit(sheet.inspection, "sign", actor)


def why_not_submit(sheet: Sheet, section: Section, actor: User) -> Refusal | None:
    """A section is handed in once it is confirmed, and signed where somebody was met."""
    refusal = why_not_work_on(section, "submit", actor) or why_not_change(section)
    if refusal:
        return refusal
    if section.status != SectionStatus.CONFIRMED:
        text = "检查人员还没有全部确认，不能提交。已填内容都已保存。"
        return Refusal(text, code="unconfirmed", error=IllegalMove)
    if not sheet.needs_signature:
        return None
    if sheet.last_signature:
        text = "签字后内容有修改，原签字不再对应现在的内容。请企业重新签字，或记录拒签后再提交。"
    else:
        text = "企业还没有签字，不能提交。请企业签字；如对方拒签，请点“拒签”并写明原因和见证人。"
    return Refusal(text, code="unsigned", error=IllegalMove)


def why_not_approve(section: Section, actor: User) -> Refusal | None:
    """A leader agrees to what others have handed in."""
    return _why_not_judge(section, "approve", actor)


def why_not_return(section: Section, actor: User) -> Refusal | None:
    """A leader sends back what others have handed in."""
    return _why_not_judge(section, "return", actor)


def confirmations_of(
    sheet: Sheet, own: Part | None, actor: User
) -> list[tuple[Part, TeamMember, bool]]:
    """Everybody who was sent, by agency, and whether the actor's phone can take the confirmation."""
    ready = own is not None and why_not_stand_for(own) is None
    return [
        (part, one, part is own and ready and not one.confirmation and _is_open(own, one, actor))
        for part, one in sheet.officers
    ]


def _is_open(part: Part, one: TeamMember, actor: User) -> bool:
    return why_not_be_asked(part, one.inspector, actor) is None


def _why_not_judge(section: Section, move: str, actor: User) -> Refusal | None:
    if is_on_team(section, actor):
        return Refusal(OWN_RECORD, code="own_record", error=NotAllowed)
    return why_not_move(section, move, actor)


def _why_not_on_team(inspection: Inspection, actor: User) -> Refusal | None:
    if section_of(inspection, actor) is not None:
        return None
    return Refusal(NOT_ON_TEAM, code="not_on_team", error=NotAllowed)


def _why_not_move_visit(inspection: Inspection, move: str, actor: User) -> Refusal | None:
    """A joint visit belongs to all its teams: the role decides, not the agency."""
    if not has_role_permission(actor, move, inspection):
        return NOT_YOURS
    return inspection.flow.why_not(move, inspection.status)


def begun_visits(task: Task) -> set[int]:
    """Selections of a task whose visit has begun: entered, answered, or ended."""
    answers = Answer.objects.filter(section__inspection=OuterRef("pk"))
    begun = Inspection.objects.filter(selection__task=task).filter(
        ~Q(status=InspectionStatus.PENDING)
        | Q(entered_at__isnull=False)
        | ~Q(outcome="")
        | Exists(answers)
    )
    return set(begun.values_list("selection_id", flat=True))


def why_not_substitute(assignment: Assignment, actor: User) -> Refusal | None:
    """Why `actor` cannot apply that somebody leaves this team (T13); or None."""
    begun = begun_visits(assignment.selection.task)
    return substitutions.why_not_request(assignment, "", begun, actor)


def why_not_approve_substitution(substitution: Substitution, actor: User) -> Refusal | None:
    """Why `actor` cannot let a substitute be drawn (T13, T14); or None."""
    begun = begun_visits(substitution.assignment.selection.task)
    return substitutions.why_not_approve(substitution, begun, actor)
