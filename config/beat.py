"""Beat, which signs for itself and for the broker: a dead worker must not make it look dead too."""

import logging
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from django.db import Error as DatabaseFailure
from django.db import connection

from core import heartbeat

logger = logging.getLogger(__name__)
FIRST = "heartbeat"


class Scheduler(PersistentScheduler):
    """The timetable of `config.celery`, with a row for every message that was or was not taken."""

    def setup_schedule(self) -> None:
        """Say at once that beat is there, and ask the worker for its first sign of life."""
        super().setup_schedule()
        entry = self.schedule[FIRST]
        entry.last_run_at = entry.default_now() - timedelta(days=1)
        self._note("beat")

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        """Send one message; remember whether the broker took it."""
        try:
            result = super().apply_async(entry, *args, **kwargs)
        except SchedulingError:
            self._note("beat", broker=False)
            raise
        self._note("beat", broker=True)
        return result

    def _note(self, *names: str, broker: bool | None = None) -> None:
        """Write the rows. Without its database beat goes on: messages are sent all the same."""
        try:
            if broker is False:
                heartbeat.lost("broker")
            heartbeat.seen(*names, *(["broker"] if broker else []))
        except DatabaseFailure as error:
            logger.warning("no sign of life could be written: %s", str(error).strip())
        finally:
            connection.close()  # one that broke would stay broken
