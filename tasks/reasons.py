"""Reason codes of the draw files and what they say to people (a published table, contracts 4)."""

from tasks.models import Ground

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


def described(code: str) -> tuple[str, str]:
    """What a code says, and on which rule it rests.

    `annual_cap_2` carries how often the target was drawn, `exempt_complaints` the ground.
    """
    if code.startswith(CAP):
        return f"年内已被抽取{code.removeprefix(CAP)}次", "年度频次上限"
    if code.startswith(EXEMPT):
        ground = Ground(code.removeprefix(EXEMPT))
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
