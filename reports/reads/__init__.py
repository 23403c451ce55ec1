"""What people have to do, how far the work is, and where things are. Reads only."""

from reports.reads.counts import counts
from reports.reads.failed_mail import KINDS, letters, put_off, undelivered
from reports.reads.foundations import foundations
from reports.reads.progress import by_agency, newest_dispatched, running_tasks
from reports.reads.search import search
from reports.reads.todo import Todo
from reports.reads.trail import trail_standing
from reports.reads.worklist import next_deadline, worklist

__all__ = [
    "KINDS",
    "Todo",
    "by_agency",
    "counts",
    "foundations",
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
