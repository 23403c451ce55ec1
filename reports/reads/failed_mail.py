"""Mails that were not delivered: to whom, why, and what the system administrator does about it."""

from dataclasses import dataclass

from core import mail
from core.models import Digest, Notice, Outgoing, OutgoingQuerySet

MOST = 100  # letters of each kind on the page
KINDS = {"notice": Notice, "digest": Digest}
FIX_ADDRESS = "向本人核对邮箱，在其账号页改正；改正后自动重新发送。"
FIX_SETTINGS = "核对 PORTAL_SMTP_URL 和 PORTAL_MAIL_FROM，改正后点“重新发送”。"
# What the last attempt ended with -> why, what next. Everything else says that no server was reached.
REASONS = {
    "SMTPRecipientsRefused": ("收件服务器不接受这个地址", FIX_ADDRESS),
    "ValueError": ("邮箱地址写法有误", FIX_ADDRESS),
    "BadHeaderError": ("邮箱地址写法有误", FIX_ADDRESS),
    "SMTPDataError": (
        "邮件服务器不接受这封邮件的内容",
        "请邮件服务器管理员查明拒收的原因（常见为垃圾邮件规则），放行后点“重新发送”。",
    ),
    "SMTPSenderRefused": ("邮件服务器不接受本平台的发件地址", FIX_SETTINGS),
    "SMTPAuthenticationError": ("邮件服务器的用户名或口令不对", FIX_SETTINGS),
}
NO_SERVER = (
    "邮件服务器连接不上",
    "核对邮件服务器和网络。恢复后会自动发送，不必逐封处理。",
)


@dataclass(frozen=True)
class FailedLetter:
    """One line of the page. The text is not shown: it is business, not administration."""

    kind: str
    row: Outgoing

    @property
    def what(self) -> str:
        """即时通知 or 每日提醒."""
        return "即时通知" if self.kind == "notice" else "每日提醒"

    @property
    def address(self) -> str:
        """Where it goes, masked."""
        return mail.masked(self.row.recipient.email)

    @property
    def why(self) -> str:
        """The reason in Chinese."""
        return self._explained[0]

    @property
    def next(self) -> str:
        """What the administrator does."""
        return self._explained[1]

    @property
    def said(self) -> str:
        """The words of the server, for whoever looks after it; addresses masked."""
        return mail.masked(self.row.last_error.partition(": ")[2])

    @property
    def _explained(self) -> tuple[str, str]:
        return REASONS.get(self.row.last_error.partition(":")[0], NO_SERVER)


def letters(*, failed: bool) -> list[FailedLetter]:
    """The newest that were given up, or those that are tried again by themselves."""
    found = [
        FailedLetter(kind, row) for kind, model in KINDS.items() for row in _rows(model, failed)
    ]
    return sorted(found, key=lambda one: one.row.created_at, reverse=True)[:MOST]


def _rows(model: type[Outgoing], failed: bool) -> OutgoingQuerySet:
    rows = model.objects.undelivered() if failed else model.objects.put_off()
    return rows.select_related("recipient__agency").order_by("-pk")[:MOST]


def undelivered() -> int:
    """How many letters were given up."""
    return sum(model.objects.undelivered().count() for model in KINDS.values())


def put_off() -> int:
    """How many failed and are tried again by themselves."""
    return sum(model.objects.put_off().count() for model in KINDS.values())
