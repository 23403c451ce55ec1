"""The drawn list as rows: one statement for lists of any size."""

from django.db import connection

from tasks import drs1
from tasks.models import Disclosure, Draw

INSERT = """
INSERT INTO tasks_selection
    (task_id, draw_id, target_id, number, stratum, how, batch, ticket, standing)
SELECT %s, %s, target, number, stratum, how, batch, ticket, 'listed'
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::int[], %s::text[])
    AS chosen (target, number, stratum, how, batch, ticket)
"""


def list_drawn(draw: Draw, outcome: drs1.Outcome) -> None:
    """Write the selected targets of an opened draw: three queries."""
    chosen = outcome.selected
    targets = targets_of(draw, [one.id for one in chosen])
    columns = [
        [targets[one.id] for one in chosen],
        [one.number for one in chosen],
        [one.stratum for one in chosen],
        [one.how for one in chosen],
        [one.batch for one in chosen],
        [one.ticket for one in chosen],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [draw.task_id, draw.pk, *columns])


def targets_of(draw: Draw, ids: list[str]) -> dict[str, int]:
    """The pk of the target behind each id of the candidate file: a code, or an alias."""
    if draw.disclosure == Disclosure.ALIAS:
        return {one: draw.roster[one] for one in ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM registries_target WHERE code = ANY(%s)", [ids])
        return dict(cursor.fetchall())
