"""Make publications and approvals append-only in the database itself (B13).

Model code can be bypassed by `QuerySet.update()`, the shell or SQL; a trigger cannot. A correction
is a row of its own, the text published before stays.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION publication_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE ON publication_publication
    FOR EACH STATEMENT EXECUTE FUNCTION publication_refuse_change();
CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE ON publication_approval
    FOR EACH STATEMENT EXECUTE FUNCTION publication_refuse_change();
"""
BACKWARD = """
DROP TRIGGER publication_append_only ON publication_publication;
DROP TRIGGER approval_append_only ON publication_approval;
DROP FUNCTION publication_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
