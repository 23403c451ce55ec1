"""Frozen lists and the log of draws cannot be edited, not even with SQL (protocol section 7).

What a draw froze stays; what it opened stays too. The log of draws only grows.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tasks_draw_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'a frozen draw is kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> 'draft' AND (
        NEW.status = 'draft' OR NEW.draw_id <> OLD.draw_id OR NEW.task_id <> OLD.task_id
        OR NEW.purpose <> OLD.purpose OR NEW.plan_text <> OLD.plan_text
        OR NEW.candidates_text <> OLD.candidates_text
        OR NEW.inspectors_text <> OLD.inspectors_text
        OR NEW.recusals_text <> OLD.recusals_text OR NEW.freeze_text <> OLD.freeze_text
        OR NEW.freeze_digest <> OLD.freeze_digest OR NEW.anchor <> OLD.anchor
        OR NEW.prev <> OLD.prev OR NEW.roster <> OLD.roster
        OR NEW.frozen_at IS DISTINCT FROM OLD.frozen_at
    ) THEN
        RAISE EXCEPTION 'a frozen list cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'opened' AND (
        NEW.status <> OLD.status
        OR NEW.seed <> OLD.seed OR NEW.result_text <> OLD.result_text
        OR NEW.result_digest <> OLD.result_digest OR NEW.closed_text <> OLD.closed_text
        OR NEW.phrase <> OLD.phrase OR NEW.witness <> OLD.witness
        OR NEW.certificate IS DISTINCT FROM OLD.certificate
        OR NEW.assurance <> OLD.assurance OR NEW.opened_at IS DISTINCT FROM OLD.opened_at
    ) THEN
        RAISE EXCEPTION 'an opened draw cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tasks_draw_kept BEFORE UPDATE OR DELETE ON tasks_draw
    FOR EACH ROW EXECUTE FUNCTION tasks_draw_keep();
CREATE FUNCTION tasks_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of draws is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tasks_log_append_only BEFORE UPDATE OR DELETE ON tasks_drawrecord
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_log_refuse();
"""
BACKWARD = """
DROP TRIGGER tasks_log_append_only ON tasks_drawrecord;
DROP FUNCTION tasks_log_refuse();
DROP TRIGGER tasks_draw_kept ON tasks_draw;
DROP FUNCTION tasks_draw_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_number_per_region_and_roster")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
