"""Result codes, what excludes what, and when a form is ready. Pure; sources: requirements 2, contracts 5."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TypeVar

from core.errors import DomainError

RESULTS = [
    ("no_issue", "未发现问题"),
    ("problem", "发现问题"),
    ("not_checked", "未检查"),
]
PROBLEMS = [
    ("ordered_to_correct", "发现问题已责令改正"),
    ("pending_followup", "发现问题待后续处理"),
    ("not_disclosed", "未按规定公示应当公示的信息"),
    ("false_disclosure", "公示信息隐瞒真实情况、弄虚作假"),
]
OUTCOMES = [
    ("unreachable", "通过登记的住所（经营场所）无法联系"),
    ("uncooperative_serious", "不配合检查情节严重"),
    ("no_relevant_business", "未发现开展本次抽查涉及的经营活动"),
    ("closed", "已关闭停业或正在组织清算"),
    ("deregistered", "注销"),
    ("revoked", "被吊销"),
    ("annulled", "被撤销"),
    ("moved_out", "迁出"),
]
ENDING = frozenset({"unreachable", "closed", "deregistered", "revoked", "annulled", "moved_out"})
RESULT_LABELS = dict([*RESULTS[:1], *PROBLEMS, *OUTCOMES])

# The national eight in the order of their table, then the five ways in which a firm is gone.
CODES = (
    "no_issue",
    "not_disclosed",
    "false_disclosure",
    "unreachable",
    "ordered_to_correct",
    "uncooperative_serious",
    "no_relevant_business",
    "pending_followup",
    "closed",
    "deregistered",
    "revoked",
    "annulled",
    "moved_out",
)

# What stands on the buttons of the phone, where the full words of the codes do not fit.
PROBLEM_BUTTONS = {
    "ordered_to_correct": "责令改正",
    "pending_followup": "待后续处理",
    "not_disclosed": "未按规定公示",
    "false_disclosure": "公示信息虚假",
}

CONTRADICTION = (
    "到场情况是“未发现开展本次抽查涉及的经营活动”，又有检查项目发现问题，二者不能同时成立，请核对。"
)
NOTHING_CHECKED = (
    "各项都是“未检查”。请补充检查，或者在“到场情况”中选择原因（如无法联系、已关闭停业）。"
)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one item."""

    result: str
    problems: tuple[str, ...] = ()
    remark: str = ""
    rectify_by: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerLook:
    """How a result is shown: the kind of the chip and its icon."""

    kind: str
    icon: str


def look_of(result: str) -> AnswerLook:
    """Problems in red, 未发现问题 neutral, nothing inspected with a dash."""
    return AnswerLook(
        "problem" if result == "problem" else "neutral",
        "" if result in {"problem", "no_issue"} else "minus",
    )


def conclusion_of(findings: Iterable[Finding], outcome: str) -> list[str]:
    """The result codes of one section, in the order of the national table.

    An outcome that ends the visit stands alone, and so do `no_relevant_business` and `no_issue`;
    problem codes are collected from the items. Nothing checked and no outcome gives no code.
    Raises DomainError when a problem was found at a firm without the business in question.
    """
    if outcome in ENDING:
        return [outcome]
    found = list(findings)
    problems = {code for finding in found for code in finding.problems}
    if outcome == "no_relevant_business":
        if any(finding.result == "problem" for finding in found):
            raise DomainError(CONTRADICTION)
        return [outcome]
    codes = problems | {outcome} if outcome else problems
    if codes:
        return [code for code in CODES if code in codes]
    return ["no_issue"] if any(finding.result == "no_issue" for finding in found) else []


def missing(
    answers: Mapping[Key, Finding],
    items: Sequence[tuple[Key, str]],
    outcome: str,
    visited_on: date | None = None,
) -> list[tuple[Key | None, str]]:
    """What has to be added before the officers can confirm: key of the item, sentence.

    items: key and name, in the order of the form. visited_on: the day of the visit.
    The key is None where the form as a whole is meant. An ending outcome needs nothing else.
    """
    if outcome in ENDING:
        return []
    found: list[tuple[Key | None, str]] = []
    for number, (key, name) in enumerate(items, 1):
        words = lacks(answers.get(key), visited_on)
        found += [(key, f"第 {number} 项“{name}”：{text}") for text in words]
    given = [answers[key] for key, _ in items if key in answers]
    whole = _whole(given, len(items), outcome)
    return found + [(None, text) for text in whole]


def lacks(finding: Finding | None, visited_on: date | None) -> list[str]:
    """What one item still needs, each as a sentence without its name."""
    if finding is None:
        return ["还没有选择结果。"]
    if finding.result == "not_checked":
        return [] if finding.remark else ["请写明未检查的原因。"]
    if finding.result == "no_issue":
        return []
    found = []
    if not finding.problems:
        found.append("请至少选择一种问题类型。")
    if not finding.remark:
        found.append("请填写问题说明。")
    return found + _rectification(finding, visited_on)


def _rectification(finding: Finding, visited_on: date | None) -> list[str]:
    if "ordered_to_correct" not in finding.problems:
        return []
    if finding.rectify_by is None:
        return ["责令改正须填写改正期限。"]
    if visited_on and finding.rectify_by < visited_on:
        day = f"{visited_on.month}月{visited_on.day}日"
        return [f"改正期限不能早于检查当天（{day}）。"]
    return []


def _whole(given: Collection[Finding], total: int, outcome: str) -> list[str]:
    if outcome == "no_relevant_business" and any(one.result == "problem" for one in given):
        return [CONTRADICTION]
    skipped = sum(one.result == "not_checked" for one in given)
    return [NOTHING_CHECKED] if total and skipped == total and not outcome else []


def form_digest(
    subject: str, outcome: str, note: str, sections: Mapping[str, Mapping[str, Finding]]
) -> str:
    """The fingerprint of what officers and firm stand for: 64 hex digits.

    subject: number of the task and code of the firm. sections: agency code -> item code -> finding.
    The same content gives the same fingerprint, whatever the order in which it was entered.
    """
    body = {
        "subject": subject,
        "outcome": outcome,
        "note": note,
        "sections": {
            agency: {item: _plain(finding) for item, finding in findings.items()}
            for agency, findings in sections.items()
        },
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "result": finding.result,
        "problems": sorted(finding.problems),
        "remark": finding.remark,
        "rectify_by": finding.rectify_by.isoformat() if finding.rectify_by else None,
    }
