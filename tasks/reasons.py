"""Reason codes of the draw files and what they say to people (a published table, contracts 4)."""

REASONS = {
    "closed": ("停业或清算", "登记状态"),
    "deregistered": ("已注销", "登记状态"),
    "revoked": ("被吊销", "登记状态"),
    "annulled": ("被撤销", "登记状态"),
    "moved_out": ("迁出", "登记状态"),
    "annual_cap": ("年内已达抽查次数上限", "年度频次上限"),
}
RECUSAL = "recusal"
EVERYBODY = "all"


def label(code: str) -> str:
    """What a reason code says."""
    return REASONS[code][0]
