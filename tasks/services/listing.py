"""The drawn list as rows, read from the stored result: one statement for lists of any size."""

from django.db import connection

from core.errors import DomainError
from draws import drs1
from draws.models import Draw
from tasks.models import Task

# A line of the result is: selected, number, id, stratum, how, batch, ticket (2.11). The id is the
# code of a target, or an alias of this draw's roster.
INSERT = r"""
WITH chosen AS (
    SELECT draw.id AS draw_id, string_to_array(line, E'\t') AS part
    FROM tasks_draw draw, unnest(string_to_array(draw.result_text, E'\n')) AS line
    WHERE draw.id = %(draw)s AND starts_with(line, E'selected\t')
), alias AS (
    SELECT key, value::bigint AS target_id
    FROM tasks_draw draw, jsonb_each_text(draw.roster)
    WHERE draw.id = %(draw)s AND draw.disclosure = 'alias'
)
INSERT INTO tasks_selection
    (task_id, draw_id, target_id, number, stratum, how, batch, ticket, standing)
SELECT %(task)s, draw_id, coalesce(alias.target_id, target.id),
    part[2]::int, part[4], part[5], part[6]::int, part[7], 'listed'
FROM chosen
LEFT JOIN alias ON alias.key = part[3]
LEFT JOIN registries_target target ON target.code = part[3]
"""


def list_drawn(task: Task, draw: Draw, outcome: drs1.Outcome) -> None:
    """Write the selected targets of an opened draw whose result is stored."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"task": task.pk, "draw": draw.pk})
        written = cursor.rowcount
    if written != len(outcome.selected):
        raise DomainError("抽中名单与结果文件不一致，摇号没有开始。请保留现场，联系系统管理员。")
