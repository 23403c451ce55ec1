"""Every draw that was held before gets its task, its occasion and its agencies.

The trigger over frozen draws does not compare the columns that are filled here. Afterwards the
rows that tie a draw to its task are kept like the draw itself.
"""

from django.db import migrations

FORWARD = r"""
INSERT INTO tasks_taskdraw (draw_id, task_id) SELECT id, task_id FROM tasks_draw;

UPDATE tasks_draw draw SET
    occasion = 'plans.planline:' || draw.line_id,
    reference = task.number,
    title = coalesce(substring(draw.plan_text FROM E'\ntitle\t([^\n]*)'), task.title),
    link = '/desk/tasks/' || task.number
        || CASE draw.purpose WHEN 'targets' THEN '/draw/' ELSE '/people/' END
FROM tasks_task task WHERE task.id = draw.task_id;

INSERT INTO tasks_draw_taking_part (draw_id, agency_id)
SELECT draw.id, joined.agency_id
FROM tasks_draw draw
JOIN (
    SELECT id AS task_id, agency_id FROM tasks_task
    UNION
    SELECT task_id, agency_id FROM tasks_task_participants
) AS joined ON joined.task_id = draw.task_id;

CREATE FUNCTION tasks_taskdraw_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a draw belongs to its task for ever' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tasks_taskdraw_kept BEFORE UPDATE OR DELETE ON tasks_taskdraw
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_taskdraw_keep();
"""
BACKWARD = """
DROP TRIGGER tasks_taskdraw_kept ON tasks_taskdraw;
DROP FUNCTION tasks_taskdraw_keep();
DELETE FROM tasks_draw_taking_part;
DELETE FROM tasks_taskdraw;
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_taskdraw")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
