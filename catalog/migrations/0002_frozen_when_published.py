"""Freeze an item list in the database itself once it is no longer a draft (C04, C05).

Model code can be bypassed by `QuerySet.update()`, the shell or SQL; a trigger cannot. Items,
checkpoints and legal bases wait for a running publication (FOR SHARE), then see its outcome.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION catalog_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status'
        AND (NEW.status = OLD.status OR (OLD.status = 'published' AND NEW.status = 'superseded'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'catalog_catalogversion % is published and cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER catalog_version_frozen BEFORE UPDATE OR DELETE ON catalog_catalogversion
    FOR EACH ROW EXECUTE FUNCTION catalog_version_frozen();

CREATE FUNCTION catalog_item_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions bigint[] := ARRAY[
        (to_jsonb(OLD) ->> 'version_id')::bigint, (to_jsonb(NEW) ->> 'version_id')::bigint
    ];
BEGIN
    PERFORM 1 FROM catalog_catalogversion WHERE id = ANY (versions) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM catalog_catalogversion WHERE id = ANY (versions) AND status <> 'draft'
    ) THEN
        RAISE EXCEPTION 'items of a published list cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER catalog_item_frozen BEFORE INSERT OR UPDATE OR DELETE ON catalog_item
    FOR EACH ROW EXECUTE FUNCTION catalog_item_frozen();

CREATE FUNCTION catalog_part_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    items bigint[] := ARRAY[
        (to_jsonb(OLD) ->> 'item_id')::bigint, (to_jsonb(NEW) ->> 'item_id')::bigint
    ];
    versions bigint[];
BEGIN
    SELECT array_agg(version_id) INTO versions FROM catalog_item WHERE id = ANY (items);
    PERFORM 1 FROM catalog_catalogversion WHERE id = ANY (versions) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM catalog_catalogversion WHERE id = ANY (versions) AND status <> 'draft'
    ) THEN
        RAISE EXCEPTION 'checkpoints and legal bases of a published list cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER catalog_checkpoint_frozen BEFORE INSERT OR UPDATE OR DELETE ON catalog_checkpoint
    FOR EACH ROW EXECUTE FUNCTION catalog_part_frozen();
CREATE TRIGGER catalog_basis_frozen BEFORE INSERT OR UPDATE OR DELETE ON catalog_legalbasis
    FOR EACH ROW EXECUTE FUNCTION catalog_part_frozen();
"""
BACKWARD = """
DROP TRIGGER catalog_basis_frozen ON catalog_legalbasis;
DROP TRIGGER catalog_checkpoint_frozen ON catalog_checkpoint;
DROP TRIGGER catalog_item_frozen ON catalog_item;
DROP TRIGGER catalog_version_frozen ON catalog_catalogversion;
DROP FUNCTION catalog_part_frozen();
DROP FUNCTION catalog_item_frozen();
DROP FUNCTION catalog_version_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
