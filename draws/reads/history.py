"""Everything that happened to a draw, in sentences, from its public log (protocol 2.11)."""

from collections.abc import Callable

from draws.models import Contributor, Draw, DrawRecord
from draws.reads.known import NOBODY, Known, Line
from draws.reasons import ReplacementReason, SubstitutionReason


def of(draw: Draw, *, known: Known = NOBODY) -> list[Line]:
    """The log of a draw as sentences, oldest first; known: who may be named."""
    contributors = list(draw.contributors.all())
    lines: list[Line] = []
    is_open = False
    for record in DrawRecord.objects.filter(draw=draw).order_by("seq"):
        lines.append(_line(record, contributors, is_open))
        is_open = is_open or record.type == "open"
    if draw.consented_at:
        who = draw.consented_by.agency if draw.consented_by else "本系统"
        lines.append(Line(draw.consented_at, f"{who}一名工作人员同意按等级 C 摇号。"))
    lines += known.lines(draw)
    if draw.overdue_since:
        lines.append(Line(draw.overdue_since, "过了应开启的时间仍未开启，标明逾期未开。"))
    return sorted(lines, key=lambda line: line.at)


def _line(record: DrawRecord, contributors: list[Contributor], is_open: bool) -> Line:
    text = SENTENCES[record.type](record.body, contributors)
    if record.type == "open" and is_open:
        text = "公布变更后的指纹。"
    return Line(record.at, text, record.body if record.type == "supersede" else "")


def _commit(body: str, contributors: list[Contributor]) -> str:
    who = next((c.code for c in contributors if c.commit == body), "参与方")
    return f"{who}提交密封值。"


def _reveal(body: str, contributors: list[Contributor]) -> str:
    who = next((c for c in contributors if c.value == body), None)
    if who is not None and who.commit:
        return f"{who.code}公开密封值，与提交时一致。"
    return f"{(who.speaker or who.code) if who else '见证人'}当场念出，录入。"


def _reason(choices: type[ReplacementReason] | type[SubstitutionReason], body: str) -> str:
    reason = body.rsplit("\t", 1)[-1]
    return dict(choices.choices).get(reason, reason)


SENTENCES: dict[str, Callable[[str, list[Contributor]], str]] = {
    "freeze": lambda body, who: "封存名单、比例和规则，公布总指纹。",
    "closed": lambda body, who: "贡献截止，公布截止指纹；此后谁也不能再加减。",
    "commit": _commit,
    "reveal": _reveal,
    "beacon": lambda body, who: f"公共随机源的值 {body}，由两人分别录入，一致。",
    "open": lambda body, who: "开启系统随机数，形成种子和结果。",
    "replace": lambda body, who: (
        f"一户经两个单位核实不能检查（{_reason(ReplacementReason, body)}），按抽签号递补。"
    ),
    "substitute": lambda body, who: (
        f"一名检查人员经批准退出（{_reason(SubstitutionReason, body)}），接替人员按规程抽取。"
    ),
    "void": lambda body, who: f"经两人同意作废，本次结果照样公开。理由：{body}",
    "supersede": lambda body, who: "已作废，另行抽取：",
    "publish": lambda body, who: "公布一份指纹。",
}
