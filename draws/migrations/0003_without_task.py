"""A draw no longer knows its task: the trigger first, for it names the columns; then they go."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION tasks_draw_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'a frozen draw is kept' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> 'draft' AND (
        NEW.status = 'draft'
        OR (NEW.draw_id, NEW.agency_id, NEW.purpose, NEW.year, NEW.serial)
            IS DISTINCT FROM
           (OLD.draw_id, OLD.agency_id, OLD.purpose, OLD.year, OLD.serial)
        OR (NEW.occasion, NEW.reference, NEW.title, NEW.link)
            IS DISTINCT FROM
           (OLD.occasion, OLD.reference, OLD.title, OLD.link)
        OR (NEW.period, NEW.batch, NEW.supersedes_id, NEW.disclosure, NEW.master)
            IS DISTINCT FROM
           (OLD.period, OLD.batch, OLD.supersedes_id, OLD.disclosure, OLD.master)
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

DROP INDEX one_live_draw;
ALTER TABLE tasks_draw DROP COLUMN task_id, DROP COLUMN line_id;
"""
BACKWARD = """
ALTER TABLE tasks_draw
    ADD COLUMN task_id bigint REFERENCES tasks_task DEFERRABLE INITIALLY DEFERRED,
    ADD COLUMN line_id bigint REFERENCES plans_planline DEFERRABLE INITIALLY DEFERRED;
UPDATE tasks_draw draw SET task_id = kept.task_id, line_id = split_part(draw.occasion, ':', 2)::bigint
FROM tasks_taskdraw kept WHERE kept.draw_id = draw.id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE tasks_draw ALTER COLUMN task_id SET NOT NULL, ALTER COLUMN line_id SET NOT NULL;
CREATE INDEX tasks_draw_task_id_again ON tasks_draw (task_id);
CREATE INDEX tasks_draw_line_id_again ON tasks_draw (line_id);
CREATE UNIQUE INDEX one_live_draw ON tasks_draw (line_id, period, batch, purpose)
    WHERE status <> 'voided';
CREATE OR REPLACE FUNCTION tasks_draw_keep() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("draws", "0002_occasion"), ("tasks", "0006_fill_taskdraw")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddConstraint(
            "draw",
            models.UniqueConstraint(
                condition=models.Q(("status", "voided"), _negated=True),
                fields=("occasion", "period", "batch", "purpose"),
                name="one_live_draw",
                violation_error_message="同一计划项、同一期间、同一批次只能有一次有效抽取。",
            ),
        ),
    ]
