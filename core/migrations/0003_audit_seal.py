"""Seals over the trail, append-only in the database itself (ADR 11).

TRUNCATE is left out of the trigger, as for the lines, so that tests can flush.
"""

from django.db import migrations, models


FORWARD = """
CREATE FUNCTION core_seal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'core_auditseal is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER core_seal_append_only BEFORE UPDATE OR DELETE ON core_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION core_seal_refuse();
"""
BACKWARD = """
DROP TRIGGER core_seal_append_only ON core_auditseal;
DROP FUNCTION core_seal_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_audit_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='封条号')),
                ('first_id', models.BigIntegerField(verbose_name='起始编号')),
                ('last_id', models.BigIntegerField(verbose_name='截止编号')),
                ('lines', models.BinaryField(verbose_name='逐条指纹')),
                ('previous', models.CharField(max_length=64, verbose_name='上一张封条的指纹')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='指纹')),
                ('sealed_at', models.DateTimeField(verbose_name='加封时间')),
            ],
            options={
                'verbose_name': '封条',
                'verbose_name_plural': '封条',
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_id__gte', models.F('first_id'))), name='seal_covers_something')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
