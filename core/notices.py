"""Notices: the in-app inbox, which is also the outbox for mail.

What is urgent is a mail of its own within a polling interval; everything else waits for the one
digest of the next working morning. Delivery is at least once: the row is marked as sent in the
transaction in which the mail was handed over, and a crash between the two sends the same
Message-ID again, by which mail servers and readers know the copy.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet

from core import clock, mail
from core.audit import record
from core.errors import DomainError, Refusal, demand
from core.models import Digest, Notice, Outgoing
from core.workflow import lock, why_not_role


def notify(recipients: Iterable[Any], text: str, link: str, *, urgent: bool = False) -> None:
    """Leave `text` for each recipient. Committed with the work it reports, sent a moment later.

    urgent: due now, overdue, returned. Whatever can wait until the morning is not urgent.
    """
    Notice.objects.bulk_create(
        Notice(recipient=user, text=text[:300], link=link, is_urgent=urgent) for user in recipients
    )


def mark_read(user: Any) -> int:
    """Mark everything in the user's inbox as read; returns how many were new."""
    return Notice.objects.filter(recipient=user, read_at=None).update(read_at=clock.now())


@transaction.atomic
def compose_digests(day: date) -> int:
    """Bind what waits into one digest for each user; returns how many.

    One per user and day, however often and however many at a time this runs: what arrives after
    the digest of the day waits for the next one.
    """
    waiting = Notice.objects.filter(sent_at=None, is_urgent=False, digest=None, read_at=None)
    people = get_user_model().objects.filter(is_active=True).exclude(email="")
    people = people.filter(pk__in=waiting.values("recipient")).exclude(digests__day=day)
    return sum(_compose(user, waiting, day) for user in people.order_by("pk"))


def _compose(user: Any, waiting: QuerySet[Notice], day: date) -> bool:
    digest, made = Digest.objects.get_or_create(recipient=user, day=day)
    if made:
        waiting.filter(recipient=user).update(digest=digest)
    return made


def settle() -> None:
    """Close what no mail will be sent for: no address, a suspended account, read in the portal."""
    now = clock.now()
    idle = Q(recipient__email="") | Q(recipient__is_active=False)
    read = Q(is_urgent=False, digest=None, read_at__isnull=False)
    Notice.objects.filter(idle | read, sent_at=None).update(sent_at=now)
    Digest.objects.filter(idle, sent_at=None).update(sent_at=now)


class Delivery(Enum):
    """What became of one attempt to send."""

    SENT = auto()
    PUT_OFF = auto()
    CLOSED = auto()
    NOTHING = auto()


def deliver() -> int:
    """Send everything that is due, urgent notices first; returns how many mails went out.

    A letter that is refused is put off and the next one is tried; a server that takes none is left
    alone until the next time.
    """
    settle()
    sent = 0
    with mail.Outbox() as outbox:
        for queue in (Notice.objects.filter(is_urgent=True), Digest.objects.all()):
            outcome = Delivery.PUT_OFF
            while outcome in {Delivery.SENT, Delivery.PUT_OFF}:
                outcome = deliver_next(queue, outbox)
                sent += outcome is Delivery.SENT
            if outcome is Delivery.CLOSED:
                break
    return sent


@transaction.atomic(durable=True)
def deliver_next(queue: QuerySet[Any], outbox: mail.Outbox) -> Delivery:
    """Send the oldest row that is due, with its lock held; several workers take different rows."""
    due = Q(retry_at=None) | Q(retry_at__lte=clock.real_now())
    free = queue.select_for_update(of=("self",), skip_locked=True).select_related("recipient")
    row = free.filter(due, sent_at=None, failed_at=None).order_by("pk").first()
    if row is None:
        return Delivery.NOTHING
    try:
        outbox.send(_mail(row))
    except (mail.MailRefused, mail.MailServerClosed) as error:
        _put_off(row, error)
        return Delivery.PUT_OFF if isinstance(error, mail.MailRefused) else Delivery.CLOSED
    row.sent_at, row.last_error = clock.now(), ""
    row.save(update_fields=["sent_at", "last_error"])
    if isinstance(row, Digest):
        row.notices.filter(sent_at=None).update(sent_at=row.sent_at)
    return Delivery.SENT


def _put_off(row: Outgoing, error: mail.MailRefused | mail.MailServerClosed) -> None:
    """Not sent: later again, each time after a longer pause; refused too often, not by itself."""
    refused = isinstance(error, mail.MailRefused)
    row.attempts += refused or row.attempts < mail.CLOSED_ATTEMPTS
    row.retry_at = clock.real_now() + mail.pause(row.attempts)
    row.last_error = str(error)[:200]
    if refused and row.attempts >= mail.LAST_ATTEMPT:
        row.failed_at = clock.now()
    row.save(update_fields=["attempts", "retry_at", "last_error", "failed_at"])


def why_not_resend_any(actor: Any) -> Refusal | None:
    """Why `actor` cannot have letters tried again, or None: system administrators may."""
    return why_not_role(actor, "change", Notice)


def why_not_resend(row: Notice | Digest, actor: Any) -> Refusal | None:
    """Why `actor` cannot have this letter tried at once, or None."""
    refusal = why_not_resend_any(actor)
    if refusal or row.sent_at is None:
        return refusal
    return Refusal("这封邮件已经发出或不再需要发送，没有重复发送。", code="sent")


@transaction.atomic
def resend(row: Notice | Digest, *, actor: Any) -> None:
    """Let a letter that was put off or given up be tried at once, under its own Message-ID.

    Raises NotAllowed unless the actor is a system administrator, DomainError when it has gone out
    or is no longer needed.
    """
    lock(row)
    demand(why_not_resend(row, actor))
    _start_anew(type(row).objects.filter(pk=row.pk))
    summary = f"重新发送邮件：{row._meta.verbose_name} {row.pk}，收件人{row.recipient}"
    record("core.resend_mail", row, actor, summary)


@transaction.atomic
def resend_failed(*, actor: Any) -> int:
    """The same for everything that was given up; returns how many letters."""
    demand(why_not_resend_any(actor))
    count = 0
    for model in (Notice, Digest):
        rows = model.objects.undelivered().order_by("pk").select_for_update(of=("self",))
        for row in rows.select_related("recipient"):
            resend(row, actor=actor)
            count += 1
    if not count:
        raise DomainError("没有未送达的邮件，可能已由他人重新发送。")
    return count


def try_again(user: Any) -> None:
    """What could not be delivered to the user goes to the new address, in the caller's transaction."""
    for model in (Notice, Digest):
        _start_anew(model.objects.filter(recipient=user, sent_at=None, attempts__gt=0))


def _start_anew(rows: QuerySet[Any]) -> None:
    rows.update(attempts=0, retry_at=None, failed_at=None)


def _mail(row: Notice | Digest) -> mail.Mail:
    """The mail of a notice or a digest: the same text however often it is made."""
    if isinstance(row, Digest):
        bound = row.notices.order_by("pk")
        lines = [f"{n}. {_entry(one)}" for n, one in enumerate(bound, start=1)]
        text = "\n\n".join([f"您有 {len(lines)} 条新通知：", *lines])
        return mail.Mail(f"digest-{row.pk}", row.recipient.email, f"{row}：{len(lines)} 条", text)
    return mail.Mail(f"notice-{row.pk}", row.recipient.email, row.text, _entry(row))


def _entry(notice: Notice) -> str:
    return f"{notice.text}\n{mail.absolute(notice.link)}"
