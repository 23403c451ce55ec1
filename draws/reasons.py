"""Reason codes of the draw files and what they say to people (a published table, contracts 4)."""

from django.db.models import TextChoices

EVERYBODY = "all"
RECUSAL = "recusal"
CAP = "annual_cap_"
EXEMPT = "exempt_"
OUTSIDE, NOT_IN_SCOPE = "outside_jurisdiction", "not_in_scope"
UNPUBLISHED, PASSED = "item_unpublished", "items_passed"
REASONS = {
    OUTSIDE: ("不属本次牵头单位管辖", "所在县区和管辖机关"),
    "closed": ("停业或清算", "登记状态"),
    "deregistered": ("已注销", "登记状态"),
    "revoked": ("被吊销", "登记状态"),
    "annulled": ("被撤销", "登记状态"),
    "moved_out": ("迁出", "登记状态"),
    NOT_IN_SCOPE: ("对象类型不在抽查事项范围内", "抽查事项的检查对象"),
    UNPUBLISHED: ("适用的抽查事项没有现行公布", "抽查事项清单"),
    PASSED: ("本次事项今年均已检查，未发现问题", "同年不重复检查"),
}
ORDER = list(REASONS)


class ExemptionReason(TextChoices):
    """What lifts the annual cap and the ratio (不受比例和频次限制, 004 第十三条, F16)."""

    KEY_FIELD = "key_field", "重点行业和领域"
    COMPLAINTS = "complaints", "多次被投诉举报"
    ABNORMAL = "abnormal", "列入经营异常名录"
    DISHONEST = "dishonest", "存在失信行为"
    SERIOUS = "serious", "存在严重违法违规记录"
    CAMPAIGN = "campaign", "专项整治"
    INCIDENT = "incident", "特殊事件"
    SUPERIOR = "superior", "上级指令"


class ReplacementReason(TextChoices):
    """Why a drawn target cannot be inspected; the code stands in the certificate (2.8)."""

    CLOSED = "closed", "已停业、注销或吊销"
    MOVED_OUT = "moved_out", "已迁出本辖区"
    OUT_OF_SCOPE = "out_of_scope", "不属于本次检查范围"
    DUPLICATE = "duplicate", "与名单中另一户重复"


class SubstitutionReason(TextChoices):
    """Why a drawn inspector may be substituted (004 第十七条, T13, T14)."""

    TRANSFER = "transfer", "工作调整"
    CONFLICT = "conflict", "工作冲突"
    HEALTH = "health", "身体健康状况"
    RECUSAL = "recusal", "执行回避"


def described(code: str) -> tuple[str, str]:
    """What a code says, and on which rule it rests.

    `annual_cap_2` carries how often the target was drawn, `exempt_complaints` the ground.
    """
    if code.startswith(CAP):
        return f"年内已被抽取{code.removeprefix(CAP)}次", "年度频次上限"
    if code.startswith(EXEMPT):
        ground = ExemptionReason(code.removeprefix(EXEMPT))
        return f"列为必查：{ground.label}", "不受比例和频次限制"
    return REASONS[code]


def label(code: str) -> str:
    """What a reason code says."""
    return described(code)[0]


def place(code: str) -> tuple[int, int, str]:
    """The order of reasons on pages: as in the table, then the caps by number, then exemptions."""
    number = code.removeprefix(CAP)
    return (
        ORDER.index(code) if code in REASONS else len(ORDER),
        int(number) if number.isdigit() else 0,
        code,
    )
