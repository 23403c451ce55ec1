"""The two papers of a visit as rows: approval form and notice (凡检查必审批、必通知, contracts 5)."""

from collections.abc import Iterable
from typing import Any

from agencies.models import User
from catalog.models import Item
from core import clock
from inspections.models import Document, Inspection
from tasks.models import Assignment, Task

SUFFIX = {Document.Kind.APPROVAL: "S", Document.Kind.NOTICE: "T"}

# 国办发〔2024〕54号 and 行政处罚法 give these rights; the wording is ours.
RIGHTS = [
    "检查人员不得少于两人。有权要求检查人员出示执法证件，未出示的有权拒绝检查。",
    "认为检查人员与本单位有利害关系的，有权申请回避。",
    "有权陈述和申辩，并在检查表上写明意见；对检查表内容有异议的，可以拒绝签字并说明理由。",
    "不必由法定代表人到场，可以委托他人陪同检查和签字。",
    "对检查行为不服的，有权投诉举报，并依法申请行政复议或者提起行政诉讼。",
]


def papers_of(
    inspection: Inspection,
    teams: dict[Any, list[Assignment]],
    items: Iterable[Item],
    frequency: int,
    actor: User | None,
) -> list[Document]:
    """Unsaved approval form and notice of a visit.

    frequency: which visit to this firm in the calendar year it is, all agencies.
    """
    task, selection = inspection.task, inspection.selection
    content = _common(inspection, task, items) | {
        "agencies": [
            {
                "name": agency.name,
                "officers": officers_of(team),
                "assistants": 0,
            }
            for agency, team in teams.items()
        ]
    }
    extra = {
        Document.Kind.APPROVAL: {
            "source": f"{task.line.plan}，{task.line}",
            "frequency": frequency,
            "dispatched_by": str(actor) if actor else "系统",
            "dispatched_on": clock.today().isoformat(),
        },
        Document.Kind.NOTICE: {
            "materials": _materials(items),
            "rights": RIGHTS,
            "issued_on": clock.today().isoformat(),
        },
    }
    return [
        Document(
            inspection=inspection,
            kind=kind,
            number=f"{task.number}-{selection.number}-{suffix}",
            content=content | extra[kind],
            created_at=clock.now(),
        )
        for kind, suffix in SUFFIX.items()
    ]


def officers_of(team: Iterable[Assignment]) -> list[dict[str, Any]]:
    """The officers of one agency as a paper names them."""
    return [
        {
            "name": one.inspector.name,
            "certificate_no": one.inspector.certificate_no,
            "is_lead": one.is_lead,
        }
        for one in team
    ]


def _common(inspection: Inspection, task: Task, items: Iterable[Item]) -> dict[str, Any]:
    target = inspection.target
    return {
        "task": {"number": task.number, "title": task.title, "lead": task.agency.name},
        "kind": task.get_inspection_kind_display(),
        "target": {"name": target.name, "code": target.code, "address": target.address},
        "items": [
            {
                "name": item.name,
                "code": item.code,
                "agency": item.version.agency.system.name,
                "content": item.content,
                "methods": item.method_labels,
                "bases": [str(basis) for basis in item.bases.all()],
                "checkpoints": [point.text for point in item.checkpoints.all()],
            }
            for item in items
        ],
        "window": {"from": task.onsite_from.isoformat(), "until": task.onsite_until.isoformat()},
    }


def _materials(items: Iterable[Item]) -> list[str]:
    """What the firm is asked to have ready, each once, in the order of the items."""
    found = [point.materials for item in items for point in item.checkpoints.all()]
    return list(dict.fromkeys(text for text in found if text))
