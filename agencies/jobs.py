"""Background work on log-ins."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from agencies import services


@shared_task(ignore_result=True)
def clear_sessions() -> None:
    """Forget sessions that are over: Django leaves their rows behind."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@shared_task(ignore_result=True)
def clear_guards() -> int:
    """Forget counts of failed log-ins that are over; returns how many."""
    return services.clear_guards()
