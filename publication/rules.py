"""What the public may see of a result. Pure; sources: domain B09-B16, contracts 4 and 5."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from core.errors import DomainError
from core.masking import masked_name
from inspections.rules import CODES, OUTCOMES, PROBLEMS, RESULT_LABELS, RESULTS

FULL, LIMITED, WITHHELD = "full", "limited", "withheld"
STRICTNESS = (FULL, LIMITED, WITHHELD)

BAD = frozenset({code for code, _ in PROBLEMS} | {"uncooperative_serious"})
OUTCOME_LABELS = dict(OUTCOMES)
ANSWER_LABELS = dict(RESULTS)
PROBLEM_LABELS = dict(PROBLEMS)
SHORT_LABELS = {
    "ordered_to_correct": "发现问题，已责令改正",
    "pending_followup": "发现问题，待后续处理",
    "not_disclosed": "未按规定公示信息",
    "false_disclosure": "公示信息弄虚作假",
    "unreachable": "登记住所无法联系",
    "no_relevant_business": "未开展相关经营活动",
    "closed": "已停业或正在清算",
}
# What each of the 8 + 5 codes means, for readers who are not officials (requirements section 2).
MEANINGS = {
    "no_issue": "所列事项在检查当日没有查出问题。它不是对企业的全面保证。",
    "ordered_to_correct": "查出问题，已要求企业在规定期限内改正，到期由检查部门复查。",
    "pending_followup": "查出问题，检查部门还要继续调查或处理，处理结果另行公布。",
    "not_disclosed": "企业依法应当公示的信息没有公示，例如年度报告。",
    "false_disclosure": "企业公示的信息与实际不符，或者隐瞒了真实情况。",
    "unreachable": "检查人员按登记的住所或经营场所找不到企业，检查无法进行。",
    "uncooperative_serious": "企业拒绝、阻碍检查，或者不提供资料，情节严重。",
    "no_relevant_business": "企业存在，但没有从事这次抽查所针对的经营活动。",
    "closed": "企业已经停止营业，或者正在清算。",
    "deregistered": "企业已经办理注销登记，不再存在。",
    "revoked": "企业的营业执照已被登记机关吊销。",
    "annulled": "企业的登记已被登记机关撤销。",
    "moved_out": "企业已迁到其他地区，由迁入地管辖。",
}

# Why a leader sends a record back.
RETURN_REASONS = [
    ("incomplete", "检查内容填写不完整"),
    ("wrong_result", "检查结果与事实或证据不一致"),
    ("basis", "依据或处置不当"),
    ("wording", "说明文字不宜公开"),
    ("signature", "签字或确认手续不全"),
    ("other", "其他"),
]

HASTY = timedelta(seconds=20)
NO_ITEMS = "这份部门记录没有检查事项，不能公示。请退回补充。"

_NUMBERS = [
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])"), "（证件号码略）"),
    (re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"), "（电话略）"),
    (re.compile(r"(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)"), "（电话略）"),
]
_ROOM = re.compile(r"[A-Za-z]?\d{3,4}(?:-\d+)?\s*号?\s*(房间|客房|包厢|包间|病房|房|室)")
_PERSON_SUFFIX = re.compile(r"[（(]个体工商户[）)]$")


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What one item of the section came to. `list_agency` and `list_number` name the item list."""

    code: str
    name: str
    list_agency: str
    list_number: int
    checkpoints: int
    result: str
    problems: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A section as its agency knows it; nothing of it is public before `redact`.

    names: persons who may stand in free text (officers, signer, person in charge).
    """

    code: str
    name: str
    kind: str
    person_in_charge: str
    inspected_on: date
    items: Sequence[ItemResult]
    result_codes: Sequence[str]
    outcome: str = ""
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a publication row holds."""

    uscc: str = ""
    firm_name: str = ""
    inspected_on: date = date.min
    item_codes: list[str] = field(default_factory=list)
    item_names: list[str] = field(default_factory=list)
    result_codes: list[str] = field(default_factory=list)
    has_problem: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultMark:
    """One result as the public reads it: kind and icon of the status tag, label, full label."""

    kind: str
    icon: str
    label: str
    full: str


def scope_of(scopes: Iterable[str]) -> str:
    """The strictest of the items' scopes: one limited item limits the whole section."""
    found = list(scopes)
    if not found:
        raise DomainError(NO_ITEMS)
    return max(found, key=STRICTNESS.index)


def is_natural_person(kind: str, name: str, person_in_charge: str) -> bool:
    """A practitioner, or a self-employed person registered under the own name."""
    if kind == "practitioner":
        return True
    bare = _PERSON_SUFFIX.sub("", name.strip())
    return kind == "individual" and bare == person_in_charge.strip()


def public_name(kind: str, name: str, person_in_charge: str) -> str:
    """The name that may stand on a public page."""
    return masked_name(name) if is_natural_person(kind, name, person_in_charge) else name


def public_code(kind: str, code: str, name: str, person_in_charge: str) -> str:
    """The code that may stand on a public page; a natural person's may be a citizen number."""
    return "" if is_natural_person(kind, name, person_in_charge) else code


def scrub(text: str, names: Iterable[str]) -> str:
    """Free text without persons' names, citizen and telephone numbers and room numbers."""
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, masked_name(name))
    for pattern, instead in _NUMBERS:
        text = pattern.sub(instead, text)
    return _ROOM.sub(r"某\1", text)


def redact(record: Record, scope: str) -> Snapshot:
    """What the public snapshot holds under `scope`.

    full: the firm, each item, the scrubbed remark. limited: items and results without firm, code
    and free text, the month instead of the day. withheld: nothing, the row is only counted.
    Natural persons are masked and have neither code nor remark.
    """
    month = record.inspected_on.replace(day=1)
    if scope == WITHHELD:
        return Snapshot(inspected_on=month)
    is_open = scope == FULL
    person = is_natural_person(record.kind, record.name, record.person_in_charge)
    hidden = [*record.names, record.person_in_charge]
    return Snapshot(
        uscc=record.code if is_open and not person else "",
        firm_name=public_name(record.kind, record.name, record.person_in_charge) if is_open else "",
        inspected_on=record.inspected_on if is_open else month,
        item_codes=[item.code for item in record.items],
        item_names=[item.name for item in record.items],
        result_codes=list(record.result_codes),
        has_problem=bool(BAD & set(record.result_codes)),
        details={
            "items": [
                _item(item, scrub(item.remark, hidden) if is_open and not person else "")
                for item in record.items
            ],
            "outcome": OUTCOME_LABELS.get(record.outcome, ""),
        },
    )


def _item(item: ItemResult, remark: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "list": {"agency": item.list_agency, "number": item.list_number},
        "checkpoints": item.checkpoints,
        "result": item.result,
        "label": ANSWER_LABELS.get(item.result, "未检查"),
        "problems": [PROBLEM_LABELS[code] for code in item.problems],
        "remark": remark,
    }


def marks(codes: Iterable[str]) -> list[ResultMark]:
    """The results as states: problems in red, 未发现问题 neutral, nothing inspected with a dash."""
    return [
        ResultMark(
            kind="problem" if code in BAD else "neutral",
            icon="" if code in BAD or code == "no_issue" else "minus",
            label=SHORT_LABELS.get(code, RESULT_LABELS[code]),
            full=RESULT_LABELS[code],
        )
        for code in codes
    ]


def all_marks() -> list[tuple[str, ResultMark]]:
    """The thirteen codes in the order of the law, each as a state."""
    return list(zip(CODES, marks(CODES), strict=True))


def is_hasty(entered_at: datetime | None, submitted_at: datetime | None) -> bool:
    """Whether the form was filled in less than 20 seconds after the officers came (4.3)."""
    if entered_at is None or submitted_at is None:
        return False
    return submitted_at - entered_at < HASTY


def stamp(pks: Iterable[int]) -> str:
    """A digest of which records are meant, so that a bulk decision hits exactly those."""
    return hashlib.sha256(",".join(str(pk) for pk in sorted(pks)).encode()).hexdigest()


def sample(pks: Iterable[int], day: date, size: int = 3) -> list[int]:
    """Which records are offered for a look before a bulk decision; the same all day."""

    def rank(pk: int) -> str:
        return hashlib.sha256(f"{day.isoformat()}|{pk}".encode()).hexdigest()

    return sorted(pks, key=rank)[:size]


def return_reason(kind: str, text: str) -> str:
    """The reason as the officers read it: 检查内容填写不完整：第 2 项没有说明."""
    label = dict(RETURN_REASONS).get(kind)
    if label is None:
        raise DomainError("请选择退回的理由。")
    words = text.strip()
    if kind == "other" and not words:
        raise DomainError("选择“其他”时，请写明退回的理由。")
    return f"{label}：{words}" if words else label
