"""The work list: what each role has to do today, derived from rows."""

from agencies.models import User
from core import clock
from deadlines.models import Deadline
from reports.reads import field, lead, office
from reports.reads.todo import Todo

SOURCES = {
    "lead": lead.LEAD,
    "agency_admin": (*office.ADMIN, lead.lists_to_publish),
    "officer": field.OFFICER,
    "deputy": office.DEPUTY,
    "principal": office.PRINCIPAL,
    "supervisor": office.SUPERVISOR,
    "coordinator": office.COORDINATOR,
    "sysadmin": office.SYSADMIN,
    "secadmin": office.SECADMIN,
}


def worklist(user: User) -> list[Todo]:
    """What the user has to do, the most urgent first; each thing once however many roles see it.

    A constant number of queries for each role. Nothing of another agency: a role counts at home.
    """
    today = clock.today()
    sources = dict.fromkeys(source for role in user.roles for source in SOURCES.get(role, ()))
    todos = [todo for source in sources for todo in source(user, today)]
    return sorted(todos, key=lambda todo: todo.due_on)


def next_deadline(user: User) -> Deadline | None:
    """The next clock that runs out where the user may look; for a day without work."""
    rows = Deadline.objects.visible_to(user).open().exclude(due_on=None)
    return rows.urgent_first().first()
