"""What the second draw decided, as rows: who is sent to which target."""

from draws import drs1
from draws.models import Draw
from registries.models import Inspector
from tasks.eligibility import inspectors
from tasks.models import Assignment, Task


def assign_teams(task: Task, draw: Draw, outcome: drs1.Outcome) -> None:
    """Keep the teams of an opened draw of people; the first of each team leads.

    An officer who is sent from another county joins the agency that executes there (G12, T12).
    A constant number of queries.
    """
    selections = {s.target.code: s for s in task.selections.select_related("target")}
    people = Inspector.objects.filter(pk__in=draw.roster.values())
    home = dict(people.values_list("pk", "agency_id"))
    executing = inspectors.executing_agencies(task)
    rows = []
    for target, system, code, role in outcome.assigned:
        selection = selections[target]
        agency = executing.get((system, selection.target.region_id))
        rows.append(
            Assignment(
                selection=selection,
                agency_id=agency.pk if agency else home[draw.roster[code]],
                inspector_id=draw.roster[code],
                is_lead=role == "lead",
            )
        )
    Assignment.objects.bulk_create(rows, batch_size=1000)
