"""Freeze the content of a plan in the database itself once it is no longer a draft (P01).

What was approved is what is published: lines, tiers, items and participants change only while
the plan is a draft. Writers of lines wait for a running move (FOR SHARE), then see its outcome.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION plans_plan_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - ARRAY['status', 'published_on']
            = to_jsonb(OLD) - ARRAY['status', 'published_on']
        AND (OLD.published_on IS NULL OR NEW.published_on IS NOT DISTINCT FROM OLD.published_on)
        AND (NEW.status = OLD.status OR OLD.status IN ('submitted', 'approved')
            OR (OLD.status = 'published' AND NEW.status = 'superseded'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'plans_plan % is not a draft and cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER plans_plan_frozen BEFORE UPDATE OR DELETE ON plans_plan
    FOR EACH ROW EXECUTE FUNCTION plans_plan_frozen();

CREATE FUNCTION plans_refuse_unless_draft(plans bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM plans_plan WHERE id = ANY (plans) FOR SHARE;
    IF EXISTS (SELECT 1 FROM plans_plan WHERE id = ANY (plans) AND status <> 'draft') THEN
        RAISE EXCEPTION 'lines of a plan that is not a draft cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION plans_line_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM plans_refuse_unless_draft(ARRAY[
        (to_jsonb(OLD) ->> 'plan_id')::bigint, (to_jsonb(NEW) ->> 'plan_id')::bigint
    ]);
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER plans_line_frozen BEFORE INSERT OR UPDATE OR DELETE ON plans_planline
    FOR EACH ROW EXECUTE FUNCTION plans_line_frozen();

CREATE FUNCTION plans_part_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines bigint[] := ARRAY[
        (to_jsonb(OLD) ->> TG_ARGV[0])::bigint, (to_jsonb(NEW) ->> TG_ARGV[0])::bigint
    ];
BEGIN
    PERFORM plans_refuse_unless_draft(
        (SELECT array_agg(plan_id) FROM plans_planline WHERE id = ANY (lines))
    );
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER plans_tier_frozen BEFORE INSERT OR UPDATE OR DELETE ON plans_plantier
    FOR EACH ROW EXECUTE FUNCTION plans_part_frozen('line_id');
CREATE TRIGGER plans_line_items_frozen BEFORE INSERT OR UPDATE OR DELETE ON plans_planline_items
    FOR EACH ROW EXECUTE FUNCTION plans_part_frozen('planline_id');
CREATE TRIGGER plans_line_participants_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON plans_planline_participants
    FOR EACH ROW EXECUTE FUNCTION plans_part_frozen('planline_id');
"""
BACKWARD = """
DROP TRIGGER plans_line_participants_frozen ON plans_planline_participants;
DROP TRIGGER plans_line_items_frozen ON plans_planline_items;
DROP TRIGGER plans_tier_frozen ON plans_plantier;
DROP TRIGGER plans_line_frozen ON plans_planline;
DROP TRIGGER plans_plan_frozen ON plans_plan;
DROP FUNCTION plans_part_frozen();
DROP FUNCTION plans_line_frozen();
DROP FUNCTION plans_refuse_unless_draft(bigint[]);
DROP FUNCTION plans_plan_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_planline_origin")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
