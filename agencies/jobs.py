"""Background work on log-ins."""

from celery import shared_task

from agencies import services


@shared_task(ignore_result=True)
def clear_sessions() -> None:
    """Forget sessions that are over: Django leaves their rows behind."""
    services.clear_sessions()


@shared_task(ignore_result=True)
def clear_guards() -> int:
    """Forget counts of failed log-ins that are over; returns how many."""
    return services.clear_guards()
