"""更换检查人员 as the visits see it: refused once entry has begun, and the papers follow the team."""

from typing import Any

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from inspections.models import Document, Inspection
from inspections.reads.refusals import begun_visits
from inspections.services.papers import officers_of
from tasks import services as tasks
from tasks.models import Assignment, Selection, Substitution, SubstitutionScope, Task


@transaction.atomic
def request_substitution(
    assignment: Assignment,
    cause: str,
    note: str,
    scope: str = SubstitutionScope.ONE,
    *,
    actor: User | None,
) -> Substitution:
    """Ask to leave a team, or for an inspector of the own agency; the deputy head decides (T13)."""
    begun = begun_in(assignment.selection.task)
    return tasks.request_substitution(assignment, cause, note, scope, begun=begun, actor=actor)


@transaction.atomic(durable=True)
def approve_substitution(substitution: Substitution, note: str = "", *, actor: User | None) -> None:
    """Let the substitute be drawn; papers that were issued are amended, deadlines stay."""
    task = substitution.assignment.selection.task
    begun = begun_in(task)
    changed = tasks.approve_substitution(substitution, note, begun=begun, actor=actor)
    for selection in {selection.pk: selection for selection, _ in changed}.values():
        _amend_papers(selection, actor)


def refuse_substitution(substitution: Substitution, note: str, *, actor: User | None) -> None:
    """Let the inspector stay on the team."""
    tasks.refuse_substitution(substitution, note, actor=actor)


def begun_in(task: Task) -> set[int]:
    """Selections whose visit has begun. The visits are held, so that nobody enters meanwhile."""
    visits = Inspection.objects.filter(selection__task=task)
    list(visits.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return begun_visits(task)


def _amend_papers(selection: Selection, actor: User | None) -> None:
    """Put the new officers on approval form and notice, and keep who was named before."""
    visit = Inspection.objects.filter(selection=selection).first()
    if visit is None:
        return  # not dispatched yet: the papers will name the new team
    teams = _teams(selection)
    for document in Document.objects.select_for_update().filter(inspection=visit):
        content = document.content
        before = {row["name"]: row["officers"] for row in content["agencies"]}
        for row in content["agencies"]:
            row["officers"] = teams[row["name"]]
        changes = [
            {"agency": name, "out": _gone(before[name], now), "in": _gone(now, before[name])}
            for name, now in teams.items()
            if name in before and before[name] != now
        ]
        amendment = {"on": clock.today().isoformat(), "changes": changes}
        content["amendments"] = [*content.get("amendments", []), amendment]
        document.save(update_fields=["content"])
        record(
            "inspections.amend_paper",
            visit,
            actor,
            f"检查人员变更，更正{document.get_kind_display()} {document.number}",
            document=document.pk,
        )


def _teams(selection: Selection) -> dict[str, list[dict[str, Any]]]:
    team: dict[str, list[Assignment]] = {}
    rows = selection.assignments.select_related("agency", "inspector")
    for one in rows.order_by("agency", "-is_lead", "pk"):
        team.setdefault(one.agency.name, []).append(one)
    return {name: officers_of(members) for name, members in team.items()}


def _gone(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = {one["certificate_no"] for one in others}
    return [one for one in some if one["certificate_no"] not in numbers]
