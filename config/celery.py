"""The Celery app. Every job finds its work in the database; a lost message costs one interval.

Messages expire with their interval: a worker that was away comes back to one of each, not to a pile.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
app.conf.beat_scheduler = "config.beat:Scheduler"
app.conf.beat_schedule = {
    "clear-sessions": {"task": "agencies.jobs.clear_sessions", "schedule": 6 * 3600.0},
    "clear-guards": {"task": "agencies.jobs.clear_guards", "schedule": crontab(hour=3, minute=40)},
    "heartbeat": {"task": "core.jobs.heartbeat", "schedule": 30.0, "options": {"expires": 60}},
    "deliver-notices": {
        "task": "core.jobs.deliver_notices",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "seal-trail": {"task": "core.jobs.seal_trail", "schedule": 60.0, "options": {"expires": 60}},
    "check-trail": {"task": "core.jobs.check_trail", "schedule": crontab(hour=3, minute=10)},
    "sweep-deadlines": {
        "task": "deadlines.jobs.sweep_deadlines",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-digests": {
        "task": "deadlines.jobs.send_digests",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    # People wait in the hall for these two: most of the time each is one cheap question.
    "sweep-draws": {
        "task": "tasks.jobs.sweep_draws",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "run-openings": {
        "task": "tasks.jobs.run_openings",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
}
