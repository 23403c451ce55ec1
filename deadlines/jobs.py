"""Background work on deadlines. A job has no rule of its own: it calls a service."""

from celery import shared_task

from deadlines import services


@shared_task(ignore_result=True)
def sweep_deadlines() -> int:
    """Mark what is overdue and leave the reminders that are due; returns how many were left."""
    return services.sweep()
