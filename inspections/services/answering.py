"""Filling a section: one explicit choice per item, never overwriting a colleague unseen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from agencies.models import User
from catalog.models import Item
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from inspections.models import Answer, Section
from inspections.reads.refusals import why_not_answer
from inspections.rules import PROBLEMS, RESULTS, Finding
from inspections.services.teams import lock_form
from inspections.services.visiting import void_confirmations

LONGEST = 5000


class AnswerConflict(DomainError):
    """Somebody else changed the answer after the actor last saw it. Both versions are kept."""

    status = 409
    title = "内容已被修改"

    def __init__(self, current: Answer) -> None:
        at = timezone.localtime(current.updated_at)
        who = f"{current.updated_by}（{current.updated_by.agency}，{at:%H:%M}）"
        super().__init__(
            f"这条记录刚被{who}修改过。下面并列显示两个版本，请选择保留哪一个，未选择前都不会丢失。"
        )
        self.current = current


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """One item as entered on the form. version: the one the form showed, 0 for none."""

    item: Item
    result: str
    problems: Sequence[str] = ()
    remark: str = ""
    rectify_by: date | None = None
    version: int = 0


@transaction.atomic
def answer(
    section: Section,
    item: Item,
    *,
    result: str,
    problems: Sequence[str] = (),
    remark: str = "",
    rectify_by: date | None = None,
    version: int,
    actor: User,
) -> Answer:
    """Record what was found on one item; details of a problem may follow later.

    version: the one the actor saw, 0 for a new answer. The same content again changes nothing.
    Confirmations of the section are void afterwards. Raises NotAllowed, IllegalMove before entry
    and after handing in, AnswerConflict when a colleague was faster.
    """
    lock_form(section)
    demand(why_not_answer(section, actor))
    if not section.items.filter(pk=item.pk).exists():
        raise DomainError(f"“{item}”不是本部门在这次检查中的事项。")
    finding = _finding(result, problems, remark, rectify_by)
    current = Answer.objects.select_related("updated_by__agency").filter(section=section, item=item)
    return _write(section, item, current.first(), finding, version, actor)


@transaction.atomic
def save_section(section: Section, entries: Iterable[AnswerEntry], *, actor: User) -> int:
    """Record several items at once, all or none; returns how many were changed."""
    before = dict(section.answers.values_list("item_id", "version"))
    saved = [
        answer(
            section,
            entry.item,
            result=entry.result,
            problems=entry.problems,
            remark=entry.remark,
            rectify_by=entry.rectify_by,
            version=entry.version,
            actor=actor,
        )
        for entry in entries
    ]
    return sum(before.get(one.item_id) != one.version for one in saved)


@transaction.atomic
def answer_rest_no_issue(section: Section, *, actor: User) -> int:
    """其余 n 项均已检查，未发现问题: answer every item that has no choice yet; returns how many."""
    lock_form(section)
    demand(why_not_answer(section, actor))
    given = section.answers.values("item_id")
    rest = list(section.items.exclude(pk__in=given).order_by("version", "position"))
    if not rest:
        raise DomainError("每一项都已有结果，没有剩余的项目。")
    at = clock.now()
    Answer.objects.bulk_create(
        Answer(section=section, item=item, result="no_issue", updated_by=actor, updated_at=at)
        for item in rest
    )
    record(
        "inspections.answer_rest",
        section,
        actor,
        f"其余 {len(rest)} 项均已检查，未发现问题：{section}",
        items=[item.code for item in rest],
    )
    void_confirmations(section, actor)
    return len(rest)


def _finding(result: str, problems: Sequence[str], remark: str, rectify_by: date | None) -> Finding:
    remark = "\n".join(remark.strip().splitlines())
    if result not in dict(RESULTS):
        raise DomainError("请选择检查结果：未发现问题、发现问题或未检查。")
    if not set(problems) <= set(dict(PROBLEMS)):
        raise DomainError("没有这样的问题类型，请从列表中选择。")
    if len(remark) > LONGEST or "\0" in remark:
        raise DomainError(f"说明最多 {LONGEST} 字，且不能有控制字符。")
    if result != "problem":
        return Finding(result, (), remark)
    return Finding(
        result, tuple(code for code, _ in PROBLEMS if code in problems), remark, rectify_by
    )


def _write(
    section: Section,
    item: Item,
    current: Answer | None,
    finding: Finding,
    version: int,
    actor: User,
) -> Answer:
    if current and current.finding == finding:
        return current
    if current and current.version != version:
        raise AnswerConflict(current)
    row = current or Answer(section=section, item=item, version=0)
    row.result, row.problems = finding.result, list(finding.problems)
    row.remark, row.rectify_by = finding.remark, finding.rectify_by
    row.version += 1
    row.updated_by, row.updated_at = actor, clock.now()
    row.save()
    record(
        "inspections.answer",
        section,
        actor,
        f"填写：{section}，{item}，{row.get_result_display()}",
        item=item.code,
        result=row.result,
        problems=row.problems,
        version=row.version,
    )
    void_confirmations(section, actor)
    return row
