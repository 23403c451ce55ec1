"""Frozen lists, results, events and the log cannot be edited, not even with SQL (protocol section 7).

What a draw froze stays; what it opened stays too, voided or not. The log of draws and the events
only grow. Of a drawn target only its standing changes, of an assignment only its end.
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
        NEW.status = 'draft'
        OR (NEW.draw_id, NEW.task_id, NEW.agency_id, NEW.purpose, NEW.year, NEW.serial)
            IS DISTINCT FROM
           (OLD.draw_id, OLD.task_id, OLD.agency_id, OLD.purpose, OLD.year, OLD.serial)
        OR (NEW.line_id, NEW.period, NEW.batch, NEW.supersedes_id, NEW.disclosure, NEW.master)
            IS DISTINCT FROM
           (OLD.line_id, OLD.period, OLD.batch, OLD.supersedes_id, OLD.disclosure, OLD.master)
        OR (NEW.plan_text, NEW.candidates_text, NEW.inspectors_text, NEW.recusals_text)
            IS DISTINCT FROM
           (OLD.plan_text, OLD.candidates_text, OLD.inspectors_text, OLD.recusals_text)
        OR (NEW.freeze_text, NEW.freeze_digest, NEW.anchor, NEW.prev, NEW.secret, NEW.frozen_at)
            IS DISTINCT FROM
           (OLD.freeze_text, OLD.freeze_digest, OLD.anchor, OLD.prev, OLD.secret, OLD.frozen_at)
        OR (NEW.missing, NEW.beacon_kind, NEW.beacon_ref, NEW.beacon_at)
            IS DISTINCT FROM
           (OLD.missing, OLD.beacon_kind, OLD.beacon_ref, OLD.beacon_at)
        OR NEW.roster <> OLD.roster OR NEW.labels <> OLD.labels
    ) THEN
        RAISE EXCEPTION 'a frozen list cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_digest <> '' AND (
        (NEW.closed_text, NEW.closed_digest, NEW.closed_at)
        IS DISTINCT FROM (OLD.closed_text, OLD.closed_digest, OLD.closed_at)
    ) THEN
        RAISE EXCEPTION 'closed contributions cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('opened', 'voided') AND (
        NEW.status NOT IN (OLD.status, 'voided')
        OR (NEW.opened_secret, NEW.beacon_value, NEW.seed, NEW.result_text, NEW.result_digest)
            IS DISTINCT FROM
           (OLD.opened_secret, OLD.beacon_value, OLD.seed, OLD.result_text, OLD.result_digest)
        OR (NEW.assurance, NEW.opened_at) IS DISTINCT FROM (OLD.assurance, OLD.opened_at)
    ) THEN
        RAISE EXCEPTION 'an opened draw cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'voided' AND (
        (NEW.void_reason, NEW.voided_at) IS DISTINCT FROM (OLD.void_reason, OLD.voided_at)
    ) THEN
        RAISE EXCEPTION 'a voided draw cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tasks_draw_kept BEFORE UPDATE OR DELETE ON tasks_draw
    FOR EACH ROW EXECUTE FUNCTION tasks_draw_keep();

CREATE FUNCTION tasks_contributor_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.draw_id, NEW.code, NEW.way, NEW.is_outside)
            IS DISTINCT FROM (OLD.draw_id, OLD.code, OLD.way, OLD.is_outside)
        OR (OLD.commit <> '' AND NEW.commit <> OLD.commit)
        OR (OLD.value <> '' AND NEW.value <> OLD.value)
    THEN
        RAISE EXCEPTION 'a contribution is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tasks_contributor_kept BEFORE UPDATE OR DELETE ON tasks_contributor
    FOR EACH ROW EXECUTE FUNCTION tasks_contributor_keep();

CREATE FUNCTION tasks_selection_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.standing <> 'listed' AND NEW.standing <> OLD.standing
        OR (NEW.task_id, NEW.draw_id, NEW.target_id, NEW.number, NEW.stratum, NEW.how, NEW.batch)
            IS DISTINCT FROM
           (OLD.task_id, OLD.draw_id, OLD.target_id, OLD.number, OLD.stratum, OLD.how, OLD.batch)
        OR NEW.ticket <> OLD.ticket
    THEN
        RAISE EXCEPTION 'a drawn target is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tasks_selection_kept BEFORE UPDATE OR DELETE ON tasks_selection
    FOR EACH ROW EXECUTE FUNCTION tasks_selection_keep();

CREATE FUNCTION tasks_assignment_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
        OR (NEW.selection_id, NEW.agency_id, NEW.inspector_id)
            IS DISTINCT FROM (OLD.selection_id, OLD.agency_id, OLD.inspector_id)
    THEN
        RAISE EXCEPTION 'an assignment is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tasks_assignment_kept BEFORE UPDATE OR DELETE ON tasks_assignment
    FOR EACH ROW EXECUTE FUNCTION tasks_assignment_keep();

CREATE FUNCTION tasks_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of draws is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tasks_log_append_only BEFORE UPDATE OR DELETE ON tasks_drawrecord
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_log_refuse();
CREATE TRIGGER tasks_events_append_only BEFORE UPDATE OR DELETE ON tasks_drawevent
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_log_refuse();
"""
BACKWARD = """
DROP TRIGGER tasks_events_append_only ON tasks_drawevent;
DROP TRIGGER tasks_log_append_only ON tasks_drawrecord;
DROP FUNCTION tasks_log_refuse();
DROP TRIGGER tasks_assignment_kept ON tasks_assignment;
DROP FUNCTION tasks_assignment_keep();
DROP TRIGGER tasks_selection_kept ON tasks_selection;
DROP FUNCTION tasks_selection_keep();
DROP TRIGGER tasks_contributor_kept ON tasks_contributor;
DROP FUNCTION tasks_contributor_keep();
DROP TRIGGER tasks_draw_kept ON tasks_draw;
DROP FUNCTION tasks_draw_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
