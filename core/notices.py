"""Notices: the in-app inbox, which is also the outbox for mail."""

from collections.abc import Iterable
from typing import Any

from django.core.mail import send_mail
from django.db import transaction

from core import clock
from core.models import Notice


def notify(recipients: Iterable[Any], text: str, link: str) -> None:
    """Leave `text` for each recipient. Committed with the work it reports, sent a moment later."""
    Notice.objects.bulk_create(
        Notice(recipient=user, text=text[:300], link=link) for user in recipients
    )


@transaction.atomic(durable=True)
def deliver_next() -> bool:
    """Send the oldest unsent notice; False when there is none. Safe from several workers.

    At least once: a crash between the mail and the commit sends twice, never zero times.
    """
    waiting = Notice.objects.select_for_update(of=("self",), skip_locked=True)
    notice = waiting.filter(sent_at=None).order_by("pk").select_related("recipient").first()
    if notice is None:
        return False
    if notice.recipient.email:
        send_mail(notice.text, f"{notice.text}\n{notice.link}", None, [notice.recipient.email])
    notice.sent_at = clock.now()
    notice.save(update_fields=["sent_at"])
    return True


def mark_read(user: Any) -> int:
    """Mark everything in the user's inbox as read; returns how many were new."""
    return Notice.objects.filter(recipient=user, read_at=None).update(read_at=clock.now())
