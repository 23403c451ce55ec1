"""What people have to do, how far the work is, and where things are. Reads only."""

from reports.queries.counts import counts
from reports.queries.letters import KINDS, letters, put_off, undelivered
from reports.queries.progress import by_agency, newest_dispatched, running_tasks
from reports.queries.search import search
from reports.queries.todo import Todo
from reports.queries.trail import trail_standing
from reports.queries.worklist import next_deadline, worklist

__all__ = [
    "KINDS",
    "Todo",
    "by_agency",
    "counts",
    "letters",
    "newest_dispatched",
    "next_deadline",
    "put_off",
    "running_tasks",
    "search",
    "trail_standing",
    "undelivered",
    "worklist",
]
