"""Background work on deadlines. A job has no rule of its own: it calls a service."""

from celery import shared_task

from deadlines import services


@shared_task(ignore_result=True)
def sweep_deadlines() -> int:
    """Mark what is overdue, leave the reminders that are due, escalate; returns how many."""
    return services.sweep()


@shared_task(ignore_result=True)
def send_digests() -> int:
    """Bind the digest of a working morning for everybody who has none; returns how many.

    The outbox sends them: a digest is a row, so that two runs, or a crash, never make two mails.
    """
    return services.send_digests()
